"""What the edge and the development gateway answer themselves: problem bodies, request ids and CORS as services do."""

import json
import re
import secrets
from collections.abc import Collection, Mapping
from http import HTTPStatus

TRACEPARENT = re.compile(r"(?!ff|00.{54})[0-9a-f]{2}-(?!0{32})([0-9a-f]{32})-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}(-.*)?")
EXPOSED = "ETag, Location, Retry-After, X-Request-Id, Idempotent-Replayed, WWW-Authenticate, Allow, Device-Token"
LOOPBACK = re.compile(r"(?:(?:[a-z0-9-]+\.)*localhost|127\.0\.0\.1|\[::1\])(?::\d+)?", re.IGNORECASE)
DETAILS = {
    "forbidden": "This page is for this machine only.",
    "not_found": "There is nothing here under this address.",
    "method_not_allowed": "This address does not answer to this method.",
    "bad_request": "The request can't be understood.",
    "body_too_large": "The body is larger than anything here takes.",
    "headers_too_large": "The address or the headers are too long.",
    "internal_error": "Something went wrong here. It has been logged under the request id.",
    "unavailable": "Something this needs is not available right now. Try again shortly.",
}


def is_for_this_machine(host: str) -> bool:
    """By the Host header: a foreign name that resolves to us was made so by a web page that wants to read what is here
    (DNS rebinding). Whatever ends in `localhost` is nobody's to resolve (RFC 6761)."""
    return bool(LOOPBACK.fullmatch(host))


def request_id(traceparent: str | None) -> str:
    """The caller's trace id, or a new one."""
    found = TRACEPARENT.fullmatch(traceparent or "")
    return found[1] if found else secrets.token_hex(16)


def problem(
    status: int, code: str, trace_id: str, more: Mapping[str, str] | None = None
) -> tuple[int, dict[str, str], bytes]:
    """Status, headers and body by RFC 9457."""
    body = {
        "type": "about:blank",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "code": code,
        "detail": DETAILS[code],
        "request_id": trace_id,
    }
    headers = {
        "Content-Type": "application/problem+json",
        "Cache-Control": "no-store",
        "X-Request-Id": trace_id,
        "X-Content-Type-Options": "nosniff",
        **(more or {}),
    }
    return status, headers, json.dumps(body).encode()


def cors(origin: str | None, allowed: Collection[str]) -> dict[str, str]:
    """The headers for a browser on another origin, by exact allow-list."""
    if origin is None or origin not in allowed:
        return {"Vary": "Origin"}
    return {"Vary": "Origin", "Access-Control-Allow-Origin": origin, "Access-Control-Expose-Headers": EXPOSED}
