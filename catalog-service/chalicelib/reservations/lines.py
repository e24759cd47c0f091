"""What a hold takes: from which places, and at which prices. Nothing here reads or writes."""

from collections.abc import Mapping
from dataclasses import dataclass

from chalicelib.errors import CurrencyMismatch
from chalicelib.reservations import models
from chalicelib.reservations.models import Line
from chalicelib.stock.counters import Known, Parts
from chalicelib.stock.offers import Offer
from common.schemas import Money


@dataclass(frozen=True)
class Asked:
    """What a PUT asks for."""

    id: str
    wanted: dict[str, int]
    until: int
    currency: str | None


def scattered_skus(parts: Mapping[str, Parts]) -> set[str]:
    """SKUs to gather if the lines are taken from more places than a transaction has room for."""
    found, places = set(), sum(len(one) for one in parts.values())
    for sku in sorted(parts, key=lambda one: -len(parts[one])):
        if places <= models.MOST_PLACES:
            break
        found.add(sku)
        places -= len(parts[sku]) - 1
    return found


def lines_of(asked: Asked, known: Mapping[str, Known], parts: Mapping[str, Parts]) -> list[Line]:
    lines = []
    for sku, quantity in asked.wanted.items():
        shards = {number: units for number, units in parts[sku].items() if number}
        lines.append(
            Line(
                sku=sku,
                lot=known[sku].lot,
                quantity=quantity,
                product_id=known[sku].offer.product_id,
                name=known[sku].offer.name,
                price=_price(sku, known[sku].offer, asked.currency),
                thumb=known[sku].offer.thumb,
                weight_g=known[sku].offer.weight_g,
                deal=known[sku].revision if shards else "",
                parts=shards,
            )
        )
    return lines


def _price(sku: str, offer: Offer, currency: str | None) -> Money:
    """A buyer pays in one currency, so a line that has no price in it can't be held."""
    price = offer.cost(currency)
    if price is None:
        raise CurrencyMismatch(sku=sku)
    return price


def is_same(lines: list[Line], asked: Asked) -> bool:
    currencies = {line.price.currency for line in lines}
    same_money = asked.currency is None or currencies == {asked.currency}
    return same_money and {line.sku: line.quantity for line in lines} == asked.wanted
