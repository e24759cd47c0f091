"""Exports as staff see them: asked for, watched, downloaded."""

from chalicelib import config
from chalicelib.exports.models import Export
from chalicelib.jobs import send, wake_all
from common.problems import NotFound


def start_export(format_: str) -> Export:
    """Have a file written in the background. A crash before the message is sent: the sweep sends it."""
    job = Export.announce(format_)
    send(job, config.EXPORT_QUEUE_URL)
    return job


def find_export(export_id: str) -> Export:
    job = Export.find(export_id)
    if job is None:
        raise NotFound
    return job


def sweep() -> None:
    """Write those anew that a crash left; run each minute."""
    wake_all(Export, config.EXPORT_QUEUE_URL)
