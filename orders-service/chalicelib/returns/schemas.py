"""What a return takes."""

from typing import Annotated

from msgspec import Meta

from common.schemas import Body, Code

Words = Annotated[
    str, Meta(min_length=1, max_length=500, pattern=r"^[^\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f]*$(?!\n)")
]


class Returned(Body):
    sku: Code
    quantity: Annotated[int, Meta(ge=1, le=999)]


class RequestReturn(Body):
    """A SKU that is named twice is summed."""

    items: Annotated[list[Returned], Meta(min_length=1, max_length=50)]
    reason: Words | None = None
