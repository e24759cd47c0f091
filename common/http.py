"""HTTP on Chalice: what every route of every service has in common, in the contract's order of checks.

`operation`, below a plain Chalice route, checks token, role, content type, size, JSON and types, then calls the view
with its path parameters and, where it names them, `body`, `query` and `call`. Apps are made of it in service.py.
"""

import functools
import hashlib
import hmac
import inspect
import json
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextvars import ContextVar
from dataclasses import dataclass, field
from types import UnionType
from typing import Annotated, Any, Generic, TypeVar, Union, get_args, get_origin

import msgspec
from chalice import Response
from chalice.app import MultiDict, Request

from common import logs, tracing, validation
from common.auth import Access, Caller, Verifier
from common.deadline import Deadline
from common.problems import (
    BodyTooLarge,
    Forbidden,
    IdempotencyKeyInvalid,
    IdempotencyKeyRequired,
    MalformedJson,
    NotFound,
    Problem,
    TokenInvalid,
    TokenMissing,
    Unavailable,
    UnsupportedMediaType,
)
from common.settings import Settings
from common.versions import Precondition, etag, matches

T = TypeVar("T")
View = Callable[..., Any]
LiveCheck = Callable[[Caller], bool]
MAX_BODY_BYTES = 256 * 1024
REQUEST_SECONDS = 10.0
_JSON = re.compile(r"^application/json *(;.*)?$", re.IGNORECASE)
_CHARSET = re.compile(r"charset *= *\"?([^\s;\"]+)", re.IGNORECASE)
_PATH_PART = re.compile(r"^[A-Za-z0-9._-]{1,128}\Z")
_WHOLE = re.compile(r"^-?[0-9]{1,18}\Z")
_KEY = re.compile(r"^[\x21-\x7e]{1,255}\Z")
_log = logs.logger(__name__)


class Reply(Generic[T]):
    """An answer with more than a body. `version` becomes the ETag, and a matching If-None-Match then gets a 304.

    `variant` tells representations of one version apart, as in other languages.
    """

    def __init__(
        self,
        status: int,
        body: T | None = None,
        *,
        version: int | None = None,
        variant: str = "",
        location: str | None = None,
        retry_after: int | None = None,
        replayed: bool = False,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        self.status = status
        self.body = body
        self.version = version
        self.variant = variant
        named = {
            "ETag": etag(version, variant) if version is not None else None,
            "Location": location,
            "Retry-After": str(retry_after) if retry_after is not None else None,
            "Idempotent-Replayed": "true" if replayed else None,
        }
        self.headers = {name: value for name, value in named.items() if value is not None} | dict(headers or {})


@dataclass(frozen=True)
class Operation:
    """What a route declares of itself; the OpenAPI document and the authorisation tests are made from it."""

    allow: Access
    request: type | None
    query: type | None
    responses: Mapping[int, type | None]
    problems: Sequence[type[Problem]]
    keyed: bool
    if_match: bool
    live: bool = False
    hidden: bool = False
    restricted: Mapping[str, Sequence[str]] = field(default_factory=dict)


@dataclass
class Call:
    """The request in hand, as far as views need it beyond their arguments."""

    request: Request
    settings: Settings
    verifier: Verifier
    session_is_live: LiveCheck | None = None
    deadline: Deadline = field(default_factory=lambda: Deadline(REQUEST_SECONDS))
    json: Any = None

    def header(self, name: str) -> str | None:
        value = self.request.headers.get(name)
        return None if value is None else str(value)

    @functools.cached_property
    def caller(self) -> Caller:
        """Who sent the token; raises TokenMissing, TokenInvalid or TokenExpired."""
        return self.verifier.from_header(self.header("Authorization"))

    def has_role(self, *names: str) -> bool:
        """For what a public route shows only to some: False without a token, 401 with a bad one."""
        try:
            return self.caller.role in names
        except TokenMissing:
            return False

    @property
    def precondition(self) -> Precondition:
        return Precondition(self.header("If-Match"))

    def knows(self, version: int, variant: str = "") -> bool:
        """Whether the caller has this representation already, so that the rest of it need not be read."""
        seen = self.header("If-None-Match")
        return seen is not None and matches(seen, version, variant)

    @property
    def idempotency_key(self) -> str:
        """Raises IdempotencyKeyRequired or IdempotencyKeyInvalid."""
        key = self.header("Idempotency-Key")
        if not key:
            raise IdempotencyKeyRequired
        if not _KEY.match(key):
            raise IdempotencyKeyInvalid
        return key

    @property
    def body_hash(self) -> str:
        """SHA-256 of the body's meaning: order of members and white space do not matter."""
        text = json.dumps(self.json, sort_keys=True, separators=(",", ":"))
        return hashlib.sha256(text.encode()).hexdigest()

    @property
    def source_address(self) -> str:
        """The client's address: the last that the edge has written down if the edge is calling, else the peer's.

        API Gateway adds its own peer, which is the edge: counted by that address, all clients of it would be one.
        """
        peer = str(self.request.context.get("identity", {}).get("sourceIp", ""))
        told = [one.strip() for one in (self.header("X-Forwarded-For") or "").split(",")]
        if len(told) > 1 and told[-1] == peer:
            told.pop()
        return told[-1] if told[-1] and self._is_from_the_edge() else peer

    def _is_from_the_edge(self) -> bool:
        secret, sent = self.settings.edge_secret, self.header("X-Edge-Secret") or ""
        return bool(secret) and hmac.compare_digest(sent.encode(), secret.encode())


current: ContextVar[Call] = ContextVar("call")


def operation(
    *,
    allow: Access,
    responses: Mapping[int, type | None],
    request: type | None = None,
    query: type | None = None,
    problems: Sequence[type[Problem]] = (),
    keyed: bool = False,
    if_match: bool = False,
    live: bool = False,
    restricted: Mapping[str, Sequence[str]] | None = None,
) -> Callable[[View], View]:
    """Declare a view: who may call it, what it takes, what it answers. The view returns a body or a Reply.

    A body alone is answered with the smallest status of `responses`. `problems` are those of the domain;
    the ones that every route can have need no mention. `keyed` demands an Idempotency-Key. `live` asks whether the
    caller's session has ended (else its access token is good until it expires): 401 then, before any look at the body.
    `restricted` names query parameters that only some roles may use: 403 for all others, whatever stands in them.
    """
    declared = Operation(allow, request, query, responses, problems, keyed, if_match, live, restricted=restricted or {})

    def wrap(view: View) -> View:
        wanted = inspect.signature(view).parameters.keys() & {"body", "query", "call"}

        @functools.wraps(view)
        def handle(**path: str) -> Response:
            call = current.get()
            try:
                arguments = _arguments(call, declared, wanted)
                _check_path(path.values())
                return _answer(call, declared, view(**path, **arguments))
            except Problem as problem:
                return problem_response(problem)
            except Exception as error:
                return problem_response(_unexpected(error))

        handle.operation = declared  # type: ignore[attr-defined]
        return handle

    return wrap


def _arguments(call: Call, declared: Operation, wanted: set[str]) -> dict[str, Any]:
    """The checks in the contract's order: 401, 403, 415, 413, 400, 422."""
    if not declared.allow.public:
        declared.allow.check(call.caller)
    if declared.live:
        _check_live(call)
    if declared.restricted:
        _check_restricted(call, declared.restricted)
    values: dict[str, Any] = {"call": call}
    if declared.request:
        _check_media_type(call)
    if len(_raw(call)) > MAX_BODY_BYTES:
        raise BodyTooLarge
    if declared.keyed:
        _ = call.idempotency_key
    if declared.request:
        values["body"] = _body(call, declared.request)
    if declared.query:
        values["query"] = _query(call.request.query_params, declared.query)
    return {name: values[name] for name in wanted}


def _check_live(call: Call) -> None:
    if call.session_is_live is None:
        raise TypeError("make_app was given no session_is_live")
    if not call.session_is_live(call.caller):
        raise TokenInvalid("The session has ended. Log in again.")


def _check_restricted(call: Call, restricted: Mapping[str, Sequence[str]]) -> None:
    for name in restricted.keys() & (call.request.query_params or {}).keys():
        if not call.has_role(*restricted[name]):
            raise Forbidden


def _check_path(parts: Iterable[str]) -> None:
    """Nothing of ours has such a name, so no store is asked for it."""
    if not all(_PATH_PART.match(part) for part in parts):
        raise NotFound


def _check_media_type(call: Call) -> None:
    raw = _raw(call)
    kind = call.header("Content-Type") or ""
    charset = _CHARSET.search(kind)
    if raw and (not _JSON.match(kind) or (charset and charset[1].lower() not in ("utf-8", "utf8"))):
        raise UnsupportedMediaType


def _raw(call: Call) -> bytes:
    raw = call.request.raw_body
    return raw.encode() if isinstance(raw, str) else raw


def _body(call: Call, kind: type) -> Any:
    raw = _raw(call)
    if raw:
        call.json = validation.decode_json(raw)
    elif any(one.required for one in msgspec.structs.fields(kind)):
        raise MalformedJson("The body is missing.")
    else:
        call.json = {}
    return validation.convert(call.json, kind)


def _query(given: MultiDict | None, kind: type) -> Any:
    known = {one.encode_name: one for one in msgspec.structs.fields(kind)}
    values = {name: given.getlist(name) for name in given or () if name in known} if given else {}
    return validation.convert({name: _query_value(found, known[name].type) for name, found in values.items()}, kind)


def _query_value(found: list[str], kind: Any) -> Any:
    """All of a list, else the last one; a number only if it is written as a whole one, so neither `1.0` nor `1e1`."""
    members = _bare(kind)
    if list in members:
        return found
    return int(found[-1]) if int in members and _WHOLE.match(found[-1]) else found[-1]


def _bare(kind: Any) -> set[Any]:
    """The members of a union, or the type, each without what describes it."""
    if get_origin(kind) is Annotated:
        return _bare(get_args(kind)[0])
    if get_origin(kind) in (Union, UnionType):
        return set().union(*map(_bare, get_args(kind)))
    return {get_origin(kind) or kind}


def _answer(call: Call, declared: Operation, result: Any) -> Response:
    reply = result if isinstance(result, Reply) else Reply(min(declared.responses), result)
    if _not_modified(call, reply):
        return respond(304, None, reply.headers)
    return respond(reply.status, reply.body, {"Content-Type": "application/json"} | reply.headers)


def _not_modified(call: Call, reply: Reply[Any]) -> bool:
    known = reply.version is not None and call.knows(reply.version, reply.variant)
    return known and reply.status == 200 and call.request.method in ("GET", "HEAD")


def respond(status: int, body: Any, headers: Mapping[str, str]) -> Response:
    if body is None:
        return Response("", {name: value for name, value in headers.items() if name != "Content-Type"}, status)
    return Response(msgspec.json.encode(body).decode(), {**headers}, status)


def problem_response(problem: Problem) -> Response:
    """RFC 9457, with the trace id as the request id."""
    kind = {"Content-Type": "application/problem+json"}
    return respond(problem.status, problem.body(tracing.current().trace_id), kind | problem.headers)


def _unexpected(error: Exception) -> Problem:
    """AWS out of reach or too busy is a 503, anything else our mistake: logged with its place, told to nobody."""
    from common.tables import is_unavailable

    if is_unavailable(error):
        _log.warning("dependency_unavailable", exc_info=error)
        return Unavailable()
    _log.error("unexpected_error", exc_info=error)
    return Problem()
