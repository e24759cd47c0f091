"""One attempt to authorise an intent, in all the ways in which it can end, at once or later."""

from typing import NoReturn

from tools.shop.payments import refunds
from tools.shop.payments.call import Call
from tools.shop.payments.errors import JSON, card_error
from tools.shop.payments.methods import METHODS, Method
from tools.shop.payments.models import Charge, Intent, Refund, new_id

AUTHORISATION_SECONDS = 7 * 24 * 3600


def attempt(call: Call, intent: Intent, method: Method) -> Intent:
    """Ends in requires_capture, succeeded, requires_action or processing, or raises the decline after storing it."""
    if method.decline_code:
        decline(call, intent, method)
    if method.authenticates:
        return _ask_for_authentication(call, intent)
    call.fault = method.fault
    if method.processing_seconds:
        intent.status, intent.due = "processing", call.now + method.processing_seconds
        return call.save(intent, "processing")
    return authorise(call, intent)


def authorise(call: Call, intent: Intent) -> Intent:
    charge = _charge(call, intent, "succeeded")
    intent.latest_charge, intent.last_payment_error, intent.authentication_url = charge.id, None, None
    intent.status, intent.amount_capturable = "requires_capture", intent.amount
    intent.due = call.now + AUTHORISATION_SECONDS
    call.store.put(charge)
    call.store.move("authorized", intent, intent.amount, call.now)
    if intent.capture_method == "manual":
        return call.save(intent, "amount_capturable_updated")
    return take(call, intent, intent.amount)


def take(call: Call, intent: Intent, amount: int) -> Intent:
    """Capture `amount` of what is authorised; the rest goes back to the card."""
    charge = call.find(Charge, intent.latest_charge or "")
    charge.captured, charge.amount_captured = True, amount
    call.store.put(charge)
    call.store.move("captured", intent, amount, call.now)
    if intent.amount_capturable > amount:
        call.store.move("voided", intent, intent.amount_capturable - amount, call.now)
    intent.status, intent.amount_received, intent.amount_capturable, intent.due = "succeeded", amount, 0, None
    call.save(intent, "succeeded")
    if METHODS.get(intent.payment_method or "", Method()).disputed:
        _dispute(call, charge)
    return intent


def void(call: Call, intent: Intent, reason: str | None) -> Intent:
    """Cancel; what was authorised goes back to the card."""
    if intent.amount_capturable:
        call.store.move("voided", intent, intent.amount_capturable, call.now)
    intent.status, intent.amount_capturable, intent.due, intent.authentication_url = "canceled", 0, None, None
    intent.canceled_at, intent.cancellation_reason = int(call.now), reason
    return call.save(intent, "canceled")


def decline(call: Call, intent: Intent, method: Method) -> NoReturn:
    failure = {"type": "card_error", "code": "card_declined"}
    failure |= {"decline_code": method.decline_code or "", "message": method.message}
    charge = _charge(call, intent, "failed")
    charge.failure_code, charge.failure_message = "card_declined", method.message
    call.store.put(charge)
    intent.latest_charge = charge.id
    _fail(call, intent, failure)
    raise card_error(intent.last_payment_error or failure, intent.json(), charge.id)


def authenticated(call: Call, intent: Intent) -> Intent:
    """The customer proved to be the card's owner."""
    return authorise(call, intent)


def not_authenticated(call: Call, intent: Intent) -> Intent:
    message = (
        "We are unable to authenticate your payment method. Please choose a different payment method and try again."
    )
    failure = {"type": "invalid_request_error", "code": "payment_intent_authentication_failure", "message": message}
    return _fail(call, intent, failure)


def settle(call: Call) -> None:
    """Do what has become due by itself: processing ends well, an authorisation that nobody captured lapses,
    a refund arrives at the bank or does not.
    """
    for due in call.store.due(call.now):
        if isinstance(due, Refund):
            refunds.finish(call, due)
        elif due.status == "processing":
            authorise(call, due)
        else:
            void(call, due, "automatic")


def _ask_for_authentication(call: Call, intent: Intent) -> Intent:
    # A new address for each attempt: the page of an earlier one must not complete a later one.
    intent.authentication_url = f"{call.origin}/authenticate/{intent.id}/{new_id('', 24)}"
    intent.status = "requires_action"
    return call.save(intent, "requires_action")


def _fail(call: Call, intent: Intent, failure: JSON) -> Intent:
    intent.last_payment_error = {**failure, "payment_method": {"id": intent.payment_method, "object": "payment_method"}}
    intent.status, intent.payment_method, intent.authentication_url = "requires_payment_method", None, None
    return call.save(intent, "payment_failed")


def _dispute(call: Call, charge: Charge) -> None:
    """The card's owner denies it. A dispute has metadata of its own, so none of ours."""
    charge.disputed = True
    call.store.put(charge)
    facts = {"amount": charge.amount_captured, "currency": charge.currency, "reason": "fraudulent"}
    links = {"charge": charge.id, "payment_intent": charge.payment_intent, "metadata": {}}
    dispute = {"id": new_id("du_1"), "object": "dispute", "created": int(call.now), "status": "needs_response"}
    call.tell("charge.dispute.created", charge.payment_intent, {**dispute, **facts, **links, "livemode": False})


def _charge(call: Call, intent: Intent, status: str) -> Charge:
    method = intent.payment_method or ""
    return Charge(
        new_id("ch_3"), int(call.now), intent.amount, intent.currency, intent.id, method, status, dict(intent.metadata)
    )
