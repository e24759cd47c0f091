"""Requests and answers about addresses. What is an address here is one in an order too."""

from typing import Annotated, Any

from msgspec import Meta, Struct, structs

from chalicelib.addresses.domain import Entry
from common.schemas import Body, Country

# One line: no control characters, no line or paragraph separators. `(?![\s\S])` is the very end, as `$` is not.
_LINE = r"[^\x00-\x1f\x7f-\x9f\u2028\u2029]*(?![\s\S])"
_FILLED = rf"^[^\x00-\x20\x7f-\xa0\u2028\u2029]{_LINE}"
Line = Annotated[str, Meta(pattern=_FILLED, max_length=200, description="One line")]
OptionalLine = Annotated[str, Meta(pattern=rf"^{_LINE}", max_length=200)]
PostalCode = Annotated[str, Meta(pattern=_FILLED, max_length=20)]
Phone = Annotated[
    str,
    Meta(
        pattern=r"^(\+?\(?[0-9][0-9 ().\/-]{2,36})?(?![\s\S])",
        examples=["+49 30 901820"],
        description="Digits with the usual signs between them",
    ),
]


class SetAddress(Body, kw_only=True):
    """`is_default` makes it the default; the one that is the default stays it until another becomes it."""

    name: Line
    line1: Line
    line2: OptionalLine | None = None
    city: Line
    region: OptionalLine | None = None
    postal_code: PostalCode
    country: Country
    phone: Phone | None = None
    is_default: bool = False

    def values(self) -> dict[str, Any]:
        """The address itself; what was left empty is not there."""
        given = structs.asdict(self)
        del given["is_default"]
        return {name: value or None for name, value in given.items()}


class AddressView(Struct, kw_only=True):
    id: str
    name: str
    line1: str
    line2: str | None
    city: str
    region: str | None
    postal_code: str
    country: str
    phone: str | None
    is_default: bool
    version: int


def present(entry: Entry) -> AddressView:
    address = entry.address
    return AddressView(
        id=address.id,
        name=address.name,
        line1=address.line1,
        line2=address.line2,
        city=address.city,
        region=address.region,
        postal_code=address.postal_code,
        country=address.country,
        phone=address.phone,
        is_default=entry.is_default,
        version=address.version,
    )
