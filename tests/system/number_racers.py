"""A process of orders-service that gives numbers to invoices, on a bad line and never alone.

`python -m tests.system.number_racers SEED`, told the orders on its stdin: `[{"id", "refunds"}, …]`. It takes all of
them, in an order of its own, until each has its documents, and again. SEED 0 only writes the orders down.
"""

import json
import random
import sys
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any

from tests.support.services import ROOT

sys.path[:0] = [str(ROOT / "orders-service"), str(ROOT / "orders-service" / "vendor")]

from chalicelib.invoices.numbering import number_documents  # type: ignore[import-not-found]  # noqa: E402
from chalicelib.orders import domain as orders  # type: ignore[import-not-found]  # noqa: E402
from chalicelib.orders.order import Change, Order, Refund, State  # type: ignore[import-not-found]  # noqa: E402
from chalicelib.pricing.price import PricedLine  # type: ignore[import-not-found]  # noqa: E402
from common.problems import Unavailable  # noqa: E402
from common.tables import Transaction, is_unavailable  # noqa: E402
from tests.system.faults import Faults  # noqa: E402

THREADS = 3
ADDRESS = {"name": "Ann", "line1": "Lane 1", "city": "Berlin", "postal_code": "10115", "country": "DE"}
LINE = PricedLine(
    sku="MUG", product_id="prd_1", name="Mug", options={}, quantity=1, unit_price=1190, discount=0, tax=190
)


def confirmed(order_id: str, refunds: int) -> Order:
    return Order(
        id=order_id, owner="usr_racer", email="ann@example.test", state=State.CONFIRMED, version=7, operation="op",
        lines=[LINE], currency="EUR", subtotal=1190, discount=0, shipping=0, tax=190, total=1190, tax_rate_bps=1900,
        tax_inclusive=True, shipping_address=ADDRESS, billing_address=ADDRESS, shipping_method="standard", pay_by=0,
        captured=1190, refunds=[Refund(n, 100, "Scratched", 0, done=True) for n in range(1, refunds + 1)],
        confirmed_at=1, cart_version=1, due=None, history=[Change("pending", 0, "customer")], placed_at=1, updated_at=1,
    )  # fmt: skip


def write_down(told: list[dict[str, Any]]) -> None:
    for one in told:
        transaction = Transaction()
        orders.add(transaction, confirmed(one["id"], one["refunds"]))
        transaction.commit()


def surely(order_id: str) -> None:
    """As the queue does: a message that failed comes again."""
    while True:
        try:
            number_documents(order_id)
        except Exception as error:
            if not isinstance(error, Unavailable) and not is_unavailable(error):
                raise
        else:
            return


def race(ids: list[str], dice: random.Random) -> None:
    for order_id in dice.sample(ids, len(ids)) + dice.sample(ids, len(ids) // 3):
        surely(order_id)


def main() -> None:
    told, seed = json.loads(sys.stdin.readline()), int(sys.argv[1])
    if not seed:
        return write_down(told)
    Faults(random.Random(seed))
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    sys.stdin.readline()
    runs = [partial(race, [one["id"] for one in told], random.Random(100 * seed + n)) for n in range(THREADS)]
    with ThreadPoolExecutor(THREADS) as threads:
        for done in [threads.submit(run) for run in runs]:
            done.result()
    return None


if __name__ == "__main__":
    main()
