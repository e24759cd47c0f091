"""Requests and answers about sessions."""

from typing import Annotated, Literal

from msgspec import Meta, Struct

from chalicelib.accounts.schemas import EmailAddress, Password, User
from chalicelib.sessions.models import Session
from common import clock
from common.schemas import Body


class StartSession(Body):
    email: EmailAddress
    password: Password


class RefreshSession(Body):
    refresh_token: Annotated[str, Meta(min_length=1, max_length=4096)]


class Tokens(Struct, kw_only=True):
    """`expires_in` counts the seconds of the access token from when it was made."""

    access_token: str
    token_type: Literal["Bearer"] = "Bearer"  # noqa: S105 - no password
    expires_in: int
    refresh_token: str


class StartedSession(Tokens, kw_only=True):
    user: User


class LoggedIn(StartedSession, kw_only=True):
    """Send `device_token` as the header Device-Token when logging in again: it marks this device as known."""

    device_token: str


class SessionInfo(Struct, kw_only=True):
    """`current` is the session that asks."""

    id: str
    device: str | None
    created_at: str
    last_used_at: str
    expires_at: str
    current: bool


def describe(session: Session, current: str | None) -> SessionInfo:
    """`current` is the id of the session that asks."""
    return SessionInfo(
        id=session.session_id,
        device=session.device,
        created_at=clock.rfc3339(session.created_at),
        last_used_at=clock.rfc3339(session.used_at),
        expires_at=clock.rfc3339(session.expires_at),
        current=session.session_id == current,
    )
