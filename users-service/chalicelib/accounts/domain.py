"""What can be done with accounts."""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from chalicelib import events
from chalicelib.accounts import models, passwords
from chalicelib.accounts.models import LogIn, Profile
from chalicelib.accounts.models import Person as Person
from chalicelib.errors import AccountDisabled, EmailUnverified, InvalidCredentials, MailTokenInvalid
from chalicelib.outbox import MailJob, Outgoing, mail_job
from common import clock
from common.ids import new_id
from common.problems import NotFound, Unavailable, VersionMismatch
from common.versions import Precondition

CONFIRM_ADDRESS = "confirm_address"
ADDRESS_TAKEN = "address_taken"
_TRIES = 5


@dataclass(frozen=True)
class Recipient:
    """Whom a mail is for."""

    email: str
    name: str
    locale: str


def register(email: str, password: str, name: str) -> None:
    """Make an account whose address is not confirmed yet.

    If there is one already, only the owner of the address learns of it, by mail. While nobody has confirmed the
    address, the latest registration counts: its password, and only a link that was sent after it.
    """
    passwords.check(password)
    password_hash = passwords.hashed(password)
    person = new_person(email, name)
    attempt = new_id("try")
    job = mail_job(CONFIRM_ADDRESS, models.account_of(email))
    try:
        models.create(person, password_hash, attempt, Outgoing.of(events.user_registered(person["user_id"]), job))
    except models.AddressTaken as taken:
        again = taken.waiting and models.register_again(
            taken.log_in, name, password_hash, attempt, Outgoing.of_mail(job)
        )
        if not again:
            _order_mail(ADDRESS_TAKEN, email)


def request_verification(email: str) -> None:
    """Send the link again, if there is an account to confirm. The worker finds out, so the answer tells nothing."""
    _order_mail(CONFIRM_ADDRESS, email)


def confirm_email(token: str) -> None:
    """Confirm the address that the token was sent to; raises MailTokenInvalid. A token works once."""
    link = models.find_link(token)
    if link is None or not models.confirm(link):
        raise MailTokenInvalid


def authenticate(email: str, password: str) -> Person:
    """Whose e-mail address and password these are. Only the right password learns that an account can't be used."""
    log_in = models.find_log_in(models.account_of(email))
    if not passwords.verify(password, log_in.password_hash if log_in else None) or log_in is None:
        raise InvalidCredentials
    if log_in.disabled:
        raise AccountDisabled
    if not log_in.email_verified:
        raise EmailUnverified
    return log_in


def find_user(user_id: str) -> Profile:
    profile = models.find_profile(user_id)
    if profile is None:
        raise NotFound
    return profile


def change_profile(user_id: str, changes: Mapping[str, Any], precondition: Precondition) -> Profile:
    """Change name, locale or consent; raises VersionMismatch if the caller's version is no longer the current one."""
    for _ in range(_TRIES):
        profile = find_user(user_id)
        precondition.check(int(profile.version), required=False)
        if not changes or models.change(profile, changes):
            return _with(profile, changes)
        if precondition.if_match not in (None, "*"):
            raise VersionMismatch
    raise Unavailable(retry_after=1)


def confirmation(job: MailJob) -> tuple[Recipient, str] | None:
    """Whom to send a link and its new token, or None where there is nothing to confirm (any more)."""
    log_in = models.find_log_in(job.account)
    if log_in is None or log_in.email_verified:
        return None
    token = secrets.token_urlsafe(32)
    models.add_link(token, job.account, log_in)
    return _recipient(log_in), token


def owner(job: MailJob) -> Recipient | None:
    log_in = models.find_log_in(job.account)
    return _recipient(log_in) if log_in else None


def _order_mail(kind: str, email: str) -> None:
    """One put with a new id: sent again after a lost reply, it is the same item."""
    Outgoing.of_mail(mail_job(kind, models.account_of(email))).save()


def new_person(email: str, name: str) -> dict[str, Any]:
    """The attributes of an account that begins now."""
    return {
        "user_id": new_id("usr"),
        "email": email,
        "name": name,
        "role": "customer",
        "email_verified": False,
        "created_at": int(clock.now()),
    }


def _recipient(log_in: LogIn) -> Recipient:
    return Recipient(log_in.email, log_in.name, log_in.locale)


def _with(profile: Profile, changes: Mapping[str, Any]) -> Profile:
    """The profile as it stands after a change that was written."""
    for name, value in changes.items():
        setattr(profile, name, value)
    profile.version = int(profile.version) + (1 if changes else 0)
    return profile
