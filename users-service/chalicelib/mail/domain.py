"""From a job in the outbox to a mail that was sent.

At least once: stream and queue may give a job again, and a worker may die after sending. A job that is known to be
done is skipped; otherwise the mail goes out once more, with another link that works.
"""

from collections.abc import Iterable, Mapping
from typing import Any

import msgspec

from chalicelib import config, outbox
from chalicelib.accounts import domain as accounts
from chalicelib.mail import letters, sender
from chalicelib.mail.letters import Letter
from chalicelib.outbox import MailJob
from common import logs, tracing

_log = logs.logger(__name__)


def hand_over(records: Iterable[Mapping[str, Any]]) -> None:
    """Give the mail jobs of a stream batch to the queue, where they wait while SES is down."""
    for job in outbox.mail_jobs(records):
        sender.queue(job)


def deliver(body: str) -> None:
    """Write and send the mail of one job. The link's token is made here, so that none is stored or queued."""
    job = msgspec.json.decode(body, type=MailJob)
    tracing.start(job.traceparent)
    if outbox.was_sent(job):
        return
    letter = _letter(job)
    if letter:
        sender.send(letter)
        _log.info("mail_sent", extra={"kind": job.kind, "mail_id": job.id})
    outbox.mark_sent(job)


def _letter(job: MailJob) -> Letter | None:
    """The mail, or None if nobody is waiting for it any more."""
    if job.kind == accounts.CONFIRM_ADDRESS:
        return _confirm_address(job)
    owner = accounts.owner(job)
    return letters.address_taken(owner.email, owner.name, f"{config.PUBLIC_URL}/login") if owner else None


def _confirm_address(job: MailJob) -> Letter | None:
    found = accounts.confirmation(job)
    if found is None:
        return None
    recipient, token = found
    return letters.confirm_address(recipient.email, recipient.name, f"{config.PUBLIC_URL}/confirm-email?token={token}")
