"""The two tables: what their items have in common. Keys and conditions are in each feature's models.py."""

import random
import time
from collections.abc import Iterable, Sequence
from typing import Any

from pynamodb.attributes import UnicodeAttribute
from pynamodb.exceptions import VerboseClientError

from chalicelib import config
from common.problems import Unavailable
from common.tables import Item, get_all, is_unavailable

_BATCH = 100
_ROUNDS = 4
_CONFLICT = "TransactionCanceledException"


class CatalogItem(Item):
    class Meta(Item.Meta):
        table_name = config.CATALOG_TABLE

    pk = UnicodeAttribute(hash_key=True)
    sk = UnicodeAttribute(range_key=True)


class StockItem(Item):
    class Meta(Item.Meta):
        table_name = config.STOCK_TABLE

    pk = UnicodeAttribute(hash_key=True)
    sk = UnicodeAttribute(range_key=True)


Key = tuple[type[CatalogItem] | type[StockItem], str, str]  # a kind of item with its keys


def batch_get(keys: Iterable[Key], *, consistent: bool = False) -> list[Any]:
    """Items of several kinds and of both tables, one round trip for each hundred, absent ones left out."""
    wanted = list(dict.fromkeys(keys))
    hundreds = [wanted[start : start + _BATCH] for start in range(0, len(wanted), _BATCH)]
    return [row for some in hundreds for row in get_all(*some, consistent=consistent) if row is not None]


def snapshot(keys: Sequence[Key]) -> list[Any]:
    """The same for at most a hundred items as they all were at one moment. It waits for writes that are under way."""
    kinds = {(pk, sk): kind for kind, pk, sk in keys}
    gets = [{"TableName": kind.Meta.table_name, "Key": {"pk": {"S": pk}, "sk": {"S": sk}}} for kind, pk, sk in keys]
    request = {"TransactItems": [{"Get": one} for one in gets]}
    for attempt in range(_ROUNDS):
        try:
            answer = CatalogItem._get_connection().connection.dispatch("TransactGetItems", request)
        except VerboseClientError as error:
            if error.response["Error"]["Code"] != _CONFLICT and not is_unavailable(error):
                raise
        else:
            rows = [one["Item"] for one in answer["Responses"] if one.get("Item")]
            return [kinds[row["pk"]["S"], row["sk"]["S"]].from_raw_data(row) for row in rows]
        time.sleep(random.uniform(0, 0.02 * 2**attempt))  # noqa: S311 - jitter, so that racers part
    raise Unavailable(retry_after=1)


def reachable() -> None:
    """Raise unless the tables answer; for GET /health/dependencies."""
    CatalogItem.count("HEALTH")
    StockItem.count("HEALTH")
