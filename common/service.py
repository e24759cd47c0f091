"""A service's Chalice app: its routes, its health, keys and description, and an answer to every verb of every path."""

import functools
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import msgspec
from chalice import Blueprint, Chalice, Response
from chalice.app import Request

from common import logs, tracing
from common.auth import Verifier, public
from common.client import fetch_json
from common.http import Call, LiveCheck, Operation, Reply, View, current, operation, problem_response, respond
from common.keyring import Signer
from common.problems import MethodNotAllowed
from common.settings import Settings

_log = logs.logger(__name__)
_RETRY_SECONDS = 5
_VERBS = ("GET", "POST", "PUT", "PATCH", "DELETE")
_EXPOSED = "ETag, Location, Retry-After, X-Request-Id, Idempotent-Replayed, WWW-Authenticate, Allow, Device-Token"
_ACCEPTED = "Authorization, Content-Type, Idempotency-Key, If-Match, If-None-Match, Device-Token, traceparent"


def make_app(
    settings: Settings,
    signer: Signer,
    *,
    blueprints: Sequence[Blueprint],
    dependencies: Mapping[str, Callable[[], object]] | None = None,
    session_is_live: LiveCheck | None = None,
) -> Chalice:
    """A service's Chalice app with all that is the same everywhere; event handlers are added by app.py.

    `dependencies` are called by GET /health/dependencies; one that raises is down. `session_is_live` is asked on routes
    that are declared `live`.
    """
    logs.configure(settings.service)
    app = Chalice(app_name=f"{settings.service}-service", configure_logs=False)
    verifier = Verifier(settings.service, _issuers(settings, signer))
    app.register_middleware(_middleware(settings, verifier, session_is_live), "http")
    app.experimental_feature_flags.add("BLUEPRINTS")
    for blueprint in (*blueprints, _meta(app, settings, signer, dependencies or {})):
        app.register_blueprint(blueprint)
    _complete(app)
    return app


def _issuers(settings: Settings, signer: Signer) -> dict[str, Callable[[], Mapping[str, Any]]]:
    """Our own keys are at hand; the other issuers' are fetched when a token of theirs comes."""
    remote = {issuer: functools.partial(fetch_json, url) for issuer, url in settings.jwks_urls.items()}
    return {**remote, settings.service: signer.jwks}


def _middleware(
    settings: Settings, verifier: Verifier, session_is_live: LiveCheck | None
) -> Callable[[Request, Callable[[Request], Response]], Response]:
    def around(request: Request, get_response: Callable[[Request], Response]) -> Response:
        started = time.perf_counter()
        trace = tracing.start(request.headers.get("traceparent"))
        current.set(Call(request, settings, verifier, session_is_live))
        response = get_response(request)
        response.headers.setdefault("Cache-Control", "no-cache" if "ETag" in response.headers else "no-store")
        response.headers["X-Request-Id"] = trace.trace_id
        response.headers["traceparent"] = trace.header
        response.headers["X-Content-Type-Options"] = "nosniff"
        response.headers.update(_cors(settings, request.headers.get("Origin")))
        took = round((time.perf_counter() - started) * 1000, 1)
        facts = {"method": request.method, "route": request.path, "status": response.status_code, "ms": took}
        _log.info("request", extra=facts)
        return response

    return around


def _cors(settings: Settings, origin: str | None) -> dict[str, str]:
    if origin not in settings.cors_origins:
        return {"Vary": "Origin"}
    return {"Vary": "Origin", "Access-Control-Allow-Origin": str(origin), "Access-Control-Expose-Headers": _EXPOSED}


def _meta(
    app: Chalice, settings: Settings, signer: Signer, dependencies: Mapping[str, Callable[[], object]]
) -> Blueprint:
    """Health, keys and the service's own description."""
    routes = Blueprint(__name__)

    @routes.route("/health", methods=["GET"])
    @operation(allow=public, responses={200: Health})
    def health() -> Health:
        """Tell that the service runs."""
        return Health("ok", settings.service, settings.version)

    @routes.route("/health/dependencies", methods=["GET"])
    @operation(allow=public, responses={200: Dependencies, 503: Dependencies})
    def health_dependencies() -> Reply[Dependencies]:
        """Ask each dependency and tell its state."""
        states = {name: _state(ask) for name, ask in dependencies.items()}
        up = all(state == "ok" for state in states.values())
        body = Dependencies("ok" if up else "degraded", settings.service, states)
        return Reply(200 if up else 503, body, retry_after=None if up else _RETRY_SECONDS)

    @routes.route("/.well-known/jwks.json", methods=["GET"])
    @operation(allow=public, responses={200: KeySet})
    def jwks() -> Reply[Any]:
        """Publish the public keys that this service's tokens are signed with."""
        return Reply(200, signer.jwks(), headers={"Cache-Control": "public, max-age=300"})

    @routes.route("/openapi.json", methods=["GET"])
    @operation(allow=public, responses={200: dict[str, Any]})
    def openapi() -> Reply[Any]:
        """Describe this service as OpenAPI 3.1."""
        return Reply(200, description(), headers={"Cache-Control": "public, max-age=300"})

    @functools.cache
    def description() -> dict[str, Any]:
        """Made once: it takes tens of milliseconds, and anybody may ask."""
        from common.openapi import document

        return document(app, settings)

    return routes


class Health(msgspec.Struct):
    status: str
    service: str
    version: str


class Dependencies(msgspec.Struct):
    status: str
    service: str
    dependencies: dict[str, str]


class KeySet(msgspec.Struct):
    keys: list[dict[str, str]]


def _state(ask: Callable[[], object]) -> str:
    try:
        ask()
    except Exception as error:
        _log.warning("dependency_down", exc_info=error)
        return "down"
    return "ok"


def _complete(app: Chalice) -> None:
    """Give each path an answer to every verb: HEAD where there is GET, OPTIONS for browsers, else a 405.

    Chalice's own CORS allows one origin only, and its 405 and content-type answers are no problem bodies.
    """
    for path, entries in list(app.routes.items()):
        allowed = [*entries, *(["HEAD"] if "GET" in entries else []), "OPTIONS"]
        for entry in entries.values():
            entry.content_types = []  # the order of checks wants 401 and 403 before 415
        if "GET" in entries:
            _add(app, path, ["HEAD"], entries["GET"].view_function)
        _add(app, path, ["OPTIONS"], _options(allowed))
        _add(app, path, [verb for verb in _VERBS if verb not in entries], _refuse(allowed))


def _add(app: Chalice, path: str, methods: list[str], view: View) -> None:
    if methods:
        app.route(path, methods=methods, content_types=[])(view)


_HIDDEN = Operation(public, None, None, {}, (), keyed=False, if_match=False, hidden=True)


def _options(allowed: list[str]) -> View:
    verbs = ", ".join(allowed)

    def options(**_: str) -> Response:
        call = current.get()
        headers = {"Allow": verbs}
        if call.header("Origin") in call.settings.cors_origins:
            headers |= {
                "Access-Control-Allow-Methods": verbs,
                "Access-Control-Allow-Headers": _ACCEPTED,
                "Access-Control-Max-Age": "7200",
            }
        return respond(204, None, headers)

    options.operation = _HIDDEN  # type: ignore[attr-defined]
    return options


def _refuse(allowed: list[str]) -> View:
    headers = {"Allow": ", ".join(allowed)}

    def method_not_allowed(**_: str) -> Response:
        return problem_response(MethodNotAllowed(headers=headers))

    method_not_allowed.operation = _HIDDEN  # type: ignore[attr-defined]
    return method_not_allowed
