"""The outbox of this service: events for others and jobs for the mail worker, written with the change itself."""

import json
from collections.abc import Iterable, Mapping
from typing import Any

import msgspec
from pynamodb.attributes import NumberAttribute, UnicodeAttribute

from chalicelib.table import UsersItem
from common import clock, tables, tracing
from common.events import OUTBOX_PREFIX, Event, OutboxAttributes, outbox_values
from common.ids import new_id

_KEPT_SECONDS = 7 * 24 * 3600


class MailJob(msgspec.Struct, kw_only=True, frozen=True):
    """A mail to write and send. It holds no address and no secret: the worker looks up one and makes the other."""

    id: str
    kind: str
    account: str
    traceparent: str


class Outgoing(OutboxAttributes, UsersItem):
    """`OUT#<id>`; an event, a mail job or both. `sent_at` is when the mail went out."""

    event = UnicodeAttribute(null=True)
    mail = UnicodeAttribute(null=True)
    sent_at = NumberAttribute(null=True)

    @classmethod
    def of(cls, event: Event, job: MailJob | None = None) -> "Outgoing":
        mail = _text(job) if job else None
        return cls(_key(job.id if job else event.id), "OUT", mail=mail, **outbox_values(event))

    @classmethod
    def of_mail(cls, job: MailJob) -> "Outgoing":
        return cls(_key(job.id), "OUT", mail=_text(job), expires_at=int(clock.now()) + _KEPT_SECONDS)


def mail_job(kind: str, account: str) -> MailJob:
    """A job of this moment; `account` is the keyed hash of the address."""
    return MailJob(id=new_id("mail"), kind=kind, account=account, traceparent=tracing.current().header)


def mail_jobs(records: Iterable[Mapping[str, Any]]) -> list[str]:
    """The jobs among a stream batch's raw records, as the JSON to put on the queue."""
    images = (record["dynamodb"].get("NewImage", {}) for record in records if record["eventName"] == "INSERT")
    return [image["mail"]["S"] for image in images if "S" in image.get("mail", {})]


def was_sent(job: MailJob) -> bool:
    """Whether a worker has finished this job before; queue and stream may give it twice."""
    found = tables.get(Outgoing, _key(job.id), "OUT")
    return found is not None and found.sent_at is not None


def mark_sent(job: MailJob) -> None:
    """Remember that the mail went out. Setting it twice changes nothing; lost, the mail goes out once more."""
    Outgoing(_key(job.id), "OUT").update(
        [Outgoing.sent_at.set(int(clock.now())), Outgoing.expires_at.set(int(clock.now()) + _KEPT_SECONDS)]
    )


def _key(job_id: str) -> str:
    return OUTBOX_PREFIX + job_id


def _text(job: MailJob) -> str:
    return json.dumps(msgspec.to_builtins(job))
