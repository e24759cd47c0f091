"""A picture on its way, and the keys under which pictures lie in the bucket."""

from typing import Any

from pynamodb.attributes import UnicodeAttribute

from chalicelib.storage import SIDES
from chalicelib.table import CatalogItem
from common.attributes import Whole
from common.tables import ConditionFailed, get, update

UPLOADS, SHOWN = "uploads/", "images/"


class Upload(CatalogItem):
    """`PROD#<product> / UP#<image>`. DynamoDB removes it by `expires_at` when it is of no use to anybody.

    `refused` is the key of what was uploaded and turned out to be no picture.
    """

    key = UnicodeAttribute()
    content_type = UnicodeAttribute()
    alt = UnicodeAttribute()
    expires_at = Whole()
    refused = UnicodeAttribute(null=True)

    @classmethod
    def of(cls, product_id: str, image_id: str, content_type: str, alt: str, expires_at: int) -> "Upload":
        key = f"{UPLOADS}{product_id}/{image_id}"
        values: dict[str, Any] = {"key": key, "content_type": content_type, "alt": alt, "expires_at": expires_at}
        return cls(f"PROD#{product_id}", f"UP#{image_id}", **values)

    @classmethod
    def find(cls, product_id: str, image_id: str) -> "Upload | None":
        return get(cls, f"PROD#{product_id}", f"UP#{image_id}")

    @classmethod
    def refuse(cls, product_id: str, image_id: str, key: str) -> None:
        """Note what was refused, for as long as anybody may ask; the same note again changes nothing."""
        item = cls(f"PROD#{product_id}", f"UP#{image_id}")
        try:
            update(item, [cls.refused.set(key)], cls.pk.exists())
        except ConditionFailed:
            pass  # gone by its time: then nobody asks any more


def taken_key(product_id: str, image_id: str, digest: str, ending: str) -> str:
    """Where an upload is put that was looked into. With its hash: two uploads by one form never share a key."""
    return f"{SHOWN}{product_id}/{image_id}-{digest}.{ending}"


def rendition_keys(key: str, width: int, height: int) -> dict[str, str]:
    """The renditions that a picture gets, by the pixels of their longest side; none is as large as a smaller one."""
    stem = key.rpartition(".")[0]
    smaller = [0, *SIDES]
    sides = [side for side, before in zip(SIDES, smaller, strict=False) if max(width, height) > before]
    return {str(side): f"{stem}-{side}.webp" for side in sides}
