"""Writes an export in one go: products page by page into a temporary file, and that into the bucket.

The export says that it is done after the file is there. A crash before leaves it to the next worker, who begins again
and writes the same key.
"""

import io
import tempfile
import time
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import IO, TypeVar

import msgspec

from chalicelib import config
from chalicelib.categories import domain as categories
from chalicelib.exports.models import Export, file_key
from chalicelib.exports.writing import Layout, portable, write_csv
from chalicelib.jobs import Fenced, received
from chalicelib.portable import Body
from chalicelib.products import domain as products
from chalicelib.stock import counters

T = TypeVar("T")
_AT_ONCE = 50
_BEAT_SECONDS = 1.0
_TYPES = {"csv": "text/csv; charset=utf-8", "jsonl": "application/x-ndjson"}


def work(message: str) -> None:
    """A message whose ticket no longer counts is of an export that others write, or that is written."""
    job = Export.take(*received(message))
    if job is None:
        return
    try:
        _write(job)
    except Fenced:
        return


def _write(job: Export) -> None:
    layout, progress = Layout(), _Progress(job)
    with tempfile.TemporaryFile() as spool, tempfile.TemporaryFile() as sheet:
        for body in _bodies():
            layout.note(body)
            spool.write(msgspec.json.encode(body) + b"\n")
            progress.add(1 if job.format == "jsonl" else 0)
        if job.format == "csv":
            _to_csv(spool, sheet, layout, progress)
        key = file_key(job.id, job.format)
        config.bucket.put_file(key, sheet if job.format == "csv" else spool, _TYPES[job.format])
    job.end("done", Export.key.set(key), Export.rows.set(progress.rows))


def _to_csv(spool: IO[bytes], sheet: IO[bytes], layout: Layout, progress: "_Progress") -> None:
    """The columns are known only when every product was seen, so the sheet is written from the lines."""
    spool.seek(0)
    text = io.TextIOWrapper(sheet, encoding="utf-8", newline="", write_through=True)
    for rows in write_csv(map(msgspec.json.decode, spool), layout.columns, text):
        progress.add(rows)
    text.detach()  # else the sheet would be closed with it


def _bodies() -> Iterator[Body]:
    """Every product but the archived ones, each as it stands when it is read, the oldest first."""
    slugs = {one.id: one.slug for one in categories.read_tree().values()}
    for some in _pieces(one for one in products.all_stored() if one.live):
        levels = counters.levels([variant.sku for one in some for variant in one.variants])
        available = {sku: level.available for sku, level in levels.items()}
        yield from (portable(one, slugs, available) for one in some)


def _pieces(found: Iterable[T]) -> Iterator[list[T]]:
    rest = iter(found)
    while piece := list(islice(rest, _AT_ONCE)):
        yield piece


class _Progress:
    """Counts rows, and shows them each second; a sign of life, too."""

    def __init__(self, job: Export) -> None:
        self._job, self._at, self.rows = job, time.monotonic(), 0

    def add(self, rows: int) -> None:
        self.rows += rows
        if time.monotonic() - self._at > _BEAT_SECONDS:
            self._job.keep(Export.rows.set(self.rows))
            self._at = time.monotonic()
