"""What a person can ask of us by law: what we hold on them, and that we forget them."""

import contextlib
from dataclasses import dataclass

from chalicelib import events
from chalicelib.accounts import domain as accounts
from chalicelib.accounts.domain import Profile
from chalicelib.addresses import domain as addresses
from chalicelib.addresses.domain import Entry
from chalicelib.avatars import domain as avatars
from chalicelib.credentials.recheck import recheck
from chalicelib.external import domain as external
from chalicelib.external.domain import Linked
from chalicelib.mail.recipients import seal
from chalicelib.outbox import MailJob, Outgoing, mail_job
from chalicelib.privacy import models
from chalicelib.privacy.models import Row
from chalicelib.sessions import domain as sessions
from chalicelib.sessions.domain import Session
from common.auth import Caller
from common.problems import NotFound, TokenInvalid, Unavailable
from common.tables import Refused, Transaction

ACCOUNT_ERASED = "account_erased"


@dataclass(frozen=True)
class Holdings:
    """All that is held on a person. A guest has sessions only."""

    account: Profile | None
    addresses: list[Entry]
    sessions: list[Session]
    identities: list[Linked]


def find_holdings(user_id: str) -> Holdings:
    """One Query."""
    return _sorted(user_id, models.find_all(user_id))


def erase(caller: Caller, password: str | None) -> None:
    """Forget the caller here and tell the other services; raises PasswordWrong, or TokenInvalid without a session.

    One transaction on the account as it was read removes what a transaction takes, and orders the rest: nobody can log
    in any more, and the stream's handler does what a crash leaves undone.
    """
    rows = models.find_all(caller.id)
    holdings = _sorted(caller.id, rows)
    if caller.session_id not in {one.session_id for one in holdings.sessions}:
        raise TokenInvalid
    if holdings.account is None:
        raise NotFound
    proof = recheck(caller, holdings.account, password)
    transaction = Transaction()
    accounts.add_erasure(transaction, holdings.account)
    proof.add(transaction)
    transaction.put(Outgoing.of(events.user_erased(caller.id), mail=_farewell(holdings.account), settle=caller.id))
    models.add_removal(transaction, _others(rows, holdings))
    try:
        transaction.commit()
    except Refused:
        raise Unavailable(retry_after=1) from None
    with contextlib.suppress(Unavailable):  # also ends a session that began after the first look
        erase_rest(caller.id)


def erase_rest(user_id: str) -> None:
    """Remove what is left of a person whose account was erased; what is stored decides, so it may be called twice."""
    rows = models.find_all(user_id)
    holdings = _sorted(user_id, rows)
    if holdings.account:
        return
    external.remove(holdings.identities)
    models.remove(_others(rows, holdings))
    avatars.remove_all(user_id)


def _sorted(user_id: str, rows: list[Row]) -> Holdings:
    return Holdings(
        accounts.profile_in(rows),
        addresses.entries_in(user_id, rows),
        sessions.sessions_in(rows),
        external.linked_in(rows),
    )


def _others(rows: list[Row], holdings: Holdings) -> list[Row]:
    """What goes by itself. The account goes in one piece, and an identity also stands elsewhere."""
    apart = [holdings.account, *holdings.identities]
    keys = {one.sk for one in apart if one}
    return [row for row in rows if row["sk"]["S"] not in keys]


def _farewell(account: Profile) -> MailJob | None:
    """To an address that is known to be theirs."""
    if not account.email_verified:
        return None
    return mail_job(ACCOUNT_ERASED, accounts.account_of(account.email), seal(accounts.recipient(account)))
