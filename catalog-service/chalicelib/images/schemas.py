"""Request and response types of pictures."""

from typing import Annotated, Literal

from msgspec import UNSET, Meta, Struct, UnsetType

from common.schemas import Body
from common.storage import Upload

MAX_BYTES = 10 * 1024 * 1024
ContentType = Literal["image/png", "image/jpeg", "image/webp"]
Alt = Annotated[str, Meta(max_length=300)]
Place = Annotated[int, Meta(ge=0, le=19)]


class AnnounceImage(Body):
    content_type: ContentType
    size: Annotated[int, Meta(ge=1, le=MAX_BYTES, description="Bytes; the form takes exactly so many")]
    alt: Alt = ""


class ChangeImage(Body):
    alt: Alt | UnsetType = UNSET
    position: Place | UnsetType = UNSET


class AnnouncedImage(Struct):
    image_id: str
    upload: Upload
