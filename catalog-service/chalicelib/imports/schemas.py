"""Request and response types of imports."""

from typing import Annotated, Literal

from msgspec import Meta, Struct

from common.schemas import Body
from common.storage import Upload

MAX_BYTES = 200 * 1024 * 1024

Format = Literal["csv", "jsonl", "zip"]


class AnnounceImport(Body):
    """`zip` holds `products.csv` or `products.jsonl`, and pictures in `images/`."""

    format: Format
    size: Annotated[int, Meta(ge=1, le=MAX_BYTES, description="Bytes")]


class AnnouncedImport(Struct, kw_only=True):
    id: str
    upload: Upload


class Unreadable(Struct):
    """Why nothing could be read."""

    code: str
    message: str


class ImportView(Struct, kw_only=True):
    """`rows` is 0 until they are counted. `progress` goes from 0 to 1, by bytes.

    `errors_url` leads to JSON lines `{line, slug, field, code, message}` and grows while the import runs; null as long
    as there are none. `problem` is there when the status is failed.
    """

    id: str
    format: Format
    status: Literal["waiting", "running", "done", "failed"]
    rows: int
    done: int
    failed: int
    progress: float
    errors_url: str | None
    problem: Unreadable | None
    created_at: str
    ended_at: str | None


class ImportList(Struct):
    items: list[ImportView]
    next_cursor: str | None
