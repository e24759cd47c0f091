"""Pictures whose bytes are at hand, as an import's: no form and no caller who waits."""

from chalicelib import config
from chalicelib.errors import ImageInvalid
from chalicelib.images import domain
from chalicelib.images.models import Upload
from chalicelib.products.domain import Image
from common import clock
from common.deadline import Deadline
from common.pictures import look_into
from common.versions import Precondition

MAX_BYTES = 10 * 1024 * 1024
_KEPT_SECONDS = 24 * 3600


def add_image(product_id: str, image_id: str, content: bytes, alt: str, deadline: Deadline) -> Image:
    """Put a picture on a product under an id that the caller made of its content; ImageInvalid if it is none.

    A repeat finds it there. A crash on the way leaves an upload that a repeat writes again, and that S3 removes.
    """
    picture = look_into(content, domain.MAX_PIXELS)
    if picture is None or len(content) > MAX_BYTES:
        raise ImageInvalid
    upload = Upload.of(product_id, image_id, picture.content_type, alt, int(clock.now()) + _KEPT_SECONDS)
    upload.save()
    config.bucket.put(upload.key, content, picture.content_type)
    return domain.complete_image(product_id, image_id, Precondition(), deadline)
