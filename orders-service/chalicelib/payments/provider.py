"""The checkout's Provider at Stripe.

Payments are captured by hand: `confirm` only sets the money aside. Creating and refunding carry an Idempotency-Key;
confirming, capturing and cancelling are guarded by the payment's own state, and a key would make a refusal stick.
"""

from collections.abc import Callable, Mapping
from typing import Any

from chalicelib.checkout.effects import Payment, PaymentStatus
from chalicelib.errors import ProviderAnswered, RefundRefused
from chalicelib.orders.order import Order
from chalicelib.payments.client import Client, Refusal
from chalicelib.payments.money import NotChargeable, from_stripe, to_stripe
from common import clock, logs
from common.deadline import Deadline

STATUSES = {
    "requires_payment_method": PaymentStatus.DECLINED,  # we always give one, so it was taken away again
    "requires_confirmation": PaymentStatus.UNCONFIRMED,
    "requires_action": PaymentStatus.ACTION_REQUIRED,
    "processing": PaymentStatus.PROCESSING,
    "requires_capture": PaymentStatus.AUTHORIZED,
    "succeeded": PaymentStatus.CAPTURED,
    "canceled": PaymentStatus.VOIDED,
}
KEY_SECONDS = 12 * 3600  # Stripe forgets a key after 24 h: a repeat that is older looks first whether it was done
NOT_MADE = frozenset({"failed", "canceled"})
_NOT_FINAL = frozenset({"balance_insufficient", "lock_timeout", "rate_limit"})
_log = logs.logger(__name__)


class Stripe:
    def __init__(self, base_url: str, key: Callable[[], str], return_url: str, deadline: Deadline) -> None:
        self._client = Client(base_url, key, deadline)
        self._return_url = return_url

    def create(self, order: Order) -> Payment:
        try:
            form = {
                "amount": to_stripe(order.total, order.currency),
                "currency": order.currency.lower(),
                "payment_method": order.payment_method,
                "payment_method_types[0]": "card",
                "capture_method": "manual",
                "metadata[order_id]": order.id,
            }
            return as_payment(self._client.post("/v1/payment_intents", form, key=f"{order.id}:create"))
        except Refusal as refusal:  # an unknown payment method, or an amount that can't be charged
            _log.warning("payment_not_made", extra={"order_id": order.id, **refusal.facts})
        except NotChargeable:
            _log.error("amount_not_chargeable", extra={"order_id": order.id, "currency": order.currency})
        return Payment(id="", status=PaymentStatus.DECLINED)

    def find(self, payment_id: str) -> Payment:
        try:
            return as_payment(self._client.get(f"/v1/payment_intents/{payment_id}"))
        except Refusal as refusal:
            _log.error("payment_not_readable", extra=refusal.facts)
            raise ProviderAnswered from refusal

    def confirm(self, order: Order) -> Payment:
        return self._change(order, "confirm", {"return_url": self._return_url})

    def capture(self, order: Order) -> Payment:
        return self._change(order, "capture", {"amount_to_capture": to_stripe(order.total, order.currency)})

    def void(self, order: Order) -> Payment:
        return self._change(order, "cancel", {})

    def refund(self, order: Order, number: int, amount: int) -> None:
        """One that is still pending at the bank is made; should it fail later, the webhook and the reconciler tell."""
        if self._was_made(order, number):
            return
        try:
            made = self._client.post("/v1/refunds", _refund(order, number, amount), key=f"{order.id}:refund:{number}")
        except (Refusal, NotChargeable) as refused:
            facts = refused.facts if isinstance(refused, Refusal) else {"code": "amount_not_chargeable"}
            _log.error("refund_refused", extra={"order_id": order.id, "refund": number, **facts})
            raise RefundRefused if _is_final(facts["code"]) else ProviderAnswered from refused
        if "status" not in made:
            raise ProviderAnswered
        if made["status"] in NOT_MADE:
            raise RefundRefused

    def _was_made(self, order: Order, number: int) -> bool:
        """Whether a refund that was first tried long ago is there: its key may be forgotten."""
        if all(one.number != number or one.at > clock.now() - KEY_SECONDS for one in order.refunds):
            return False
        pages = self._client.pages("/v1/refunds", payment_intent=order.payment_id)
        return any(
            one["metadata"].get("refund") == str(number) and one["status"] not in NOT_MADE
            for page in pages for one in page
        )  # fmt: skip

    def _change(self, order: Order, action: str, form: Mapping[str, Any]) -> Payment:
        """A refusal tells the payment as it is: declined, or past the state that this needs."""
        try:
            return as_payment(self._client.post(f"/v1/payment_intents/{order.payment_id}/{action}", form))
        except Refusal as refusal:
            if "payment_intent" in refusal.error:
                return as_payment(refusal.error["payment_intent"])
            _log.error("payment_refused", extra={"order_id": order.id, "action": action, **refusal.facts})
            raise ProviderAnswered from refusal


def _refund(order: Order, number: int, amount: int) -> dict[str, Any]:
    return {
        "payment_intent": order.payment_id,
        "amount": to_stripe(amount, order.currency),
        "metadata[order_id]": order.id,
        "metadata[refund]": number,
    }


def _is_final(code: str | None) -> bool:
    """Whether it will be refused for ever: not so for want of funds of ours, or a mistake in the call."""
    return code not in _NOT_FINAL and not (code or "").startswith("parameter_")


def status_of(status: str) -> PaymentStatus:
    """One that we have never heard of is neither taken for money nor for none: we wait, then cancel, and wait again
    until the provider says that it is canceled or succeeded."""
    if status not in STATUSES:
        _log.error("payment_status_unknown", extra={"status": status})
    return STATUSES.get(status, PaymentStatus.PROCESSING)


def as_payment(intent: Mapping[str, Any]) -> Payment:
    """Raises ProviderAnswered for what is no payment."""
    if not intent.keys() >= {"id", "status"}:
        raise ProviderAnswered
    return Payment(
        id=intent["id"],
        status=status_of(intent["status"]),
        authorized=from_stripe(intent.get("amount_capturable", 0), intent.get("currency", "")),
        next_action=intent.get("next_action"),
    )
