"""What staff and administrators do with the accounts of others."""

from collections.abc import Iterator
from typing import Any

from chalicelib import config
from chalicelib.accounts import domain, models, writes
from chalicelib.accounts.models import Person, Profile
from chalicelib.errors import OwnAccount
from chalicelib.outbox import Outgoing
from chalicelib.sessions import domain as sessions
from common import ids, tables
from common.pagination import page
from common.problems import Forbidden, NotFound, Unavailable
from common.tables import Refused, Transaction
from common.versions import ANY, Precondition

_TRIES = 5


def list_users(caller_id: str, email: str | None, limit: int, cursor: str | None) -> tuple[list[Person], str | None]:
    """The account with this address, waiting ones too, or all that were confirmed, newest sign-ups first."""
    scope = ("users", caller_id, email or "")
    start = config.cursors.open(cursor, *scope)
    if email is not None:
        return _with_address(email), None
    rows = list(_newest(start, limit + 1))
    return page(rows, limit, lambda one: one.user_id, config.cursors, *scope)


def find_user(user_id: str) -> Person:
    found = models.find_profile(user_id) or models.find_waiting_by_id(user_id)
    if found is None:
        raise NotFound
    return found


def assign_role(admin_id: str, user_id: str, role: str, seen: Precondition = ANY) -> Profile:
    return _change(admin_id, user_id, {"role": role}, seen)


def disable(admin_id: str, user_id: str, seen: Precondition = ANY) -> Profile:
    return _change(admin_id, user_id, {"disabled": True}, seen)


def enable(admin_id: str, user_id: str, seen: Precondition = ANY) -> Profile:
    return _change(admin_id, user_id, {"disabled": False}, seen)


def _change(admin_id: str, user_id: str, changes: dict[str, Any], seen: Precondition) -> Profile:
    """Change what an account may do, and end its sessions; what is so already stays as it is.

    One transaction on the account as it was read, tried again if that has changed. It also demands that the
    administrator still is one: of two who remove each other one comes too late. A crash before the sessions are
    settled is made up for by the stream's handler.
    """
    if user_id == admin_id:
        raise OwnAccount
    for _ in range(_TRIES):
        profile = domain.find_user(user_id)
        if all(getattr(profile, name) == value for name, value in changes.items()):
            return profile
        seen.check(int(profile.version), required=False)
        if _written(admin_id, profile, changes):
            sessions.settle(user_id)
            return profile
    raise Unavailable(retry_after=1)


def _written(admin_id: str, profile: Profile, changes: dict[str, Any]) -> bool:
    """Whether the changes were written; then `profile` shows them."""
    changes = {**changes, "version": int(profile.version) + 1, "epoch": int(profile.epoch) + 1}
    transaction = Transaction()
    writes.add_admin(transaction, admin_id)
    writes.add_changes(transaction, profile, changes, Profile.version == int(profile.version))
    transaction.put(Outgoing.of(settle=profile.user_id))
    try:
        transaction.commit()
    except Refused as refused:
        if refused.reasons[0]:
            raise Forbidden from None
        return False
    writes.show(profile, changes)
    return True


def _with_address(email: str) -> list[Person]:
    log_in, waiting = tables.get_all(*domain.log_in_refs(email))
    found = log_in or (waiting if waiting and waiting.live else None)
    return [found] if found else []


def _newest(start: str | None, most: int) -> Iterator[Profile]:
    """Accounts from the one after `start`, month by month; each month that is asked has some, so pages are full."""
    for month in models.list_months(writes.month_of(ids.made_at(start)) if start else None):
        for profile in models.list_sign_ups(month, start, most):
            yield profile
            most -= 1
            if not most:
                return
