"""PaymentIntents: what each call does, and in which states it may."""

from tools.shop.payments import money
from tools.shop.payments.authorisation import attempt, take, void
from tools.shop.payments.call import Call
from tools.shop.payments.errors import StripeError, card_error, invalid, missing, unexpected_state
from tools.shop.payments.methods import METHODS, Method
from tools.shop.payments.models import Intent, new_id
from tools.shop.payments.parameters import CancelIntent, CaptureIntent, ConfirmIntent, CreateIntent, UpdateIntent

_OPEN = ("requires_payment_method", "requires_confirmation", "requires_action")
_CANCELLABLE = ("requires_payment_method", "requires_capture", "requires_confirmation", "requires_action")
_ALREADY_CONFIRMED = (
    "You cannot confirm this PaymentIntent because it has already succeeded after being previously confirmed."
)
_NO_RETURN_URL = (
    "This PaymentIntent is configured to accept payment methods enabled in your Dashboard. Because some of "
    "these payment methods might redirect your customer off of your page, you must provide a `return_url`. If "
    "you don't want to accept redirect-based payment methods, set `automatic_payment_methods[enabled]` to "
    "`true` and `automatic_payment_methods[allow_redirects]` to `never` when creating Setup Intents and "
    "Payment Intents."
)
_REDIRECTS_BY_DEFAULT_SINCE = "2023-08-16"


def create(call: Call, wanted: CreateIntent) -> Intent:
    intent_id = new_id("pi_3")
    intent = Intent(
        id=intent_id,
        created=int(call.now),
        amount=wanted.amount,
        currency=wanted.currency,
        capture_method=wanted.capture_method,
        status="requires_payment_method",
        client_secret=f"{intent_id}_secret_{new_id('', 25)}",
        payment_method_types=wanted.payment_method_types or ["card"],
        automatic_payment_methods=wanted.automatic_payment_methods or _default_methods(call, wanted),
        metadata=wanted.metadata,
        description=wanted.description,
        receipt_email=wanted.receipt_email,
    )
    _attach(intent, wanted.payment_method)
    if not wanted.confirm:
        return call.save(intent)
    return confirm(call, intent, ConfirmIntent(None, wanted.return_url))


def update(call: Call, intent: Intent, wanted: UpdateIntent) -> Intent:
    """Texts can change always; money and method only while nothing is authorised, and then it is confirmed again."""
    for name in ("amount", "currency", "payment_method"):
        if getattr(wanted, name) is not None and intent.status not in _OPEN:
            raise _not_updatable(intent, name)
    intent.amount, intent.currency = wanted.amount or intent.amount, wanted.currency or intent.currency
    money.check(intent.amount, intent.currency)
    _attach(intent, wanted.payment_method)
    if intent.status == "requires_action" and (wanted.amount or wanted.currency):
        intent.status, intent.authentication_url = "requires_confirmation", None
    intent.metadata = merged(intent.metadata, wanted.metadata)
    intent.description = wanted.description or intent.description
    intent.receipt_email = wanted.receipt_email or intent.receipt_email
    return call.save(intent)


def confirm(call: Call, intent: Intent, wanted: ConfirmIntent) -> Intent:
    if intent.status in ("succeeded", "requires_capture", "processing"):
        raise unexpected_state(_ALREADY_CONFIRMED, intent.json())
    if intent.status == "canceled":
        raise unexpected_state(_only("You cannot confirm this", "confirmed", intent, _OPEN), intent.json())
    _attach(intent, wanted.payment_method)
    method = METHODS.get(intent.payment_method or "")
    if method is None:
        raise _without_method(intent)
    intent.return_url = wanted.return_url or intent.return_url
    _check_return_url(intent)
    return attempt(call, intent, method)


def capture(call: Call, intent: Intent, wanted: CaptureIntent) -> Intent:
    """Money moves once: the state is checked and changed in one transaction, so of two captures one is refused."""
    if intent.status == "succeeded":
        message = "This PaymentIntent could not be captured because it has already been captured."
        raise unexpected_state(message, intent.json())
    if intent.status != "requires_capture":
        raise unexpected_state(_only("This", "captured", intent, ("requires_capture",)), intent.json())
    amount = wanted.amount_to_capture or intent.amount_capturable
    if amount > intent.amount_capturable:
        message = "The requested capture amount is greater than the amount you can capture for this charge."
        raise invalid(message, code="amount_too_large", param="amount_to_capture", payment_intent=intent.json())
    money.check_step(amount, intent.currency)
    method = METHODS.get(intent.payment_method or "", Method())
    if method.capture_fails:
        raise _capture_refused(intent)
    call.fault = method.capture_fault
    intent.metadata = merged(intent.metadata, wanted.metadata)
    return take(call, intent, amount)


def cancel(call: Call, intent: Intent, wanted: CancelIntent) -> Intent:
    if intent.status not in _CANCELLABLE:
        raise unexpected_state(_only("You cannot cancel this", "canceled", intent, _CANCELLABLE), intent.json())
    return void(call, intent, wanted.cancellation_reason)


def merged(metadata: dict[str, str], change: dict[str, str] | None) -> dict[str, str]:
    if change is None:
        return metadata
    if not change:
        return {}
    together = {key: value for key, value in {**metadata, **change}.items() if value}
    if len(together) > 50:
        raise invalid("You can specify at most 50 metadata keys.", param="metadata")
    return together


def _attach(intent: Intent, method: str | None) -> None:
    if method is None:
        return
    if method not in METHODS:
        raise missing("PaymentMethod", method, param="payment_method")
    intent.payment_method, intent.authentication_url = method, None
    intent.status = "requires_confirmation"


def _default_methods(call: Call, wanted: CreateIntent) -> dict[str, object] | None:
    """Newer versions turn every payment method of the account on unless the types are named."""
    if call.version < _REDIRECTS_BY_DEFAULT_SINCE or wanted.payment_method_types:
        return None
    return {"enabled": True, "allow_redirects": "always"}


def _check_return_url(intent: Intent) -> None:
    automatic = intent.automatic_payment_methods
    if automatic and automatic["allow_redirects"] == "always" and not intent.return_url:
        raise invalid(_NO_RETURN_URL, payment_intent=intent.json())


def _only(start: str, done: str, intent: Intent, states: tuple[str, ...]) -> str:
    what = "PaymentIntent could not be captured" if done == "captured" else "PaymentIntent"
    return (
        f"{start} {what} because it has a status of {intent.status}. Only a PaymentIntent with one of the following "
        f"statuses may be {done}: {', '.join(states)}."
    )


def _not_updatable(intent: Intent, name: str) -> StripeError:
    message = (
        f"This PaymentIntent's {name} could not be updated because it has a status of {intent.status}. You may only "
        f"update the {name} of a PaymentIntent with one of the following statuses: {', '.join(_OPEN)}."
    )
    return unexpected_state(message, intent.json())


def _without_method(intent: Intent) -> StripeError:
    message = (
        "You cannot confirm this PaymentIntent because it's missing a payment method. You can either update the "
        "PaymentIntent with a payment method and then confirm it again, or confirm it again directly with a payment "
        "method."
    )
    return unexpected_state(message, intent.json())


def _capture_refused(intent: Intent) -> StripeError:
    """The authorisation stands, so the intent can still be cancelled; the order behind it decides."""
    failure = {"code": "card_declined", "decline_code": "generic_decline", "message": "Your card was declined."}
    return card_error(failure, intent.json(), intent.latest_charge)
