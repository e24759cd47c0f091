"""Base types of request and response bodies (msgspec), and value types that every service needs."""

from typing import Annotated, Generic, TypeVar

from msgspec import Meta, Struct

from common import locales, money

T = TypeVar("T")

# Dot-atom and host name of RFC 5321, ASCII only (letters of other alphabets look like ours), one line, ≤ 64 before
# the @ and a dot behind it. `(?![\s\S])` is the very end: `$` would let a line break pass, and so a mail header.
# `a<bob@shop.example>` would be another way to write Bob's address, and pass each limit that is counted by address.
_ADDRESS = (
    r"^(?=[^@]{1,64}@)[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*"
    r"@([A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)+[A-Za-z]([A-Za-z0-9-]{0,61}[A-Za-z0-9])(?![\s\S])"
)
EmailAddress = Annotated[
    str,
    Meta(
        pattern=_ADDRESS,
        max_length=254,
        examples=["ann@example.test"],
        description="Compared without case",
        extra_json_schema={"format": "email"},  # by which generators make one at once; by the pattern it takes 20 s
    ),
]
Text = Annotated[str, Meta(min_length=1, max_length=200)]
Slug = Annotated[str, Meta(pattern=r"^[a-z0-9]+(?:-[a-z0-9]+)*$(?!\n)", max_length=100)]
Code = Annotated[str, Meta(pattern=r"^[A-Za-z0-9._-]{1,64}$(?!\n)")]
Id = Annotated[str, Meta(pattern=r"^[A-Za-z0-9_-]{1,64}$(?!\n)")]
Country = Annotated[str, Meta(pattern=r"^[A-Z]{2}$(?!\n)", description="ISO 3166-1 alpha-2")]
Currency = Annotated[str, Meta(pattern=money.CODE, description="ISO 4217")]
Locale = Annotated[str, Meta(pattern=locales.TAG, max_length=locales.MAX_LENGTH, description="BCP 47")]
MinorUnits = Annotated[int, Meta(ge=0, le=10**11, description="Whole minor units of the currency")]


class Body(Struct, forbid_unknown_fields=True, kw_only=True):
    """A request body; a field that it does not name is refused."""


class Nothing(Body):
    """A request body without fields: `{}`, or no body at all."""


class Query(Struct, kw_only=True):
    """A query string; parameters that it does not name are ignored, as caches and trackers add their own."""


class PageQuery(Query):
    """`?limit=&cursor=` of every list."""

    limit: Annotated[int, Meta(ge=1, le=100)] = 24
    cursor: str | None = None


class Page(Struct, Generic[T], kw_only=True):
    """One page of a list; `next_cursor` is null on the last."""

    items: list[T]
    next_cursor: str | None


class Money(Struct, frozen=True, forbid_unknown_fields=True):
    """Whole minor units and an ISO 4217 code; never a float.

    The bound on the amount leaves room: a thousand of it times a thousand still is a whole number in JavaScript.
    """

    amount: MinorUnits
    currency: Currency
