"""What a refund takes."""

from typing import Annotated

from msgspec import Meta

from common.schemas import Body, Money

Words = Annotated[
    str, Meta(min_length=1, max_length=500, pattern=r"^[^\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f]*$(?!\n)")
]


class RefundOrder(Body):
    """`amount` is at least one minor unit."""

    amount: Money
    reason: Words
