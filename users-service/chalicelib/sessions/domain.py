"""What can be done with sessions."""

from dataclasses import dataclass
from typing import Any

from chalicelib import config
from chalicelib.accounts import domain as accounts
from chalicelib.accounts.domain import LogIn
from chalicelib.errors import InvalidCredentials, SessionEnded, TokenReused
from chalicelib.limits import domain as limits
from chalicelib.sessions import models
from chalicelib.sessions.models import Session as Session
from chalicelib.sessions.tokens import RefreshToken, device_in, knows_device
from common import auth, clock, logs
from common.auth import Caller
from common.ids import new_id
from common.pagination import page
from common.problems import Forbidden, NotFound, Unavailable
from common.tables import Refused, Transaction, get_all

sessions_in = models.sessions_in
ACCESS_SECONDS = 600
_TRIES = 5
_log = logs.logger(__name__)


@dataclass(frozen=True)
class Pair:
    """An access token and the refresh token that goes with it."""

    access_token: str
    refresh_token: str


@dataclass(frozen=True)
class Started:
    """A session and its tokens, as long as nothing is written yet."""

    pair: Pair
    session: Session


def log_in(email: str, password: str, device: str | None, device_token: str | None, address: str) -> tuple[Pair, LogIn]:
    """Start a session with e-mail address and password.

    Raises InvalidCredentials, EmailUnverified, AccountDisabled, and TooManyRequests before the password is looked at.
    The session begins in one transaction with the demand that the account is as it was read, so none begins after a
    change of the password or a disabling, and that the budget of guesses was not used up meanwhile; else all is read
    again. If the reply gets lost, a session stays that nobody has the tokens of.
    """
    for _ in range(_TRIES):
        log_in, waiting, tries, found = _look_up(email, device_token, address)
        tries.check(found)
        transaction = Transaction()
        tries.passed(transaction, found)
        try:
            person = accounts.authenticate(log_in, waiting, password)
        except InvalidCredentials:
            tries.failed()
            raise
        except Forbidden:  # tells that the password is right, so it is counted like a log-in
            if _committed(transaction):
                raise
            continue
        started = new(person.user_id, person.role, person.email, device, int(person.epoch))
        accounts.add_unchanged(transaction, person, password)
        add(transaction, started)
        if _committed(transaction):
            return started.pair, person
    raise Unavailable(retry_after=1)


def _look_up(email: str, device_token: str | None, address: str) -> tuple[Any, Any, limits.Attempts, list[Any]]:
    """What stands under the address and, for the device, which counters count and what they say: one read.

    Whether the device is known shows only with the account, so both its own and the shared counters are read.
    """
    account, device = accounts.account_of(email), device_in(device_token)
    unknown = limits.attempts(account, None, address)
    if device is None:
        unknown.check_flood()
    known = limits.attempts(account, device, None) if device else unknown
    log_in, waiting, *found = get_all(*accounts.log_in_refs(email), *unknown.refs, *known.refs)
    if device and log_in and knows_device(log_in.user_id, str(device_token)):
        return log_in, waiting, known, found[len(unknown.refs) :]
    return log_in, waiting, unknown, found[: len(unknown.refs)]


def start_guest(device: str | None, address: str) -> tuple[Pair, str, float]:
    """Start a session of an anonymous shopper; also their new id and the time. Raises TooManyRequests.

    The session and its count are one transaction; a lost reply leaves a session that nobody has the tokens of.
    """
    guest_id = new_id("gst")
    started = new(guest_id, "guest", None, device, 0)
    limits.count("guest", address, lambda transaction: add(transaction, started))
    return started.pair, guest_id, clock.now()


def new(user_id: str, role: str, email: str | None, device: str | None, epoch: int) -> Started:
    """A session of somebody with an account of this epoch, or of a guest. It begins when a transaction has it."""
    token = RefreshToken.new(user_id, new_id("ses"))
    session = models.begun(token, role, email, device, epoch)
    return Started(_pair(session, token, session.created_at * 1000), session)


def add(transaction: Transaction, started: Started) -> None:
    """Have the session begin with what the transaction writes: a put under a new id, the same at each try."""
    transaction.put(started.session)


def refresh(text: str) -> Pair:
    """Exchange a refresh token for a new pair.

    The same token again within 10 seconds gives the same pair, later it ends the session and raises TokenReused: one of
    two parties that have it is a thief. Raises SessionEnded for a token of no live session.
    """
    token = RefreshToken.read(text)
    if token is None:
        raise SessionEnded
    successor = token.successor()
    rotated, session = models.rotate(token, successor)
    if session is None or not session.live:
        raise SessionEnded
    if rotated:
        return _pair(session, successor, session.rotated_at_ms)
    if session.repeats(token):
        return _pair(session, token.unseal(str(session.sealed)), session.rotated_at_ms)
    models.remove(token.user_id, token.session_id)
    _log.warning("refresh_token_reused", extra={"session_id": token.session_id})
    raise TokenReused


def list_sessions(user_id: str, limit: int, cursor: str | None) -> tuple[list[Session], str | None]:
    """The user's live sessions, newest first."""
    before = config.cursors.open(cursor, "sessions", user_id)
    found = models.list_sessions(user_id, before)
    rows = [one for one, _ in zip(found, range(limit + 1), strict=False)]
    return page(rows, limit, lambda one: one.session_id, config.cursors, "sessions", user_id)


def end(user_id: str, session_id: str) -> None:
    """End one session of the user; raises NotFound if it is not theirs or has ended."""
    if not models.remove(user_id, session_id):
        raise NotFound


def end_current(user_id: str, session_id: str | None) -> None:
    """Log out; without effect if the session has ended."""
    if session_id:
        models.remove(user_id, session_id)


def end_all(user_id: str) -> None:
    """End every session of the user; access tokens already given out live on for up to ten minutes."""
    models.remove_all(models.list_all(user_id))


def is_live(caller: Caller) -> bool:
    """Whether the session that the caller's token belongs to has not ended."""
    return find_session(caller.id, caller.session_id) is not None


def find_session(user_id: str, session_id: str | None) -> Session | None:
    """A live session as it is now."""
    return models.find(user_id, session_id) if session_id else None


def keep(transaction: Transaction, user_id: str, session_id: str, epoch: int) -> None:
    """Have a session survive the epoch that the transaction begins; the transaction is refused if it has ended."""
    models.add_epoch(transaction, user_id, session_id, epoch)


def settle(user_id: str) -> None:
    """Make the user's sessions agree with the account: those of an earlier epoch end, and all if there is no account;
    the others carry its address.

    What is stored decides, so it may come late, twice or beside another: after a change of address all is read again.
    """
    for _ in range(_TRIES):
        profile = accounts.find_profile(user_id)
        if profile is None:
            return end_all(user_id)
        sessions = models.list_all(user_id)
        models.remove_all(one for one in sessions if one.epoch < profile.epoch)
        differing = [one for one in sessions if one.epoch >= profile.epoch and one.email != profile.email]
        if not differing:
            return None
        for one in differing:
            models.set_email(one, profile.email)
    raise Unavailable(retry_after=1)


def _committed(transaction: Transaction) -> bool:
    try:
        transaction.commit()
    except Refused:
        return False
    return True


def _pair(session: Session, refresh_token: RefreshToken, made_ms: float | None) -> Pair:
    """Made of stored values alone and signed without randomness, so that a repeat gives the same text again."""
    made = int((made_ms or 0) / 1000)
    claims = {
        "iss": auth.USER_ISSUER,
        "aud": auth.USER_AUDIENCE,
        "sub": session.user_id,
        "role": session.role,
        **({"email": session.email} if session.email else {}),
        "sid": session.session_id,
        "iat": made,
        "exp": made + ACCESS_SECONDS,
    }
    return Pair(config.signer.sign(claims), refresh_token.text())
