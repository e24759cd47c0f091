"""What a shipment takes."""

from typing import Annotated

from msgspec import Meta

from common.schemas import Body, Code

_PRINTABLE = r"^[^\u0000-\u001f\u007f-\u009f]*$(?!\n)"
Carrier = Annotated[str, Meta(min_length=1, max_length=100, pattern=_PRINTABLE)]
TrackingNumber = Annotated[str, Meta(min_length=1, max_length=100, pattern=_PRINTABLE)]


class Shipped(Body):
    sku: Code
    quantity: Annotated[int, Meta(ge=1, le=999)]


Items = Annotated[list[Shipped], Meta(min_length=1, max_length=50)]


class ShipOrder(Body):
    """`items` default to all that is left; a SKU that is named twice is summed."""

    carrier: Carrier
    tracking_number: TrackingNumber | None = None
    items: Items | None = None
