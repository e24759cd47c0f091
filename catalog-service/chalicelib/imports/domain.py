"""Imports as staff see them: announced, uploaded, started, watched, stopped."""

from chalicelib import config
from chalicelib.errors import UploadMissing
from chalicelib.imports.models import Import, errors_key, upload_key
from chalicelib.jobs import send, wake_all
from common.pagination import page
from common.problems import NotFound
from common.storage import Upload

_FORM_SECONDS = 3600
_TYPES = {"csv": "text/csv", "jsonl": "application/x-ndjson", "zip": "application/zip"}


def announce_import(format_: str, size: int) -> tuple[Import, Upload]:
    """A form that uploads exactly this: key, content type and size are fixed by its signature."""
    job = Import.announce(format_, size)
    form = config.bucket.presigned_post(upload_key(job.id), _TYPES[format_], size, ttl_seconds=_FORM_SECONDS)
    return job, form


def start_import(import_id: str) -> Import:
    """Let it run, from where it was stopped; one that runs or is over stays as it is.

    The form is good for a while after the start: the file's ETag, noted here, tells the worker if it was replaced.
    A crash before the message is sent: the sweep sends it.
    """
    job = find_import(import_id)
    if job.status != "waiting":
        return job
    found = config.bucket.stat(upload_key(job.id))
    if found is None:
        raise UploadMissing("Nothing has been uploaded with this form. Upload the file first.")
    started = job.start(*found)
    if started is None:
        return find_import(import_id)
    send(started, config.IMPORT_QUEUE_URL)
    return started


def find_import(import_id: str) -> Import:
    job = Import.find(import_id)
    if job is None:
        raise NotFound
    return job


def list_imports(limit: int, cursor: str | None, reader: str) -> tuple[list[Import], str | None]:
    """The newest first, in one query; `reader` is whose cursor it is."""
    scope = ("imports", reader)
    before = config.cursors.open(cursor, *scope)
    return page(Import.newest(before, limit + 1), limit, lambda job: str(job.id), config.cursors, *scope)


def stop_import(import_id: str) -> Import:
    """Let it wait again; what is in the shop stays there. One that does not run stays as it is."""
    find_import(import_id)
    return Import.stop(import_id) or find_import(import_id)


def errors_url(job: Import) -> str | None:
    """A presigned GET of the errors found so far; None as long as there are none."""
    return config.bucket.presigned_get(errors_key(job.id)) if job.reported else None


def sweep() -> None:
    """Go on with imports that a crash left; run each minute."""
    wake_all(Import, config.IMPORT_QUEUE_URL)
