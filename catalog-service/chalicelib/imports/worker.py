"""Brings an import's rows in, a turn at a time: one message of the queue, one turn of some seconds.

After each batch the place in the file and the counts are written together, under the fence of jobs.py. What a crash
leaves is a batch that was brought in but not counted: it is brought in again, which changes nothing, and counted then.
"""

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from itertools import chain

from chalicelib import config
from chalicelib.imports import archive, report
from chalicelib.imports.archive import Pictures, Unreadable
from chalicelib.imports.columns import Columns, HeaderUnknown, csv_entries
from chalicelib.imports.entries import Entry, text_entries
from chalicelib.imports.models import Import, rows_key, upload_key
from chalicelib.imports.reading import Checked, Line, NotUtf8, ReadRange, Record, csv_records, lines, text_records
from chalicelib.imports.upsert import Upsert
from chalicelib.jobs import Fenced, received, send
from common.storage import Changed

TURN_SECONDS = 20.0
_BEAT_SECONDS = 3.0
_BATCH_ENTRIES = 100
_BATCH_BYTES = 4 * 1024 * 1024
_TYPES = {"csv": "text/csv", "jsonl": "application/x-ndjson"}


def work(message: str) -> None:
    """One turn. A message whose ticket no longer counts is of a job that others go on with, or that is over."""
    job = Import.take(*received(message))
    if job is None:
        return
    try:
        following = _turn(job)
    except Fenced:
        return
    except Changed:
        _fail(job, "file_changed", "The uploaded file was replaced, or is gone. Make a new import.")
        return
    if following:
        send(following, config.IMPORT_QUEUE_URL)


def _turn(job: Import) -> Import | None:
    """The job as handed over to the next turn; None if it is over."""
    if not job.looked_over:
        try:
            job = _looked_over(job)
        except (NotUtf8, HeaderUnknown, Unreadable) as why:
            _fail(job, *_reason(why))
            return None
    end = time.monotonic() + TURN_SECONDS
    with ExitStack() as stack:
        pictures = _pictures(job, stack)
        for batch in _batches(_entries(job)):
            job = _brought_in(job, batch, pictures)
            if time.monotonic() > end:
                return report.shown(job).hand_over()
    report.shown(job).end("done")
    return None


def _fail(job: Import, code: str, message: str) -> None:
    try:
        job.end("failed", Import.reason.set(f"{code} {message}"))
    except Fenced:
        pass  # somebody else goes on with it, and will find out


def _reason(why: Exception) -> tuple[str, str]:
    if isinstance(why, NotUtf8):
        return "not_utf8", "The file is not text in UTF-8."
    return ("header_unknown" if isinstance(why, HeaderUnknown) else "archive_invalid"), str(why)


def _brought_in(job: Import, batch: Sequence[Entry], pictures: Pictures | None) -> Import:
    """The batch's errors are written before it is counted: a crash between writes them once more."""
    outcomes = Upsert(pictures, _Beat(job))(batch)
    failed = sum(entry.rows for entry, mistakes in zip(batch, outcomes, strict=True) if mistakes)
    done = sum(entry.rows for entry in batch) - failed
    parts = report.write_part(job, list(chain.from_iterable(outcomes)))
    return job.advance(
        Import.position.set(batch[-1].end),
        Import.line.set(batch[-1].next_line),
        Import.done.set(job.done + done),
        Import.failed.set(job.failed + failed),
        Import.parts.set(parts),
    )


class _Beat:
    """A sign of life every few seconds."""

    def __init__(self, job: Import) -> None:
        self._job, self._at = job, time.monotonic()

    def __call__(self) -> None:
        if time.monotonic() - self._at > _BEAT_SECONDS:
            self._job.keep()
            self._at = time.monotonic()


def _reader(key: str, etag: str | None) -> ReadRange:
    return lambda start, length: config.bucket.read_range(key, start, length, etag or "")


def _looked_over(job: Import) -> Import:
    """Read the whole file once before anything is changed: is it text, does the header make sense, how many rows."""
    beat = _Beat(job)
    if job.format == "zip":
        job = _unpacked(job, beat)
    read = Checked(_reader(job.source, job.source_etag or job.etag))
    try:
        found = lines(_beating(read, beat), job.source_size, 0, 1)
        rows = sum(entry.rows for entry in _parsed(job.rows_format, found, None))
        read.finish()
    except UnicodeDecodeError:
        raise NotUtf8 from None
    return job.advance(Import.rows.set(rows))


def _beating(read: ReadRange, beat: Callable[[], None]) -> ReadRange:
    def reading(start: int, length: int) -> bytes:
        beat()
        return read(start, length)

    return reading


def _unpacked(job: Import, beat: Callable[[], None]) -> Import:
    """The rows as an object of their own, which can be read from any place on. A repeat writes the same one."""
    with archive.rows_of(_reader(job.source, job.etag), job.size, beat) as (file, size, ending):
        key = rows_key(job.id, ending)
        config.bucket.put_file(key, file, _TYPES[ending])
    found = config.bucket.stat(key)
    actions = [Import.source.set(key), Import.source_size.set(size), Import.rows_format.set(ending)]
    return job.advance(*actions, Import.source_etag.set(found[1] if found else ""))


def _pictures(job: Import, stack: ExitStack) -> Pictures | None:
    if job.format != "zip":
        return None
    return Pictures(stack.enter_context(archive.opened(_reader(upload_key(job.id), job.etag), job.size)))


def _entries(job: Import) -> Iterator[Entry]:
    """From where the import stands."""
    read = _reader(job.source, job.source_etag or job.etag)
    columns = _columns(lines(read, job.source_size, 0, 1)) if job.rows_format == "csv" and job.position else None
    yield from _parsed(job.rows_format, lines(read, job.source_size, job.position, job.line), columns)


def _parsed(rows_format: str, found: Iterator[Line], columns: Columns | None) -> Iterator[Entry]:
    """Without columns the header comes first."""
    if rows_format == "jsonl":
        return text_entries(text_records(found))
    records = csv_records(found)
    return csv_entries(records, columns or _header(records))


def _columns(found: Iterator[Line]) -> Columns:
    return _header(csv_records(found))


def _header(records: Iterator[Record]) -> Columns:
    return Columns(next((record.cells for record in records), []))


def _batches(entries: Iterator[Entry]) -> Iterator[list[Entry]]:
    """Some entries together, no slug and no SKU twice: what the file names first comes first."""
    batch: list[Entry] = []
    slugs: set[str | None] = set()
    skus: set[str] = set()
    size = 0
    for entry in entries:
        weight = entry.end - (batch[-1].end if batch else entry.end)
        again = entry.slug in slugs or not entry.skus.isdisjoint(skus)
        if batch and (again or len(batch) >= _BATCH_ENTRIES or size + weight > _BATCH_BYTES):
            yield batch
            batch, slugs, skus, size = [], set(), set(), 0
        batch.append(entry)
        slugs |= {entry.slug} - {None}
        skus |= entry.skus
        size += weight
    if batch:
        yield batch
