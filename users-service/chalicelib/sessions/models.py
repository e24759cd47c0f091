"""Sessions in the users table: `USER#<id> / SESS#<session id>`, beside the account that they belong to."""

import contextlib
from collections.abc import Iterable, Iterator
from typing import Any

from pynamodb.attributes import NumberAttribute, UnicodeAttribute

from chalicelib.sessions.tokens import RefreshToken
from chalicelib.table import UsersItem
from common import clock, tables
from common.tables import ConditionFailed, Transaction

LIVES_SECONDS = 30 * 24 * 3600  # after its last use
REPEAT_SECONDS = 10
_PREFIX = "SESS#"


class Session(UsersItem):
    """`role` and `email` are those of the account, so that refreshing reads nothing else; an ended session is deleted.

    `epoch` is the account's when the session began: it ends with the epoch. `current` is the hash of the valid refresh
    token, `former` that of the one before it, `sealed` its successor. Times are whole seconds, but for `rotated_at_ms`.
    """

    user_id = UnicodeAttribute()
    session_id = UnicodeAttribute()
    role = UnicodeAttribute()
    email = UnicodeAttribute(null=True)
    epoch = NumberAttribute(default=0)
    device = UnicodeAttribute(null=True)
    created_at = NumberAttribute()
    used_at = NumberAttribute()
    expires_at = NumberAttribute()
    current = UnicodeAttribute()
    former = UnicodeAttribute(null=True)
    sealed = UnicodeAttribute(null=True)
    rotated_at_ms = NumberAttribute(null=True)

    @property
    def live(self) -> bool:
        """DynamoDB removes expired items days late, so it is asked each time."""
        return self.expires_at > clock.now()

    def repeats(self, token: RefreshToken) -> bool:
        """Whether this token was exchanged a moment ago, so that its answer may have been lost."""
        since = int(clock.now() * 1000) - (self.rotated_at_ms or 0)
        return self.former == token.hash and since <= REPEAT_SECONDS * 1000


def begun(token: RefreshToken, role: str, email: str | None, device: str | None, epoch: int) -> Session:
    """A new session under a new id, for a transaction to put."""
    now = int(clock.now())
    return Session(
        *_key(token.user_id, token.session_id),
        user_id=token.user_id,
        session_id=token.session_id,
        role=role,
        email=email,
        epoch=epoch,
        device=device,
        created_at=now,
        used_at=now,
        expires_at=now + LIVES_SECONDS,
        current=token.hash,
    )


def find(user_id: str, session_id: str) -> Session | None:
    session = tables.get(Session, *_key(user_id, session_id))
    return session if session and session.live else None


def rotate(token: RefreshToken, successor: RefreshToken) -> tuple[bool, Session | None]:
    """Exchange the token for its successor, if it is the current one of a live session: (True, the session after).

    Else nothing changes: (False, the session as it stands, None if there is none). Of those that race with one token
    one wins, and the others read in the refusal what it wrote; so does the SDK when it repeats after a lost reply.
    """
    now = clock.now()
    try:
        session = tables.update(
            Session(*_key(token.user_id, token.session_id)),
            [
                Session.current.set(successor.hash),
                Session.former.set(token.hash),
                Session.sealed.set(token.seal(successor)),
                Session.rotated_at_ms.set(int(now * 1000)),
                Session.used_at.set(int(now)),
                Session.expires_at.set(int(now) + LIVES_SECONDS),
            ],
            (Session.current == token.hash) & (Session.expires_at > int(now)),
        )
    except ConditionFailed as failed:
        return False, Session.from_raw_data(failed.item) if failed.item else None
    return True, session


def list_sessions(user_id: str, before: str | None) -> Iterator[Session]:
    """The user's live sessions, newest first, from the one after `before`."""
    condition = Session.sk.startswith(_PREFIX) if before is None else Session.sk.between(_PREFIX, _PREFIX + before)
    found = Session.query(_key(user_id, "")[0], condition, scan_index_forward=False, consistent_read=True)
    return (one for one in found if one.live and one.session_id != before)


def remove(user_id: str, session_id: str) -> bool:
    """End a session; False if there was no live one. Deleting it again changes nothing."""
    try:
        tables.delete(Session(*_key(user_id, session_id)), Session.expires_at > int(clock.now()))
    except ConditionFailed:
        return False
    return True


def list_all(user_id: str) -> list[Session]:
    return list(Session.query(_key(user_id, "")[0], Session.sk.startswith(_PREFIX), consistent_read=True))


def sessions_in(rows: Iterable[dict[str, Any]]) -> list[Session]:
    """The live ones among raw items of a user, newest first."""
    found = [Session.from_raw_data(row) for row in rows if row["sk"]["S"].startswith(_PREFIX)]
    return [one for one in found if one.live][::-1]


def remove_all(sessions: Iterable[Session]) -> None:
    """End these sessions. Repeatable; a crash half-way leaves some, which the next call ends."""
    with Session.batch_write() as batch:
        for one in sessions:
            batch.delete(one)


def set_email(session: Session, email: str) -> None:
    """Have the session's next tokens carry this address, unless it has ended. Again it sets the same."""
    with contextlib.suppress(ConditionFailed):
        tables.update(Session(session.pk, session.sk), [Session.email.set(email)], Session.pk.exists())


def add_epoch(transaction: Transaction, user_id: str, session_id: str, epoch: int) -> None:
    """Take a live session along into an epoch, in the transaction that begins it; refused if the session has ended."""
    live = Session.expires_at > int(clock.now())
    transaction.update(Session(*_key(user_id, session_id)), [Session.epoch.set(epoch)], live)


def _key(user_id: str, session_id: str) -> tuple[str, str]:
    return f"USER#{user_id}", _PREFIX + session_id
