"""The demo range as the bodies that POST /categories and POST /products take."""

import re
import tomllib
from dataclasses import dataclass
from itertools import product
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
CURRENCY = "EUR"


@dataclass(frozen=True)
class Goods:
    """One product of the range with its picture; `body` lacks the category's id only."""

    slug: str
    category: str
    body: dict[str, Any]
    picture: Path
    alt: str


@dataclass(frozen=True)
class Catalogue:
    categories: list[dict[str, Any]]
    goods: list[Goods]


def load(path: Path = HERE / "catalogue.toml") -> Catalogue:
    entries = tomllib.loads(path.read_text(encoding="utf-8"))["category"]
    categories = [{"slug": entry["slug"], "name": entry["name"], "position": n} for n, entry in enumerate(entries)]
    return Catalogue(categories, [goods(entry["slug"], row) for entry in entries for row in entry["product"]])


def goods(category: str, row: dict[str, Any]) -> Goods:
    slug = row["slug"]
    return Goods(slug, category, product_body(row), HERE / "pictures" / f"{slug}.webp", row["alt"])


def product_body(row: dict[str, Any]) -> dict[str, Any]:
    options = row.get("options", {})
    return {
        "slug": row["slug"],
        "name": row["name"],
        "description": row["text"],
        "status": "active",
        "options": [{"name": name, "values": values} for name, values in options.items()],
        "variants": variants(row, options),
    }


def variants(row: dict[str, Any], options: dict[str, list[str]]) -> list[dict[str, Any]]:
    """Every combination of the option values, in the order in which the stock is listed."""
    combinations = [dict(zip(options, values, strict=True)) for values in product(*options.values())]
    return [variant(row, chosen, stock) for chosen, stock in zip(combinations, row["stock"], strict=True)]


def variant(row: dict[str, Any], chosen: dict[str, str], stock: int) -> dict[str, Any]:
    extra = sum(row.get("extra", {}).get(value, 0) for value in chosen.values())
    before = money(row["was"] + extra) if "was" in row else None
    return {
        "sku": sku(row["slug"], *chosen.values()),
        "options": chosen,
        "price": money(row["price"] + extra),
        "compare_at_price": before,
        "weight_g": row["weight_g"],
        "stock": stock,
    }


def money(amount: int) -> dict[str, Any]:
    return {"amount": amount, "currency": CURRENCY}


def sku(*words: str) -> str:
    return re.sub(r"[^A-Z0-9]+", "-", " ".join(words).upper()).strip("-")
