"""Proves that the bucket holds the pictures that products name, and nothing else; mends it on request.

Each day, and by hand (`run.py pictures check --mend`): what a crash leaves behind, such as between taking a picture off
its product and removing its objects, is seen by nobody and costs pennies.
"""

import time
from collections.abc import Iterator
from dataclasses import dataclass, field

from chalicelib import config
from chalicelib.images import jobs
from chalicelib.images.domain import LEFT_SECONDS
from chalicelib.images.models import SHOWN, UPLOADS
from chalicelib.products import domain as products
from chalicelib.products.domain import Image, Product
from common import clock

YOUNG_SECONDS = 3600  # a product may be about to name what is as young as this
OLD_SECONDS = 24 * 3600  # an upload that nobody completed in this time is never completed


@dataclass
class Findings:
    """Keys in the bucket that no product names; pictures by product and id that lack an object, or their renditions."""

    pictures: int = 0
    objects: int = 0
    orphans: list[str] = field(default_factory=list)
    left_uploads: list[str] = field(default_factory=list)
    missing: list[tuple[str, str]] = field(default_factory=list)
    unmade: list[tuple[str, str]] = field(default_factory=list)

    @property
    def fine(self) -> bool:
        return not (self.orphans or self.left_uploads or self.missing or self.unmade)


def check() -> Findings:
    """Compare all products with the whole bucket; one list call for a thousand objects, two reads for 100 products."""
    now, found = time.time(), Findings()  # the real clock, as the storage's
    held = dict(config.bucket.objects(SHOWN))
    found.objects = len(held)
    named: set[str] = set()
    for product, image in _pictures():
        keys = {image.key, *image.renditions.values()}
        found.pictures += 1
        named |= keys
        gone = {key for key in keys - held.keys() if config.bucket.size(key) is None}  # not just put since the list
        if image.key in gone:
            found.missing.append((product.id, image.id))
        elif gone or not image.renditions or _forgotten(product, image):
            found.unmade.append((product.id, image.id))
    orphans = [key for key in sorted(held.keys() - named) if now - held[key] > YOUNG_SECONDS]
    found.orphans = [key for key in orphans if not _named_now(key)]
    found.left_uploads = [key for key, at in config.bucket.objects(UPLOADS) if now - at > OLD_SECONDS]
    return found


def mend(found: Findings) -> None:
    """Remove what nobody names and have made what is not made; each step may be repeated. An original that is missing
    can't be made again: it stays on the list until staff delete the picture."""
    for key in (*found.orphans, *found.left_uploads):
        config.bucket.delete(key)
    for product_id, image_id in found.unmade:
        jobs.ask(product_id, image_id, again=True)


def _pictures() -> Iterator[tuple[Product, Image]]:
    for product in products.all_stored():
        for image in product.images:
            yield product, image


def _forgotten(product: Product, image: Image) -> bool:
    return image.status == "processing" and clock.now() - product.updated_at > LEFT_SECONDS


def _named_now(key: str) -> bool:
    """By its product as it is stored at this moment: lists may be behind, and a picture may just have been added."""
    product_id = key.removeprefix(SHOWN).partition("/")[0]
    return any(
        key in (image.key, *image.renditions.values())
        for product in products.stored_many([product_id])
        for image in product.images
    )
