"""HTTP in, HTTP out for sessions."""

from typing import Any

from chalice import Blueprint

from chalicelib.accounts.domain import Person
from chalicelib.accounts.schemas import User, present
from chalicelib.errors import AccountDisabled, EmailUnverified, InvalidCredentials, SessionEnded, TokenReused
from chalicelib.sessions import domain
from chalicelib.sessions.schemas import (
    LoggedIn,
    RefreshSession,
    SessionInfo,
    StartedSession,
    StartSession,
    Tokens,
    describe,
)
from chalicelib.sessions.tokens import device_token
from common import clock
from common.auth import everyone, public
from common.http import Call, operation
from common.problems import CursorInvalid, NotFound, TooManyRequests
from common.schemas import Nothing, Page, PageQuery

routes = Blueprint(__name__)
_LONGEST_DEVICE = 200


@routes.route("/sessions", methods=["POST"])
@operation(
    allow=public,
    request=StartSession,
    responses={201: LoggedIn},
    problems=[InvalidCredentials, EmailUnverified, AccountDisabled, TooManyRequests],
)
def log_in(body: StartSession, call: Call) -> LoggedIn:
    """Log in with e-mail address and password."""
    shown = call.header("Device-Token")
    pair, person = domain.log_in(body.email, body.password, device_name(call), shown, call.source_address)
    return logged_in(pair, person, call)


@routes.route("/sessions/guest", methods=["POST"])
@operation(allow=public, request=Nothing, responses={201: StartedSession}, problems=[TooManyRequests])
def start_guest(body: Nothing, call: Call) -> StartedSession:  # noqa: ARG001 - taken so that it is checked
    """Start shopping without an account."""
    pair, guest_id, now = domain.start_guest(device_name(call), call.source_address)
    return StartedSession(**_tokens(pair), user=_guest(guest_id, now))


@routes.route("/sessions/refresh", methods=["POST"])
@operation(allow=public, request=RefreshSession, responses={200: Tokens}, problems=[SessionEnded, TokenReused])
def refresh(body: RefreshSession) -> Tokens:
    """Exchange a refresh token for a new pair; each works once, but for a repeat within ten seconds."""
    return Tokens(**_tokens(domain.refresh(body.refresh_token)))


@routes.route("/sessions", methods=["GET"])
@operation(allow=everyone, query=PageQuery, responses={200: Page[SessionInfo]}, problems=[CursorInvalid])
def list_sessions(query: PageQuery, call: Call) -> Page[SessionInfo]:
    """List the own sessions, newest first."""
    found, cursor = domain.list_sessions(call.caller.id, query.limit, query.cursor)
    return Page(items=[describe(one, call.caller.session_id) for one in found], next_cursor=cursor)


@routes.route("/sessions/current", methods=["DELETE"])
@operation(allow=everyone, responses={204: None})
def end_current(call: Call) -> None:
    """Log out."""
    domain.end_current(call.caller.id, call.caller.session_id)


@routes.route("/sessions/{session_id}", methods=["DELETE"])
@operation(allow=everyone, responses={204: None}, problems=[NotFound])
def end(session_id: str, call: Call) -> None:
    """End one of the own sessions."""
    domain.end(call.caller.id, session_id)


@routes.route("/sessions", methods=["DELETE"])
@operation(allow=everyone, responses={204: None})
def end_all(call: Call) -> None:
    """End all own sessions, this one too."""
    domain.end_all(call.caller.id)


def logged_in(pair: domain.Pair, person: Person, call: Call) -> LoggedIn:
    """The answer to a log-in, however it was made; it makes the device a known one."""
    device = device_token(person.user_id, call.header("Device-Token"))
    return LoggedIn(**_tokens(pair), user=present(person), device_token=device)


def device_name(call: Call) -> str | None:
    """What the client calls itself, cut to a length that fits a list."""
    return (call.header("User-Agent") or "")[:_LONGEST_DEVICE] or None


def _tokens(pair: domain.Pair) -> dict[str, Any]:
    return {
        "access_token": pair.access_token,
        "refresh_token": pair.refresh_token,
        "expires_in": domain.ACCESS_SECONDS,
    }


def _guest(guest_id: str, now: float) -> User:
    return User(
        id=guest_id,
        email=None,
        name=None,
        role="guest",
        email_verified=False,
        locale=None,
        marketing_consent=False,
        avatar_url=None,
        version=1,
        created_at=clock.rfc3339(now),
    )
