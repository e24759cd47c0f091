"""Pictures: a form for the upload, a look into what came, and only then a place on the product.

Renditions are not made yet: the thumbnail of a picture is the picture itself.
"""

import hashlib

from msgspec.structs import replace

from chalicelib import config
from chalicelib.errors import ImageInvalid, UploadMissing
from chalicelib.images.models import Upload
from chalicelib.products import domain as products
from chalicelib.products.domain import Image, Product
from common import clock
from common.ids import new_id
from common.pictures import Picture, look_into
from common.problems import NotFound, invalid
from common.storage import Upload as Form
from common.versions import Precondition

MAX_IMAGES = 20
MAX_PIXELS = 40_000_000
_FORM_SECONDS = 900
_KEPT_SECONDS = 24 * 3600
_ENDINGS = {"image/png": "png", "image/jpeg": "jpg", "image/webp": "webp"}


def announce_image(product_id: str, content_type: str, size: int, alt: str) -> tuple[str, Form]:
    """A form that uploads exactly this: key, content type and size are fixed by its signature.

    A put of a new id, so that the SDK may repeat it; a caller who lost the reply gets another form.
    """
    _room_for_one(products.stored(product_id))
    image_id = new_id("img")
    key = f"uploads/{product_id}/{image_id}"
    expires_at = int(clock.now()) + _KEPT_SECONDS
    Upload.of(product_id, image_id, key, content_type, alt, expires_at).save()
    return image_id, config.bucket.presigned_post(key, content_type, size, ttl_seconds=_FORM_SECONDS)


def complete_image(product_id: str, image_id: str, precondition: Precondition) -> Image:
    """Look into the upload and show it on the product; a repeat finds it there.

    What was looked at is put, without its metadata, under a key that no form reaches: the form can be used again, and
    must not replace a picture that was checked. The product is written last: a crash before it leaves an upload that
    can be completed again.
    """
    product = products.stored(product_id)
    shown = next((one for one in product.images if one.id == image_id), None)
    if shown:
        return shown
    upload = Upload.find(product_id, image_id)
    if upload is None:
        raise NotFound
    picture, key = _taken_over(upload, product_id, image_id)
    image = Image(id=image_id, key=key, width=picture.width, height=picture.height, alt=upload.alt)
    products.edit(product_id, lambda seen: _with(seen, image), precondition)
    config.bucket.delete(upload.key)
    return image


def _taken_over(upload: Upload, product_id: str, image_id: str) -> tuple[Picture, str]:
    """The picture and its final key, which holds its hash: two uploads by one form never share a key."""
    found = config.bucket.read(upload.key)
    if found is None:
        raise UploadMissing
    picture = look_into(found[0], MAX_PIXELS)
    if picture is None or picture.content_type != upload.content_type:
        config.bucket.delete(upload.key)
        raise ImageInvalid
    digest = hashlib.sha256(picture.content).hexdigest()[:12]
    key = f"images/{product_id}/{image_id}-{digest}.{_ENDINGS[picture.content_type]}"
    config.bucket.put(key, picture.content, picture.content_type)
    return picture, key


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
    """Take it off the product, then remove the object; a crash between leaves an object that nobody sees."""
    removed: list[Image] = []

    def remove(seen: Product) -> Product:
        removed[:] = [_in(seen, image_id)]
        return replace(seen, images=[one for one in seen.images if one.id != image_id])

    products.edit(product_id, remove, precondition, find=lambda seen: _in(seen, image_id))
    config.bucket.delete(removed[0].key)


def _with(product: Product, image: Image) -> Product:
    if any(one.id == image.id for one in product.images):
        return product  # two completions at once
    _room_for_one(product)
    return replace(product, images=[*product.images, image])


def _room_for_one(product: Product) -> None:
    if len(product.images) >= MAX_IMAGES:
        raise invalid("images", f"At most {MAX_IMAGES} pictures of a product.", "limit_reached")


def _in(product: Product, image_id: str) -> Image:
    found = next((one for one in product.images if one.id == image_id), None)
    if found is None:
        raise NotFound
    return found
