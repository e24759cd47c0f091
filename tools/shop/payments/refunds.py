"""Refunds of what was captured, never of more."""

from tools.shop.payments import money
from tools.shop.payments.call import Call
from tools.shop.payments.errors import invalid
from tools.shop.payments.methods import METHODS, Method
from tools.shop.payments.models import Charge, Intent, Refund, new_id
from tools.shop.payments.parameters import CreateRefund

LATER_SECONDS = 20


def create(call: Call, wanted: CreateRefund) -> Refund:
    charge = _charge(call, wanted)
    if charge.disputed:
        raise invalid(f"Charge {charge.id} has been charged back; cannot issue a refund.", code="charge_disputed")
    left = charge.amount_captured - charge.amount_refunded
    if left == 0:
        raise invalid(f"Charge {charge.id} has already been refunded.", code="charge_already_refunded")
    amount = wanted.amount or left
    if amount > left:
        raise invalid(_too_much(charge, amount), param="amount")
    money.check_step(amount, charge.currency)
    return _refund(call, charge, amount, wanted)


def _charge(call: Call, wanted: CreateRefund) -> Charge:
    named = call.find(Charge, wanted.charge, param="charge") if wanted.charge else None
    intent_id = wanted.payment_intent or (named.payment_intent if named else "")
    intent = call.find(Intent, intent_id, param="payment_intent")
    if named and named.payment_intent != intent.id:
        raise invalid(f"Charge {named.id} does not belong to PaymentIntent {intent.id}.", param="charge")
    if intent.status != "succeeded" or (named and named.id != intent.latest_charge):
        raise invalid(f"This PaymentIntent ({intent.id}) does not have a successful charge to refund.")
    return call.find(Charge, intent.latest_charge or "")


def _refund(call: Call, charge: Charge, amount: int, wanted: CreateRefund) -> Refund:
    charge.amount_refunded += amount
    call.store.put(charge)
    intent = call.find(Intent, charge.payment_intent)
    refund = Refund(
        new_id("re_3"), int(call.now), amount, charge.currency, charge.id, intent.id, wanted.reason, wanted.metadata
    )
    method = METHODS.get(charge.payment_method, Method())
    call.fault = method.refund_fault
    if method.refund != "succeeds":
        refund.due = call.now + LATER_SECONDS
    if method.refund == "succeeds_later":
        refund.status = "pending"
    else:
        call.store.move("refunded", intent, amount, call.now)
    call.store.put(refund)
    call.tell("charge.refunded", intent.id, charge.json())
    return refund


def finish(call: Call, refund: Refund) -> None:
    """The bank's last word: a pending one arrives, one that had seemed to is sent back."""
    intent = call.find(Intent, refund.payment_intent)
    refund.due = None
    if refund.status == "pending":
        refund.status = "succeeded"
        call.store.move("refunded", intent, refund.amount, call.now)
        _tell(call, refund, "refund.updated")
    else:
        refund.status, refund.failure_reason = "failed", "expired_or_canceled_card"
        charge = call.find(Charge, refund.charge)
        charge.amount_refunded -= refund.amount
        call.store.put(charge)
        call.store.move("refund_failed", intent, refund.amount, call.now)
        _tell(call, refund, "refund.failed")


def _tell(call: Call, refund: Refund, kind: str) -> None:
    call.store.put(refund)
    call.tell(kind, refund.payment_intent, refund.json())
    call.tell("charge.refund.updated", refund.payment_intent, refund.json())


def _too_much(charge: Charge, amount: int) -> str:
    most = money.text(charge.amount_captured - charge.amount_refunded, charge.currency)
    what = "unrefunded amount on charge" if charge.amount_refunded else "charge amount"
    return f"Refund amount ({money.text(amount, charge.currency)}) is greater than {what} ({most})"
