"""Everything that can go wrong in any service, as one tree; each becomes a problem body (RFC 9457).

A service hangs its own errors below these in `chalicelib/errors.py` and gives them a code.
"""

from collections.abc import Iterable, Mapping, Sequence
from http import HTTPStatus
from typing import ClassVar

import msgspec


class FieldError(msgspec.Struct, frozen=True):
    """One bad field: where it is (`items[0].quantity`), what is wrong as a code, and in words."""

    field: str
    code: str
    message: str


class Problem(Exception):
    """An answer with a status, a code for programs and a sentence for people; `members` go into the body too."""

    status: ClassVar[int] = 500
    code: str = "internal_error"
    detail: ClassVar[str] = "Something went wrong here. It has been logged under the request id."

    def __init__(
        self, detail: str | None = None, *, headers: Mapping[str, str] | None = None, **members: object
    ) -> None:
        super().__init__(detail or self.detail)
        self.headers = dict(headers or {})
        self.members = members

    def body(self, request_id: str) -> dict[str, object]:
        """The RFC 9457 members in the contract's order."""
        return {
            "type": "about:blank",
            "title": HTTPStatus(self.status).phrase,
            "status": self.status,
            "code": self.code,
            "detail": str(self),
            "request_id": request_id,
            **self.members,
        }


class BadRequest(Problem):
    status = 400
    code = "bad_request"
    detail = "The request can't be understood."


class MalformedJson(BadRequest):
    code = "malformed_json"
    detail = "The body is not valid JSON."


class CursorInvalid(BadRequest):
    code = "cursor_invalid"
    detail = "This cursor was altered, or belongs to another caller or other filters. Start without a cursor."


class IdempotencyKeyRequired(BadRequest):
    code = "idempotency_key_required"
    detail = "Send an Idempotency-Key header, so that a retry can't do this twice."


class IdempotencyKeyInvalid(BadRequest):
    code = "idempotency_key_invalid"
    detail = "The Idempotency-Key must be 1 to 255 visible ASCII characters."


class Unauthorized(Problem):
    status = 401
    code = "token_invalid"
    detail = "The access token is not valid."

    def __init__(
        self, detail: str | None = None, *, headers: Mapping[str, str] | None = None, **members: object
    ) -> None:
        super().__init__(detail, headers={"WWW-Authenticate": "Bearer", **(headers or {})}, **members)


class TokenMissing(Unauthorized):
    code = "token_missing"
    detail = "Send an access token: Authorization: Bearer <token>."


class TokenInvalid(Unauthorized):
    code = "token_invalid"


class TokenExpired(Unauthorized):
    code = "token_expired"
    detail = "The access token has expired. Refresh the session."


class PaymentRequired(Problem):
    status = 402
    code = "payment_required"
    detail = "The payment was not made."


class Forbidden(Problem):
    status = 403
    code = "forbidden"
    detail = "Your role may not do this."


class NotFound(Problem):
    status = 404
    code = "not_found"
    detail = "There is nothing here under this address."


class MethodNotAllowed(Problem):
    status = 405
    code = "method_not_allowed"
    detail = "This address does not answer to this method."


class Conflict(Problem):
    status = 409
    code = "conflict"
    detail = "The present state does not allow this."


class InProgress(Conflict):
    code = "in_progress"
    detail = "The first request with this Idempotency-Key is still running. Try again shortly."

    def __init__(self, retry_after: int = 1) -> None:
        super().__init__(headers={"Retry-After": str(retry_after)})


class PreconditionFailed(Problem):
    status = 412
    code = "precondition_failed"
    detail = "The condition of the request does not hold."


class VersionMismatch(PreconditionFailed):
    code = "version_mismatch"
    detail = "It was changed since you read it. Read it again and repeat your change."


class BodyTooLarge(Problem):
    status = 413
    code = "body_too_large"
    detail = "The body may have at most 256 KiB."


class UnsupportedMediaType(Problem):
    status = 415
    code = "unsupported_media_type"
    detail = "Send the body as application/json in UTF-8."


class Unprocessable(Problem):
    status = 422
    code = "unprocessable"
    detail = "The request is understood but can't be carried out as it is."


class IdempotencyMismatch(Unprocessable):
    code = "idempotency_mismatch"
    detail = "This Idempotency-Key was used with another body. Use a new key for a new request."


class ValidationFailed(Unprocessable):
    """All bad fields of a body or query at once; an unknown field leads, as it often explains the rest."""

    code = "validation_failed"
    detail = "Some fields are not valid; each is listed in errors."

    def __init__(self, errors: Sequence[FieldError]) -> None:
        super().__init__(errors=list(errors))
        self.code = _leading(error.code for error in errors)


def _leading(codes: Iterable[str]) -> str:
    found = set(codes)
    if "unknown_field" in found:
        return "unknown_field"
    return "limit_reached" if found == {"limit_reached"} else "validation_failed"


def invalid(field: str, message: str, code: str = "invalid_value") -> ValidationFailed:
    """One bad field that only a rule of the domain could find."""
    return ValidationFailed([FieldError(field, code, message)])


class PreconditionRequired(Problem):
    status = 428
    code = "precondition_required"
    detail = "The request needs a condition."


class IfMatchRequired(PreconditionRequired):
    code = "if_match_required"
    detail = "Send If-Match with the version that you read, so that nobody's change is overwritten."


class _Retryable(Problem):
    """Answers that tell when to come back, in seconds."""

    def __init__(self, detail: str | None = None, *, retry_after: int = 5, **members: object) -> None:
        super().__init__(detail, headers={"Retry-After": str(retry_after)}, **members)


class TooManyRequests(_Retryable):
    status = 429
    code = "rate_limited"
    detail = "Too many requests. Try again later."


class Unavailable(_Retryable):
    status = 503
    code = "unavailable"
    detail = "Something this needs is not available right now. Try again shortly."
