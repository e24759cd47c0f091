"""What a checkout takes."""

from typing import Annotated, Any

import msgspec
from msgspec import Meta

from common.schemas import Body, Code, Country, EmailAddress, Money

# No name and no street is made of blanks alone; users-service, where addresses are kept, says so as well.
Required = Annotated[str, Meta(min_length=1, pattern=r"\S", max_length=200)]
Optional = Annotated[str, Meta(max_length=200)]
# What buyers type: one that no code can look like is simply none of ours.
TypedCode = Annotated[str, Meta(min_length=1, max_length=64)]


class Address(Body, kw_only=True):
    """Where to send something, or to whom the bill goes. `country` is ISO 3166-1 alpha-2."""

    name: Required
    line1: Required
    line2: Optional | None = None
    city: Required
    region: Optional | None = None
    postal_code: Annotated[str, Meta(min_length=1, pattern=r"\S", max_length=20)]
    country: Country
    phone: Annotated[str, Meta(max_length=40)] | None = None


class Destination(Body, kw_only=True):
    """As much of an address as a price needs; the rest may still be missing while the buyer types."""

    country: Country
    name: Optional | None = None
    line1: Optional | None = None
    line2: Optional | None = None
    city: Optional | None = None
    region: Optional | None = None
    postal_code: Optional | None = None
    phone: Optional | None = None


class QuoteCart(Body, kw_only=True):
    shipping_address: Destination
    shipping_method: Code
    discount_code: TypedCode | None = None


class PlaceOrder(Body, kw_only=True):
    """`email` is required of guests and not accepted from customers, who have one."""

    cart_version: Annotated[int, Meta(ge=0)]
    expected_total: Money
    shipping_address: Address
    billing_address: Address | None = None
    shipping_method: Code
    discount_code: TypedCode | None = None
    payment_method: Annotated[str, Meta(min_length=1, max_length=255)] | None = None
    email: EmailAddress | None = None


def plain(address: Address) -> dict[str, Any]:
    """The members that were given."""
    return {name: value for name, value in msgspec.structs.asdict(address).items() if value is not None}
