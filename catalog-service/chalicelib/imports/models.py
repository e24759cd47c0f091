"""An import: what was announced, how far it has come, and what its rows came to."""

from typing import ClassVar

from pynamodb.attributes import UnicodeAttribute
from pynamodb.expressions.update import Action

from chalicelib.jobs import KEPT_SECONDS, Job
from common import clock
from common.attributes import Whole
from common.ids import new_id
from common.tables import ConditionFailed, put, update


class Import(Job):
    """`IMPORTS / JOB#<id>`; one partition lists all.

    `source` is the file of rows: the upload, or what was in an archive. `position` is the byte of it where the next row
    begins, and `line` its number. Position and counts are written together, so that no row counts twice. `rows` is
    there once the file was looked over. `parts` is how many files of errors there are, `reported` how many of them are
    in the one that is shown.
    """

    PARTITION: ClassVar[str] = "IMPORTS"

    size = Whole()
    etag = UnicodeAttribute(null=True)
    rows_format = UnicodeAttribute()
    source = UnicodeAttribute()
    source_size = Whole(default=0)
    source_etag = UnicodeAttribute(null=True)
    position = Whole(default=0)
    line = Whole(default=1)
    rows = Whole(null=True)
    done = Whole(default=0)
    failed = Whole(default=0)
    parts = Whole(default=0)
    reported = Whole(default=0)

    @property
    def looked_over(self) -> bool:
        return self.rows is not None

    @classmethod
    def announce(cls, format_: str, size: int) -> "Import":
        """A put of a new id, so that the SDK may repeat it; a caller who lost the reply gets another."""
        job_id, now = new_id("imp"), int(clock.now())
        values = {"size": size, "source": upload_key(job_id), "rows_format": format_, "created_at": now}
        made = cls.of(job_id, id=job_id, format=format_, status="waiting", expires_at=now + KEPT_SECONDS, **values)
        put(made, cls.pk.does_not_exist())
        return made

    def start(self, size: int, etag: str) -> "Import | None":
        """From where it was stopped, if it was, and then of the same file, which the reader sees to.

        None unless it waits: of two starts one wins, and a repeat after a lost reply finds it running.
        """
        first: list[Action] = [Import.source_size.set(size), Import.etag.set(etag)] if self.etag is None else []
        unbegun = Import.etag.does_not_exist() if self.etag is None else Import.etag.exists()
        return Import.begin(self.id, *first, condition=(Import.status == "waiting") & unbegun)

    @classmethod
    def stop(cls, job_id: str) -> "Import | None":
        """Its worker is refused at the next write, and rows after the last one that was counted are read again."""
        actions = [cls.status.set("waiting"), cls.unfinished.remove(), cls.ticket.remove()]
        try:
            return update(cls.of(job_id), actions, cls.status == "running")
        except ConditionFailed:
            return None


def upload_key(job_id: str) -> str:
    return f"imports/{job_id}/upload"


def rows_key(job_id: str, ending: str) -> str:
    """The file of rows that was in an archive."""
    return f"imports/{job_id}/rows.{ending}"


def errors_key(job_id: str) -> str:
    return f"imports/{job_id}/errors.jsonl"


def part_key(job_id: str, number: int) -> str:
    return f"imports/{job_id}/errors/{number:06d}.jsonl"
