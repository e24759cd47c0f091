"""Makes the renditions of pictures. Runs in a function of its own, which has Pillow from a layer.

Every write may be repeated: the same picture gives the same bytes under the same keys, and the product is written at
the revision at which it was read. So a message that comes twice, to two functions at once, or after a crash at any
point ends in the same state.
"""

import logging
from collections.abc import Callable

from msgspec.structs import replace

from chalicelib import config
from chalicelib.images import domain
from chalicelib.images.jobs import Job
from chalicelib.images.models import Upload, rendition_keys
from chalicelib.products import domain as products
from chalicelib.products.domain import Image, Product
from common.problems import NotFound
from common.versions import Precondition

_log = logging.getLogger(__name__)
WEBP = "image/webp"


def make(job: Job) -> None:
    """Look into a picture with all that Pillow knows, and show it; or take it off its product."""
    image = _stored(job)
    if image is None or (image.status == "ready" and image.renditions and not job.again):
        return
    from chalicelib.images import rendering

    found = config.bucket.read(image.key)
    if found is None and _stored(job) is None:
        return  # deleted meanwhile
    keys = image.renditions or rendition_keys(image.key, image.width, image.height)
    try:
        made = rendering.rendered(found[0] if found else b"", (image.width, image.height), keys)
    except rendering.NoPicture as reason:
        _refuse(job, image, str(reason))
    else:
        _show(job, image, keys, made)


def _stored(job: Job) -> Image | None:
    try:
        product = products.stored(job.product_id)
    except NotFound:
        return None
    return next((one for one in product.images if one.id == job.image_id), None)


def _show(job: Job, image: Image, keys: dict[str, str], made: dict[str, bytes]) -> None:
    """Objects first, the product last: what it names is always there. Whoever deletes the picture before that write
    can't see all the objects, so they are removed here then; a crash before leaves them to the repair."""
    for side, content in made.items():
        config.bucket.put(keys[side], content, WEBP)

    def ready(seen: Image) -> list[Image]:
        return [replace(seen, status="ready", renditions=keys)]

    if not _rewritten(job, image, ready):
        for key in (image.key, *keys.values()):
            config.bucket.delete(key)


def _refuse(job: Job, image: Image, reason: str) -> None:
    """Note it for those who wait, take it off the product, remove it: in this order, so that none of the three can be
    missing after a repeat. One that was shown before stays, for somebody to look at."""
    _log.warning("picture_refused", extra={"product_id": job.product_id, "image_id": job.image_id, "reason": reason})
    if image.status == "ready":
        return
    Upload.refuse(job.product_id, job.image_id, image.key)
    _rewritten(job, image, lambda _: [])
    domain.remove_objects(image)


def _rewritten(job: Job, image: Image, change: Callable[[Image], list[Image]]) -> bool:
    """Change the picture on its product, whatever version that has; False if it is not there any more.

    The version moves with it, since everybody's copy of the page is out of date now.
    """
    there = False

    def edit(seen: Product) -> Product:
        nonlocal there
        there = any(_same(one, image) for one in seen.images)
        return replace(
            seen, images=[new for one in seen.images for new in (change(one) if _same(one, image) else [one])]
        )

    products.edit(job.product_id, edit, Precondition())
    return there


def _same(one: Image, other: Image) -> bool:
    return (one.id, one.key) == (other.id, other.key)
