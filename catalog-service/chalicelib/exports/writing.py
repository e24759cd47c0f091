"""Products as lines of the files that imports read."""

import csv
from collections.abc import Iterable, Iterator, Mapping
from typing import IO, Any

from chalicelib.imports.columns import shielded
from chalicelib.portable import Body, as_body
from chalicelib.products.domain import Product

_FIRST = ["slug", "name", "description", "category_slugs", "status", "sku"]
_AFTER_OPTIONS = ["price", "currency", "compare_at_price", "stock", "weight_g"]


def portable(product: Product, slugs: Mapping[str, str], available: Mapping[str, int]) -> Body:
    """As POST /products takes it, with the categories by slug: ids are another in every shop."""
    body = as_body(product)
    ids = body.pop("category_ids")
    body["category_slugs"] = [slugs[one] for one in ids if one in slugs]
    for variant in body["variants"]:
        variant["stock"] = available.get(variant["sku"], 0)
    return body


class Layout:
    """The columns that products need, gathered as they pass, in the order in which they first came."""

    def __init__(self) -> None:
        self._options: dict[str, None] = {}
        self._currencies: set[str] = set()
        self._languages: set[str] = set()

    def note(self, body: Body) -> None:
        self._languages |= body["translations"].keys()
        self._options |= dict.fromkeys(option["name"] for option in body["options"])
        for variant in body["variants"]:
            self._currencies |= {one["price"]["currency"] for one in variant["prices"]}

    @property
    def columns(self) -> list[str]:
        options = [f"option:{name}" for name in self._options]
        further = [f"{family}:{code}" for code in sorted(self._currencies) for family in ("price", "compare_at_price")]
        texts = [f"{family}:{tag}" for tag in sorted(self._languages) for family in ("name", "description")]
        return [*_FIRST, *options, *_AFTER_OPTIONS, *further, *texts]


def write_csv(bodies: Iterable[Body], columns: list[str], file: IO[str]) -> Iterator[int]:
    """RFC 4180; yields the rows of each product. What belongs to the product stands in its first row."""
    writer = csv.writer(file, lineterminator="\r\n")
    writer.writerow(columns)
    for body in bodies:
        rows = list(_rows(body))
        for row in rows:
            writer.writerow([shielded(str(row.get(column, ""))) for column in columns])
        yield len(rows)


def _rows(body: Body) -> Iterator[dict[str, Any]]:
    product = {"slug": body["slug"], "name": body["name"], "description": body["description"]}
    product |= {"category_slugs": "|".join(body["category_slugs"]), "status": body["status"]}
    for tag, one in body["translations"].items():
        product |= {f"name:{tag}": one["name"], f"description:{tag}": one["description"]}
    variants = body["variants"] or [None]
    for place, variant in enumerate(variants):
        yield ({"slug": body["slug"]} if place else product) | (_cells(variant) if variant else {})


def _cells(variant: Body) -> dict[str, Any]:
    cells = {"sku": variant["sku"], "price": variant["price"]["amount"], "currency": variant["price"]["currency"]}
    cells |= {"stock": variant["stock"], "weight_g": variant["weight_g"]}
    cells |= {f"option:{name}": value for name, value in variant["options"].items()}
    if variant["compare_at_price"]:
        cells["compare_at_price"] = variant["compare_at_price"]["amount"]
    for one in variant["prices"]:
        code, before = one["price"]["currency"], one["compare_at_price"]
        cells |= {f"price:{code}": one["price"]["amount"]}
        cells |= {f"compare_at_price:{code}": before["amount"]} if before else {}
    return cells
