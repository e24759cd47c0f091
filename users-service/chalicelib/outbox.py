"""The outbox of this service: events for others, jobs for the mail worker, sessions to settle, written with the change.

The table's stream hands every new item on, so nothing that a change entails is lost with the process that made it.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import msgspec
from pynamodb.attributes import NumberAttribute, UnicodeAttribute

from chalicelib.events import USER_ERASED
from chalicelib.table import UsersItem
from common import clock, tables, tracing
from common.events import OUTBOX_PREFIX, Event, OutboxAttributes, outbox_values, published
from common.ids import new_id

_KEPT_SECONDS = 7 * 24 * 3600


class MailJob(msgspec.Struct, kw_only=True, frozen=True, omit_defaults=True):
    """A mail to write and send; the worker looks up the address and makes the link.

    `account` is the keyed hash of the address that it goes to; `user_id` says whose account it is about where that
    address does not tell; `to` is a sealed recipient, for an address that is gone by then.
    """

    id: str
    kind: str
    account: str
    traceparent: str
    user_id: str | None = None
    to: str | None = None


class Outgoing(OutboxAttributes, UsersItem):
    """`OUT#<id>`: an event, a mail job, a user whose sessions are to be settled, or some of them together.

    `sent_at` is when the mail went out.
    """

    event = UnicodeAttribute(null=True)
    mail = UnicodeAttribute(null=True)
    settle = UnicodeAttribute(null=True)
    sent_at = NumberAttribute(null=True)

    @classmethod
    def of(cls, event: Event | None = None, *, mail: MailJob | None = None, settle: str | None = None) -> "Outgoing":
        values = outbox_values(event) if event else {"expires_at": _kept_until()}
        text = json.dumps(msgspec.to_builtins(mail)) if mail else None
        return cls(_key(_id(event, mail)), "OUT", mail=text, settle=settle, **values)


def mail_job(kind: str, account: str, to: str | None = None, *, user_id: str | None = None) -> MailJob:
    """A job of this moment."""
    trace = tracing.current().header
    return MailJob(id=new_id("mail"), kind=kind, account=account, traceparent=trace, user_id=user_id, to=to)


def mail_jobs(records: Iterable[Mapping[str, Any]]) -> list[str]:
    """The jobs among a stream batch's raw records, as the JSON to put on the queue."""
    return _inserted(records, "mail")


def to_settle(records: Iterable[Mapping[str, Any]]) -> list[str]:
    """The users among a stream batch's raw records whose sessions are to be settled."""
    return _inserted(records, "settle")


def erased(records: Sequence[Mapping[str, Any]]) -> list[str]:
    """The users among a stream batch's raw records whose account was erased."""
    return [one.subject for one in published(records) if one.type == USER_ERASED]


def was_sent(job: MailJob) -> bool:
    """Whether a worker has finished this job before; queue and stream may give it twice."""
    found = tables.get(Outgoing, _key(job.id), "OUT")
    return found is not None and found.sent_at is not None


def mark_sent(job: MailJob) -> None:
    """Remember that the mail went out, and no longer to whom. Twice changes nothing; lost, it goes out once more."""
    Outgoing(_key(job.id), "OUT").update(
        [
            Outgoing.mail.remove(),
            Outgoing.sent_at.set(int(clock.now())),
            Outgoing.expires_at.set(_kept_until()),
        ]
    )


def _inserted(records: Iterable[Mapping[str, Any]], name: str) -> list[str]:
    images = (record["dynamodb"].get("NewImage", {}) for record in records if record["eventName"] == "INSERT")
    return [image[name]["S"] for image in images if _is_outgoing(image) and "S" in image.get(name, {})]


def _is_outgoing(image: Mapping[str, Any]) -> bool:
    return str(image.get("pk", {}).get("S", "")).startswith(OUTBOX_PREFIX)


def _id(event: Event | None, mail: MailJob | None) -> str:
    """The job's, if there is one: the worker finds the item by it."""
    return mail.id if mail else event.id if event else new_id("out")


def _key(one: str) -> str:
    return OUTBOX_PREFIX + one


def _kept_until() -> int:
    return int(clock.now()) + _KEPT_SECONDS
