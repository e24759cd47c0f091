"""What can be done with sessions."""

from dataclasses import dataclass

from chalicelib import config
from chalicelib.accounts import domain as accounts
from chalicelib.accounts.domain import Person
from chalicelib.errors import SessionEnded, TokenReused
from chalicelib.sessions import models
from chalicelib.sessions.models import Session
from chalicelib.sessions.tokens import RefreshToken
from common import auth, clock, logs
from common.ids import new_id
from common.pagination import page
from common.problems import NotFound

ACCESS_SECONDS = 600
_log = logs.logger(__name__)


@dataclass(frozen=True)
class Pair:
    """An access token and the refresh token that goes with it."""

    access_token: str
    refresh_token: str


def log_in(email: str, password: str, device: str | None) -> tuple[Pair, Person]:
    """Start a session with e-mail address and password; raises InvalidCredentials, EmailUnverified, AccountDisabled."""
    person = accounts.authenticate(email, password)
    return _started(person.user_id, person.role, person.email, device), person


def start_guest(device: str | None) -> tuple[Pair, str, float]:
    """Start a session of an anonymous shopper; also their new id and the time."""
    guest_id = new_id("gst")
    return _started(guest_id, "guest", None, device), guest_id, clock.now()


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
    models.remove_all(user_id)


def _started(user_id: str, role: str, email: str | None, device: str | None) -> Pair:
    token = RefreshToken.new(user_id, new_id("ses"))
    session = models.add(token, role, email, device)
    return _pair(session, token, session.created_at * 1000)


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
