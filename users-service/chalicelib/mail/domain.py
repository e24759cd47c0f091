"""From a job in the outbox to a mail that was sent.

At least once: stream and queue may give a job again, and a worker may die after sending. A job that is known to be
done is skipped; otherwise the mail goes out once more, with another link that works.
"""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

import msgspec

from chalicelib import outbox
from chalicelib.accounts import domain as accounts
from chalicelib.credentials import domain as credentials
from chalicelib.mail import allowance, letters, sender
from chalicelib.mail.recipients import Recipient, unseal
from chalicelib.outbox import MailJob
from chalicelib.registrations import domain as registrations
from common import ids, logs, tracing
from common.mail import Letter

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
    letter = _WRITERS[job.kind](job)
    if letter:
        _send(job, letter)
    outbox.mark_sent(job)


def _send(job: MailJob, letter: Letter) -> None:
    about = {"kind": letter.kind, "mail_id": job.id}
    if not allowance.allows(letter.kind, job.account, job.id):
        _log.info("mail_dropped", extra=about)
        return
    sender.send(letter)
    _log.info("mail_sent", extra=about)


def _registration(job: MailJob) -> Letter | None:
    """One answer for all who register; the mailbox learns whether there is an account."""
    return _confirm_address(job) or _address_taken(job)


def _confirm_address(job: MailJob) -> Letter | None:
    return _with_link(job, "confirm_address", registrations.confirmation(job.account), "/confirm-email")


def _confirm_new_address(job: MailJob) -> Letter | None:
    found = credentials.new_address(job.user_id or "", job.account)
    return _with_link(job, "confirm_new_address", found, "/confirm-email") or _address_taken(job)


def _password_reset(job: MailJob) -> Letter | None:
    return _with_link(job, "password_reset", credentials.reset(job.account), "/reset-password")


def _address_taken(job: MailJob) -> Letter | None:
    """For the owner, unless it is whom this job is about, who has followed another link meanwhile."""
    log_in = accounts.find_log_in(job.account)
    if log_in is None or not log_in.email_verified or log_in.user_id == job.user_id:
        return None
    return _letter(job, "address_taken", accounts.recipient(log_in), "/login")


def _password_changed(job: MailJob) -> Letter | None:
    return _letter(job, "password_changed", accounts.owner(job.account), "/forgot-password")


def _sealed(job: MailJob) -> Letter | None:
    """For an address that nobody has any more."""
    return _letter(job, job.kind, unseal(job.to) if job.to else None, "/")


def _with_link(job: MailJob, kind: str, found: tuple[Recipient, str] | None, page: str) -> Letter | None:
    recipient, token = found or (None, "")
    return _letter(job, kind, recipient, f"{page}?token={token}")


def _letter(job: MailJob, kind: str, recipient: Recipient | None, path: str) -> Letter | None:
    """The mail, or None if nobody is waiting for it any more."""
    if recipient is None:
        return None
    return letters.write(kind, recipient.email, recipient.name, ids.made_at(job.id), path)


_WRITERS: Mapping[str, Callable[[MailJob], Letter | None]] = {
    "registration": _registration,
    "confirm_address": _confirm_address,
    "address_taken": _address_taken,
    "password_reset": _password_reset,
    "password_changed": _password_changed,
    "confirm_new_address": _confirm_new_address,
    "address_changed": _sealed,
    "account_erased": _sealed,
}
