"""Work that takes minutes, done in the background: who does it at present, and how far it has come.

A job is an item. Only the worker that was told the job's `ticket` may take it, and each taking counts `fence` up: every
later write of an earlier worker is refused, so that nothing is counted twice however often a queue delivers a message.
A worker renews `lease_until` while it goes on; where that has passed, the sweep gives out a new ticket. A job that
never gets any further, however often it is woken, ends as failed.
"""

import json
from collections.abc import Iterator
from typing import Any, ClassVar, Self
from uuid import uuid4

from pynamodb.attributes import UnicodeAttribute
from pynamodb.expressions.condition import Condition
from pynamodb.expressions.update import Action
from pynamodb.indexes import GlobalSecondaryIndex, KeysOnlyProjection

from chalicelib import sweeping
from chalicelib.table import CatalogItem
from common import aws, clock, logs, tracing
from common.attributes import Whole
from common.tables import ConditionFailed, Item, get, update

WORKING_SECONDS = 10  # without a sign of life, then another may go on
WAITING_SECONDS = 120  # for a message to come through the queue
MOST_WAKES = 30  # without a step forward: half an hour
KEPT_SECONDS = 30 * 24 * 3600


_log = logs.logger(__name__)


class Fenced(Exception):
    """The job was stopped, or somebody else goes on with it: write nothing more."""


class UnfinishedIndex(GlobalSecondaryIndex["Job"]):  # type: ignore[no-untyped-call]
    """Jobs that are to go on; empty but for those."""

    class Meta(Item.Meta):
        index_name = "unfinished"
        projection = KeysOnlyProjection()

    unfinished = UnicodeAttribute(hash_key=True)
    pk = UnicodeAttribute(range_key=True)


class Job(CatalogItem):
    """`<PARTITION> / JOB#<id>`. DynamoDB removes it by `expires_at`."""

    PARTITION: ClassVar[str] = ""

    id = UnicodeAttribute()
    format = UnicodeAttribute()
    status = UnicodeAttribute()
    ticket = UnicodeAttribute(null=True)
    fence = Whole(default=0)
    lease_until = Whole(default=0)
    woken = Whole(default=0)
    reason = UnicodeAttribute(null=True)
    unfinished = UnicodeAttribute(null=True)
    created_at = Whole()
    ended_at = Whole(null=True)
    expires_at = Whole()
    unfinished_index = UnfinishedIndex()

    @classmethod
    def of(cls, job_id: str, **values: Any) -> Self:
        return cls(cls.PARTITION, f"JOB#{job_id}", **values)

    @classmethod
    def find(cls, job_id: str) -> Self | None:
        return get(cls, cls.PARTITION, f"JOB#{job_id}")

    @classmethod
    def newest(cls, before: str | None, number: int) -> list[Self]:
        older = cls.sk < f"JOB#{before}" if before else None
        return list(cls.query(cls.PARTITION, older, scan_index_forward=False, limit=number))

    @classmethod
    def stalled(cls) -> Iterator[Self]:
        """Those that nobody goes on with, though somebody should."""
        for row in cls.unfinished_index.query(cls.PARTITION):
            found = cls.find(row.sk.removeprefix("JOB#"))
            if found and found.unfinished and found.lease_until < clock.now():
                yield found

    @classmethod
    def take(cls, job_id: str, ticket: str) -> Self | None:
        """The job, if this ticket is the one that counts. A repeat takes it from whoever had it before."""
        ours = (cls.ticket == ticket) & cls.unfinished.exists()
        actions = [cls.fence.set(cls.fence + 1), cls.lease_until.set(_in(WORKING_SECONDS))]
        try:
            return update(cls.of(job_id), actions, ours)
        except ConditionFailed:
            return None

    def keep(self, *actions: Action) -> Self:
        """Write as its worker and stay it for a while; Fenced if somebody else is, or it was stopped.

        A repeat after a lost reply writes the same values again. What is counted is set, never added to.
        """
        return self._write([*actions, type(self).lease_until.set(_in(WORKING_SECONDS))])

    def advance(self, *actions: Action) -> Self:
        """The same for a step forward: whoever goes on begins after it."""
        return self.keep(*actions, type(self).woken.set(0))

    def hand_over(self) -> Self:
        """End this worker's turn, with a new ticket for the next. A crash before it is told: the sweep tells."""
        kind = type(self)
        return self._write([kind.ticket.set(_ticket()), kind.lease_until.set(_in(WAITING_SECONDS))])

    def end(self, status: str, *actions: Action) -> Self:
        kind = type(self)
        over = [kind.status.set(status), kind.ended_at.set(int(clock.now())), kind.unfinished.remove()]
        return self._write([*over, kind.ticket.remove(), *actions])

    def wake(self) -> Self | None:
        """A new ticket for a job that stalled; None if somebody was faster."""
        kind = type(self)
        actions = [kind.ticket.set(_ticket()), kind.lease_until.set(_in(WAITING_SECONDS))]
        return self._if_still_stalled([*actions, kind.woken.set(self.woken + 1)])

    def give_up(self) -> None:
        kind = type(self)
        over = [kind.status.set("failed"), kind.ended_at.set(int(clock.now())), kind.unfinished.remove()]
        self._if_still_stalled([*over, kind.reason.set("internal_error It stopped again and again.")])

    def _if_still_stalled(self, actions: list[Action]) -> Self | None:
        kind = type(self)
        same = (kind.fence == self.fence) & (kind.lease_until == self.lease_until) & kind.unfinished.exists()
        try:
            return update(self, actions, same)
        except ConditionFailed:
            return None

    @classmethod
    def begin(cls, job_id: str, *actions: Action, condition: Condition) -> Self | None:
        """Let it run; None if the condition does not hold."""
        given = [cls.ticket.set(_ticket()), cls.lease_until.set(_in(WAITING_SECONDS))]
        running = [cls.status.set("running"), cls.unfinished.set(cls.PARTITION)]
        try:
            return update(cls.of(job_id), [*running, *given, *actions], condition)
        except ConditionFailed:
            return None

    def _write(self, actions: list[Action]) -> Self:
        kind = type(self)
        mine = (kind.fence == self.fence) & (kind.ticket == self.ticket) & kind.unfinished.exists()
        try:
            return update(self, actions, mine)
        except ConditionFailed:
            raise Fenced from None


def send(job: Job, queue_url: str) -> None:
    """Tell a worker. A lost or repeated message does no harm: the sweep sends another, and a ticket counts once."""
    from botocore.exceptions import BotoCoreError, ClientError

    message = json.dumps({"id": job.id, "ticket": job.ticket, "traceparent": tracing.current().header})
    try:
        aws.client("sqs").send_message(QueueUrl=queue_url, MessageBody=message)
    except (BotoCoreError, ClientError) as error:
        _log.warning("job_not_queued", exc_info=error, extra={"job": job.id})


def received(message: str) -> tuple[str, str]:
    """The job's id and the ticket; what is logged from here on carries the trace of the request that asked for it."""
    told = json.loads(message)
    tracing.start(told.get("traceparent"))
    return str(told["id"]), str(told["ticket"])


def wake_all(kind: type[Job], queue_url: str) -> None:
    """Go on with what a crash left; run each minute."""
    sweeping.each(kind.stalled(), lambda job: _wake(job, queue_url))


def _wake(job: Job, queue_url: str) -> None:
    if job.woken >= MOST_WAKES:
        job.give_up()
    elif woken := job.wake():
        send(woken, queue_url)


def _in(seconds: int) -> int:
    return int(clock.now()) + seconds


def _ticket() -> str:
    return str(uuid4())
