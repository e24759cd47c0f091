"""Request and response types of exports."""

from typing import Literal

from msgspec import Struct

from common.schemas import Body

Format = Literal["csv", "jsonl"]


class StartExport(Body):
    format: Format


class ExportView(Struct, kw_only=True):
    """`url` is there once the status is done, and stays good for at least two hours from when it was given."""

    id: str
    format: Format
    status: Literal["running", "done", "failed"]
    rows: int
    url: str | None
    created_at: str
    ended_at: str | None
    expires_at: str
