"""Everything that the API refuses, in Stripe's words and codes (https://docs.stripe.com/error-codes)."""

from typing import Any

JSON = dict[str, Any]


class StripeError(Exception):
    """Becomes `{"error": {type, code, message, …}}`; members without a value are left out, as Stripe does."""

    def __init__(self, status: int, kind: str, message: str, **members: object) -> None:
        super().__init__(message)
        self.status = status
        self.body: JSON = {"error": {"type": kind, "message": message, **_filled(members)}}


def invalid(message: str, *, code: str | None = None, param: str | None = None, **members: object) -> StripeError:
    return StripeError(400, "invalid_request_error", message, code=code, param=param, **members)


def missing(kind: str, object_id: str, *, param: str | None = None) -> StripeError:
    """No such object: 404 for the one that the path names, 400 for one that a parameter names."""
    status = 400 if param else 404
    message = f"No such {kind}: '{object_id}'"
    return StripeError(status, "invalid_request_error", message, code="resource_missing", param=param or "intent")


def unexpected_state(message: str, intent: JSON) -> StripeError:
    return invalid(message, code="payment_intent_unexpected_state", payment_intent=intent)


def card_error(failure: JSON, intent: JSON, charge: str | None = None) -> StripeError:
    """`failure` is what also stands in the intent's last_payment_error."""
    members = {name: value for name, value in failure.items() if name not in ("type", "message")}
    return StripeError(402, "card_error", failure["message"], payment_intent=intent, charge=charge, **members)


def no_key() -> StripeError:
    return StripeError(
        401,
        "invalid_request_error",
        "You did not provide an API key. You need to provide your API key in the Authorization header, using Bearer "
        "auth (e.g. 'Authorization: Bearer YOUR_SECRET_KEY').",
    )


def wrong_key(key: str) -> StripeError:
    return StripeError(401, "invalid_request_error", f"Invalid API Key provided: {key[:8]}***")


def unknown_url(method: str, path: str) -> StripeError:
    message = f"Unrecognized request URL ({method}: {path}). Please see https://stripe.com/docs."
    return StripeError(404, "invalid_request_error", message)


def other_parameters(key: str) -> StripeError:
    return StripeError(
        400,
        "idempotency_error",
        "Keys for idempotent requests can only be used with the same parameters they were first used with. "
        f"Try using a key other than '{key}' if you meant to execute a different request.",
    )


def other_endpoint(key: str, path: str) -> StripeError:
    return StripeError(
        400,
        "idempotency_error",
        f"Keys for idempotent requests can only be used for the same endpoint they were first used for ('{path}'). "
        f"Try using a key other than '{key}' if you meant to execute a different request.",
    )


def key_in_use(key: str) -> StripeError:
    return StripeError(
        409,
        "idempotency_error",
        "There is currently another in-progress request using this Idempotent Key (that probably means you submitted "
        f"twice, and the other request is still going through): {key}. Please try again later.",
        code="idempotency_key_in_use",
    )


def internal() -> StripeError:
    return StripeError(500, "api_error", "An unknown error occurred.")


def _filled(members: JSON) -> JSON:
    return {name: value for name, value in members.items() if value is not None}
