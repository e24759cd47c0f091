"""A product in the form of POST /products, as imports and exports know it, and that form laid over what is stored."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Any

import msgspec

from chalicelib.products.domain import Product

Body = dict[Any, Any]
FIELDS = ("name", "description", "status", "category_ids", "options", "translations", "variants")


class Some(Enum):
    """Keys that no JSON has: single currencies and languages, null for none, where the others stay as they are."""

    PRICES = "prices"
    TRANSLATIONS = "translations"


def as_body(product: Product) -> Body:
    """Every field that POST /products takes, but for `stock`."""
    return {
        "slug": product.slug,
        "name": product.name,
        "description": product.description,
        "status": product.status,
        "category_ids": list(product.category_ids),
        "options": msgspec.to_builtins(product.options),
        "translations": msgspec.to_builtins(dict(sorted(product.translations.items()))),
        "variants": [_variant(one) for one in product.variants],
    }


def _variant(variant: Any) -> Body:
    prices = sorted(variant.prices.items())
    return {
        "sku": variant.sku,
        "options": dict(variant.options),
        "price": msgspec.to_builtins(variant.price),
        "compare_at_price": msgspec.to_builtins(variant.compare_at_price),
        "weight_g": variant.weight_g,
        "prices": [_price(code, one.amount, one.compare_at) for code, one in prices],
    }


def _price(code: str, amount: int, compare_at: int | None) -> Body:
    before = None if compare_at is None else {"amount": compare_at, "currency": code}
    return {"price": {"amount": amount, "currency": code}, "compare_at_price": before}


@dataclass(frozen=True)
class Overlay:
    """What a product is to become. `origin` tells for each variant which named one it comes from."""

    body: Body
    origin: list[int | None]
    base: Body

    def differing(self) -> Iterator[str]:
        """Fields in which the product is to change; stock of SKUs that exist counts for nothing."""
        known = {one["sku"] for one in self.base.get("variants", [])}
        for name in FIELDS:
            wanted = self.body.get(name, self.base.get(name))
            if name == "variants" and isinstance(wanted, list):
                wanted = [_without_stock(one) if one.get("sku") in known else one for one in wanted]
            if wanted != self.base.get(name):
                yield name


def overlay(base: Body, named: Body) -> Overlay:
    """What is named replaces what is stored. Variants are told apart by SKU and never removed; new ones come last."""
    body = {**base, **{name: value for name, value in named.items() if name not in ("variants", Some.TRANSLATIONS)}}
    if Some.TRANSLATIONS in named:
        body["translations"] = _added(base.get("translations", {}), named[Some.TRANSLATIONS])
    variants, origin = _variants(base.get("variants", []), named.get("variants", []))
    return Overlay({**body, "variants": variants} if base or "variants" in named else body, origin, base)


def _variants(base: list[Body], named: Any) -> tuple[Any, list[int | None]]:
    if not isinstance(named, list):
        return named, []
    found: list[Any] = [*base]
    origin: list[int | None] = [None] * len(base)
    places = {one["sku"]: place for place, one in enumerate(base)}
    for number, one in enumerate(named):
        sku = one.get("sku") if isinstance(one, dict) else None
        place = places.pop(sku, None) if isinstance(sku, str) else None
        merged = _variant_over(base[place] if place is not None else {}, one) if isinstance(one, dict) else one
        if place is None:
            found.append(merged)
            origin.append(number)
        else:
            found[place], origin[place] = merged, number
    return found, origin


def _variant_over(base: Body, named: Body) -> Body:
    merged = {**base, **{name: value for name, value in named.items() if name is not Some.PRICES}}
    if Some.PRICES in named:
        stored = {one["price"]["currency"]: one for one in base.get("prices", [])}
        merged["prices"] = [one for _, one in sorted(_added(stored, named[Some.PRICES]).items())]
    return merged


def _added(stored: Body, named: Mapping[str, Any]) -> Body:
    found = {**stored, **named}
    return {key: found[key] for key in sorted(found) if found[key] is not None}


def _without_stock(variant: Body) -> Body:
    return {name: value for name, value in variant.items() if name != "stock"}
