"""Stripe's API over plain HTTP (https://docs.stripe.com/api): its library is 2.6 MB, and the seven calls are short.

Payments are captured by hand: `confirm` only sets the money aside. Creating and refunding carry an Idempotency-Key;
confirming, capturing and cancelling are guarded by the payment's own state, and a key would make a refusal stick.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

import urllib3

from chalicelib.checkout.effects import Payment, PaymentStatus
from chalicelib.errors import ProviderDown
from chalicelib.orders.order import Order
from common import logs
from common.client import within
from common.deadline import Deadline

API_VERSION = "2024-06-20"
CONNECT_SECONDS = 2.0
READ_SECONDS = 8.0
REFUSED = (400, 402)
_STATUSES = {
    "requires_payment_method": PaymentStatus.DECLINED,  # we always give one, so it was taken away again
    "requires_confirmation": PaymentStatus.UNCONFIRMED,
    "requires_action": PaymentStatus.ACTION_REQUIRED,
    "processing": PaymentStatus.PROCESSING,
    "requires_capture": PaymentStatus.AUTHORIZED,
    "succeeded": PaymentStatus.CAPTURED,
    "canceled": PaymentStatus.VOIDED,
}
_pool = urllib3.PoolManager(maxsize=50, retries=False)
_log = logs.logger(__name__)


@dataclass(frozen=True)
class Refusal(Exception):
    """Stripe understood and said no."""

    status: int
    error: Mapping[str, Any]


class Stripe:
    """The checkout's Provider. One attempt a call, cut to what is left of the request's deadline."""

    def __init__(self, base_url: str, key: Callable[[], str], return_url: str, deadline: Deadline) -> None:
        self._base_url = base_url
        self._key = key
        self._return_url = return_url
        self._deadline = deadline

    def create(self, order: Order) -> Payment:
        form = {
            "amount": order.total,
            "currency": order.currency.lower(),
            "payment_method": order.payment_method,
            "payment_method_types[0]": "card",
            "capture_method": "manual",
            "metadata[order_id]": order.id,
        }
        try:
            return _payment(self._post("/v1/payment_intents", form, key=f"{order.id}:create"))
        except Refusal:  # an unknown payment method, or an amount that can't be charged
            return Payment(id="", status=PaymentStatus.DECLINED)

    def find(self, payment_id: str) -> Payment:
        return _payment(self._call("GET", f"/v1/payment_intents/{payment_id}"))

    def confirm(self, order: Order) -> Payment:
        return self._change(order, "confirm", {"return_url": self._return_url})

    def capture(self, order: Order) -> Payment:
        return self._change(order, "capture", {"amount_to_capture": order.total})

    def void(self, order: Order) -> Payment:
        return self._change(order, "cancel", {})

    def refund(self, order: Order, number: int, amount: int) -> None:
        form = {"payment_intent": order.payment_id, "amount": amount, "metadata[order_id]": order.id}
        try:
            self._post("/v1/refunds", form, key=f"{order.id}:refund:{number}")
        except Refusal as refusal:
            _log.error("refund_refused", extra={"order_id": order.id, "code": refusal.error.get("code")})
            raise ProviderDown from refusal

    def _change(self, order: Order, action: str, form: Mapping[str, Any]) -> Payment:
        """A refusal tells the payment as it is: declined, or past the state that this needs."""
        try:
            return _payment(self._post(f"/v1/payment_intents/{order.payment_id}/{action}", form))
        except Refusal as refusal:
            if "payment_intent" in refusal.error:
                return _payment(refusal.error["payment_intent"])
            _log.error("payment_refused", extra={"order_id": order.id, "action": action, **_facts(refusal)})
            raise ProviderDown from refusal

    def _post(self, path: str, form: Mapping[str, Any], *, key: str | None = None) -> dict[str, Any]:
        headers = {"Content-Type": "application/x-www-form-urlencoded"} | ({"Idempotency-Key": key} if key else {})
        return self._call("POST", path, urlencode({name: v for name, v in form.items() if v is not None}), headers)

    def _call(
        self, method: str, path: str, body: str | None = None, headers: Mapping[str, str] | None = None
    ) -> dict[str, Any]:
        """The answer's object; raises Refusal, or ProviderDown if it is not known what came of it."""
        if self._deadline.remaining() <= 0:
            raise ProviderDown
        common = {"Authorization": f"Bearer {self._key()}", "Stripe-Version": API_VERSION}
        timeout = within(self._deadline, CONNECT_SECONDS, READ_SECONDS)
        try:
            reply = _pool.request(
                method, self._base_url + path, body=body, headers={**common, **(headers or {})}, timeout=timeout,
                redirect=False,
            )  # fmt: skip
            answer: dict[str, Any] = json.loads(reply.data)
        except (urllib3.exceptions.HTTPError, ValueError) as error:
            raise ProviderDown from error
        return _judged(reply.status, answer)


def _judged(status: int, answer: dict[str, Any]) -> dict[str, Any]:
    if status == 200:
        return answer
    refusal = Refusal(status, answer.get("error", {}))
    if status in REFUSED and refusal.error.get("type") != "idempotency_error":
        raise refusal
    _log.error("payment_provider_answer", extra=_facts(refusal))  # too many requests, a bad key, or its own trouble
    raise ProviderDown


def _facts(refusal: Refusal) -> dict[str, Any]:
    return {"status": refusal.status, "type": refusal.error.get("type"), "code": refusal.error.get("code")}


def _payment(intent: Mapping[str, Any]) -> Payment:
    return Payment(
        id=intent["id"],
        status=_STATUSES[intent["status"]],
        authorized=intent.get("amount_capturable", 0),
        next_action=intent.get("next_action"),
    )
