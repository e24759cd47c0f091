"""What the index knows of a product."""

from typing import Literal

import msgspec
from msgspec.structs import replace

from chalicelib.prices import Price
from chalicelib.products.domain import Product
from chalicelib.products.faces import Face, face_of, further_currencies
from chalicelib.search.words import forms, words
from common.schemas import Money

FORMAT = 2  # to be raised when words are cut in another way or files look different: then the index is made anew


class Document(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A product that is not archived: its words, where it stands, and what is drawn of it.

    `length` is the number of words of the name, `prices` are the lowest in further currencies. What a search finds
    comes without the words, `name` and `rest`.
    """

    id: str
    status: Literal["draft", "active"]
    name: list[str] = []
    rest: list[str] = []
    length: int
    shelves: list[str]
    face: Face
    prices: dict[str, Price] = {}

    def face_in(self, currency: str) -> Face:
        """At its price in this currency; if it has none, as everybody sees it."""
        price = self.prices.get(currency)
        if price is None:
            return self.face
        compare_at = None if price.compare_at is None else Money(price.compare_at, currency)
        return replace(self.face, price=Money(price.amount, currency), compare_at_price=compare_at)

    @property
    def amounts(self) -> dict[str, int]:
        """What it costs, by currency."""
        own = {self.face.price.currency: self.face.price.amount} if self.face.price else {}
        return {**{code: price.amount for code, price in self.prices.items()}, **own}


def terms(*texts: str) -> list[str]:
    """The words of some texts as the index keeps them."""
    return sorted({form for text in texts for word in words(text) for form in forms(word)})


def of_product(product: Product) -> Document | None:
    """All its languages are searched; SKUs and options are found like the description."""
    if product.status == "archived":
        return None
    options = [text for option in product.options for text in (option.name, *option.values)]
    described = [one.description for one in product.translations.values()]
    return Document(
        id=product.id,
        status=product.status,
        name=terms(product.name, *product.names.values()),
        rest=terms(product.description, *described, *options, *(variant.sku for variant in product.variants)),
        length=len(words(product.name)),
        shelves=product.shelves,
        face=face_of(product),
        prices=_further(product),
    )


def _further(product: Product) -> dict[str, Price]:
    found = {currency: face_of(product, currency) for currency in further_currencies(product)}
    return {
        currency: Price(face.price.amount, face.compare_at_price.amount if face.compare_at_price else None)
        for currency, face in found.items()
        if face.price
    }
