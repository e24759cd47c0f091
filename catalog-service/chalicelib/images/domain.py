"""Pictures: a form for the upload, a look at what came, and a place on the product once renditions of it are made.

Until then a picture is `processing`, and only staff know of it. What customers get is never what was uploaded, but what
a function of its own makes of its pixels (renditions.py).
"""

import hashlib
import time

from msgspec.structs import replace

from chalicelib import config
from chalicelib.errors import ImageInvalid, UploadMissing
from chalicelib.images import jobs
from chalicelib.images.models import Upload, rendition_keys, taken_key
from chalicelib.products import domain as products
from chalicelib.products.domain import Image, Product
from common import clock
from common.deadline import Deadline
from common.ids import new_id
from common.pictures import Picture, look_into
from common.problems import NotFound, invalid
from common.storage import Upload as Form
from common.versions import Precondition

MAX_IMAGES = 20
MAX_PIXELS = 40_000_000
LEFT_SECONDS = 60  # a picture that takes longer than this was forgotten …
GIVEN_UP_SECONDS = 3600  # … and one that takes longer than this kills whoever looks into it
_FORM_SECONDS = 900
_KEPT_SECONDS = 24 * 3600
_WAIT_SECONDS = 5.0
_VAIN_SECONDS = 5.0
_ANSWER_SECONDS = 1.0  # of a request's time are left for the answer
_PAUSES = (0.05, 0.1, 0.15, 0.2, 0.3, 0.5)
_ENDINGS = {"image/png": "png", "image/jpeg": "jpg", "image/webp": "webp"}


def announce_image(product_id: str, content_type: str, size: int, alt: str) -> tuple[str, Form]:
    """A form that uploads exactly this: key, content type and size are fixed by its signature.

    A put of a new id, so that the SDK may repeat it; a caller who lost the reply gets another form.
    """
    _room_for_one(products.stored(product_id))
    image_id = new_id("img")
    upload = Upload.of(product_id, image_id, content_type, alt, int(clock.now()) + _KEPT_SECONDS)
    upload.save()
    return image_id, config.bucket.presigned_post(upload.key, content_type, size, ttl_seconds=_FORM_SECONDS)


def complete_image(product_id: str, image_id: str, precondition: Precondition, deadline: Deadline) -> Image:
    """Take the upload over, have renditions made, and wait a while for them; a repeat waits again."""
    product = products.stored(product_id)
    image = _among(product, image_id)
    if image is None:
        image = _taken_over(product_id, image_id, precondition)
    elif image.status == "processing" and clock.now() - product.updated_at > _VAIN_SECONDS:
        jobs.ask(product_id, image_id)  # somebody has waited in vain; a second job does no harm
    end = Deadline(min(_WAIT_SECONDS, deadline.remaining() - _ANSWER_SECONDS))
    pauses = iter(_PAUSES)
    while image.status == "processing" and end.remaining():
        time.sleep(end.cut(next(pauses, _PAUSES[-1])))
        image = _among(products.stored(product_id), image_id) or _gone(product_id, image_id)
    return image


def _taken_over(product_id: str, image_id: str, precondition: Precondition) -> Image:
    """Put the upload on the product as a picture that is `processing`.

    What was looked at is put, without its metadata, under a key that no form reaches: the form can be used again, and
    must not replace a picture that was checked. The product is written next, which also marks it for the sweeper: a
    crash before leaves an upload that can be completed again, a crash after it a picture that the sweeper has made.
    """
    upload = Upload.find(product_id, image_id)
    if upload is None:
        raise NotFound
    found = config.bucket.read(upload.key)
    if found is None:  # another completion was faster, or else there is nothing
        return _among(products.stored(product_id), image_id) or _missing(upload)
    picture, key = _put_aside(upload, found[0], product_id, image_id)
    size = picture.width, picture.height
    keys = rendition_keys(key, *size)  # named now, so that whoever deletes the picture meanwhile knows them
    image = Image(
        id=image_id, key=key, width=size[0], height=size[1], alt=upload.alt, status="processing", renditions=keys
    )
    stored = _in(products.edit(product_id, lambda seen: _with(seen, image), precondition), image_id)
    if stored.key != key:
        config.bucket.delete(key)  # of two completions at once, with two uploads by one form, the other was first
    jobs.ask(product_id, image_id)
    config.bucket.delete(upload.key)
    return stored


def _missing(upload: Upload) -> Image:
    raise ImageInvalid if upload.refused else UploadMissing


def _put_aside(upload: Upload, content: bytes, product_id: str, image_id: str) -> tuple[Picture, str]:
    picture = look_into(content, MAX_PIXELS)
    if picture is None or picture.content_type != upload.content_type:
        config.bucket.delete(upload.key)
        raise ImageInvalid
    digest = hashlib.sha256(picture.content).hexdigest()[:12]
    key = taken_key(product_id, image_id, digest, _ENDINGS[picture.content_type])
    config.bucket.put(key, picture.content, picture.content_type)
    return picture, key


def _gone(product_id: str, image_id: str) -> Image:
    """It was on the product a moment ago: refused, or deleted by staff."""
    upload = Upload.find(product_id, image_id)
    raise ImageInvalid if upload and upload.refused else NotFound


def change_image(
    product_id: str, image_id: str, alt: str | None, position: int | None, precondition: Precondition
) -> Image:
    """Change the text or the place; the first picture is the thumbnail."""

    def change(seen: Product) -> Product:
        found = _in(seen, image_id)
        place = seen.images.index(found) if position is None else position
        others = [one for one in seen.images if one is not found]
        changed = found if alt is None else replace(found, alt=alt)
        return replace(seen, images=[*others[:place], changed, *others[place:]])

    return _in(products.edit(product_id, change, precondition, find=lambda seen: _in(seen, image_id)), image_id)


def delete_image(product_id: str, image_id: str, precondition: Precondition) -> None:
    """Take it off the product, then remove the objects; a crash between leaves what `pictures check --mend` removes.

    Whoever makes its renditions at the moment finds it gone afterwards, and removes what it made.
    """
    removed: list[Image] = []

    def remove(seen: Product) -> Product:
        removed[:] = [_in(seen, image_id)]
        return replace(seen, images=[one for one in seen.images if one.id != image_id])

    products.edit(product_id, remove, precondition, find=lambda seen: _in(seen, image_id))
    remove_objects(removed[0])


def remove_objects(image: Image) -> None:
    for key in (image.key, *image.renditions.values()):
        config.bucket.delete(key)


def sweep() -> None:
    """Ask again for pictures whose job was lost; run each minute.

    They are found by what the product itself says, so no crash between its write and the queue loses one. As long as
    jobs wait there, whoever does them is only behind. What the queue has given up again and again is left to its alarm
    after an hour.
    """
    now = clock.now()
    left = [one for one in products.with_processing_pictures() if _is_left(one, now)]
    for product in left if left and not jobs.waiting() else ():
        for image in product.images:
            if image.status == "processing":
                jobs.ask(product.id, image.id)


def _is_left(product: Product, now: float) -> bool:
    return LEFT_SECONDS <= now - product.updated_at < GIVEN_UP_SECONDS


def _with(product: Product, image: Image) -> Product:
    if _among(product, image.id):
        return product  # two completions at once
    _room_for_one(product)
    return replace(product, images=[*product.images, image])


def _room_for_one(product: Product) -> None:
    if len(product.images) >= MAX_IMAGES:
        raise invalid("images", f"At most {MAX_IMAGES} pictures of a product.", "limit_reached")


def _among(product: Product, image_id: str) -> Image | None:
    return next((one for one in product.images if one.id == image_id), None)


def _in(product: Product, image_id: str) -> Image:
    found = _among(product, image_id)
    if found is None:
        raise NotFound
    return found
