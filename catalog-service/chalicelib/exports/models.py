"""An export: in which format, how far it has come."""

from typing import ClassVar

from pynamodb.attributes import UnicodeAttribute

from chalicelib.jobs import Job
from common import clock
from common.attributes import Whole
from common.ids import new_id
from common.tables import put

KEPT_SECONDS = 7 * 24 * 3600  # as the files, by the bucket's lifecycle


class Export(Job):
    """`EXPORTS / JOB#<id>`. `rows` are those written so far: CSV has one a variant, JSON lines one a product."""

    PARTITION: ClassVar[str] = "EXPORTS"

    rows = Whole(default=0)
    key = UnicodeAttribute(null=True)

    @classmethod
    def announce(cls, format_: str) -> "Export":
        """A put of a new id; a caller who lost the reply makes another."""
        job_id, now = new_id("exp"), int(clock.now())
        values = {"format": format_, "status": "waiting", "created_at": now, "expires_at": now + KEPT_SECONDS}
        made = cls.of(job_id, id=job_id, **values)
        put(made, cls.pk.does_not_exist())
        return cls.begin(job_id, condition=cls.status == "waiting") or made


def file_key(job_id: str, ending: str) -> str:
    return f"exports/{job_id}/products.{ending}"
