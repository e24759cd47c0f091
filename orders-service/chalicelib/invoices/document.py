"""An invoice or a credit note as it is printed: all of it, so that it looks the same whenever it is made again."""

from enum import StrEnum

import msgspec


class Kind(StrEnum):
    """Each kind has numbers of its own."""

    INVOICE = "invoice"
    CREDIT_NOTE = "credit_note"


class Seller(msgspec.Struct, frozen=True):
    name: str
    address: list[str]
    vat_id: str
    email: str


class Party(msgspec.Struct, frozen=True):
    """Name and address, a line each."""

    lines: list[str]
    email: str | None = None


class Item(msgspec.Struct, frozen=True, kw_only=True):
    """One line. `gross` is `net` and `tax`; `rate_bps` is in hundredths of a percent."""

    name: str
    options: str
    sku: str
    quantity: int
    unit_price: int
    discount: int
    net: int
    tax: int
    gross: int
    rate_bps: int


class Taxed(msgspec.Struct, frozen=True):
    """What is taxed at one rate, and the tax of it."""

    rate_bps: int
    net: int
    tax: int

    @property
    def gross(self) -> int:
        return self.net + self.tax


class Document(msgspec.Struct, frozen=True, kw_only=True):
    """All amounts are minor units of `currency`, all times seconds; what is given back has no sign.

    `buyer` and `recipient` are None once the buyer was erased, or if it goes to the buyer. `inclusive`: the prices of
    the items contain the tax. A credit note names its invoice and the number of the order's refund; its items are the
    goods that came back, if any did, and its amounts those of the refund.
    """

    kind: Kind
    number: str
    issued_at: float
    order_id: str
    order_number: str
    ordered_at: float
    seller: Seller
    country: str
    buyer: Party | None
    recipient: Party | None
    currency: str
    inclusive: bool
    items: list[Item]
    subtotal: int
    discount: int
    shipping: int
    taxes: list[Taxed]
    total: int
    invoice: str | None = None
    refund: int | None = None

    @property
    def file(self) -> str:
        """What it is called when somebody keeps it."""
        return f"{self.kind.replace('_', '-')}-{self.number}.pdf"


def without_person(document: Document) -> Document:
    """The same without who bought it; number, items, money, tax, dates and country stay."""
    return msgspec.structs.replace(document, buyer=None, recipient=None)
