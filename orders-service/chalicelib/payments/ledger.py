"""What Stripe has written down: its payments and refunds, listed by the time they were made."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

import msgspec

from chalicelib.checkout.effects import PaymentStatus
from chalicelib.errors import ProviderAnswered
from chalicelib.payments.client import Client, Refusal
from chalicelib.payments.money import from_stripe
from chalicelib.payments.provider import NOT_MADE, status_of
from common.deadline import Deadline


class PaymentEntry(msgspec.Struct, frozen=True, kw_only=True):
    """A payment and what became of its money, in minor units; `order_id` is what we wrote on it."""

    id: str
    order_id: str | None
    status: PaymentStatus
    currency: str
    amount: int
    captured: int
    refunded: int
    made_at: int


class RefundEntry(msgspec.Struct, frozen=True, kw_only=True):
    """`number` is what we wrote on it: None if somebody made it by hand. One that is not `made` failed.

    Without `payment_id` it is of a charge that no payment of ours made.
    """

    id: str
    payment_id: str | None
    number: int | None
    amount: int
    made: bool
    made_at: int


class Ledger:
    """Each call raises ProviderDown when there is no answer, or its time is up."""

    def __init__(self, base_url: str, key: Callable[[], str], deadline: Deadline) -> None:
        self._client = Client(base_url, key, deadline)

    def payments(self, since: float, until: float) -> Iterator[list[PaymentEntry]]:
        """In pages, newest first."""
        expand = {"expand[]": "data.latest_charge"}
        for page in self._client.pages("/v1/payment_intents", **_made(since, until), **expand):
            yield [_payment(one) for one in page]

    def refunds(self, since: float, until: float) -> Iterator[list[RefundEntry]]:
        for page in self._client.pages("/v1/refunds", **_made(since, until)):
            yield [_refund(one) for one in page]

    def refunds_of(self, payment_id: str) -> list[RefundEntry]:
        return [_refund(one) for page in self._client.pages("/v1/refunds", payment_intent=payment_id) for one in page]

    def find_payment(self, payment_id: str) -> PaymentEntry:
        return _payment(self._client.get(f"/v1/payment_intents/{payment_id}", **{"expand[]": "latest_charge"}))

    def order_of(self, payment_id: str) -> str | None:
        try:
            return self.find_payment(payment_id).order_id
        except (ProviderAnswered, Refusal):
            return None  # no payment of ours

    def void(self, payment_id: str) -> None:
        """Raise Refusal if it is past that."""
        self._client.post(f"/v1/payment_intents/{payment_id}/cancel", {})


def _made(since: float, until: float) -> dict[str, int]:
    return {"created[gte]": int(since), "created[lt]": int(until)}


def _payment(intent: Mapping[str, Any]) -> PaymentEntry:
    currency, charge = intent["currency"].upper(), intent.get("latest_charge") or {}
    return PaymentEntry(
        id=intent["id"],
        order_id=intent["metadata"].get("order_id"),
        status=status_of(intent["status"]),
        currency=currency,
        amount=from_stripe(intent["amount"], currency),
        captured=from_stripe(intent["amount_received"], currency),
        refunded=from_stripe(charge.get("amount_refunded", 0), currency),
        made_at=intent["created"],
    )


def _refund(refund: Mapping[str, Any]) -> RefundEntry:
    number = str(refund["metadata"].get("refund", ""))
    return RefundEntry(
        id=refund["id"],
        payment_id=refund["payment_intent"],
        number=int(number) if number.isascii() and number.isdigit() else None,
        amount=from_stripe(refund["amount"], refund["currency"]),
        made=refund["status"] not in NOT_MADE,
        made_at=refund["created"],
    )
