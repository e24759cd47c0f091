"""Requests and answers about pictures of people."""

from typing import Annotated, Literal

from msgspec import Meta, Struct

from common.schemas import Body
from common.storage import Upload

MAX_BYTES = 5 * 1024 * 1024
ContentType = Literal["image/png", "image/jpeg", "image/webp"]


class AnnounceAvatar(Body):
    content_type: ContentType
    size: Annotated[int, Meta(ge=1, le=MAX_BYTES, description="Bytes; the form takes exactly so many")]


class AnnouncedAvatar(Struct):
    upload: Upload
