"""A picture on its way: what the form allows, until the upload is complete."""

from typing import Any

from pynamodb.attributes import UnicodeAttribute

from chalicelib.table import CatalogItem
from common.attributes import Whole
from common.tables import get


class Upload(CatalogItem):
    """`PROD#<product> / UP#<image>`. DynamoDB removes it by `expires_at` when it is of no use to anybody."""

    key = UnicodeAttribute()
    content_type = UnicodeAttribute()
    alt = UnicodeAttribute()
    expires_at = Whole()

    @classmethod
    def of(cls, product_id: str, image_id: str, key: str, content_type: str, alt: str, expires_at: int) -> "Upload":
        values: dict[str, Any] = {"key": key, "content_type": content_type, "alt": alt, "expires_at": expires_at}
        return cls(f"PROD#{product_id}", f"UP#{image_id}", **values)

    @classmethod
    def find(cls, product_id: str, image_id: str) -> "Upload | None":
        return get(cls, f"PROD#{product_id}", f"UP#{image_id}")
