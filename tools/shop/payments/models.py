"""The sandbox's objects: what is stored of each, and the JSON that Stripe makes of it."""

import secrets
import string
from dataclasses import dataclass, field
from typing import ClassVar

from tools.shop.payments.errors import JSON

_LETTERS = string.ascii_letters + string.digits


def new_id(prefix: str, length: int = 24) -> str:
    return prefix + "".join(secrets.choice(_LETTERS) for _ in range(length))


@dataclass
class Intent:
    """`due` is when something happens to it by itself: processing ends, or the authorisation lapses."""

    kind: ClassVar = "payment_intent"
    id: str
    created: int
    amount: int
    currency: str
    capture_method: str
    status: str
    client_secret: str
    payment_method_types: list[str]
    automatic_payment_methods: JSON | None = None
    metadata: dict[str, str] = field(default_factory=dict)
    description: str | None = None
    receipt_email: str | None = None
    payment_method: str | None = None
    return_url: str | None = None
    amount_capturable: int = 0
    amount_received: int = 0
    latest_charge: str | None = None
    last_payment_error: JSON | None = None
    authentication_url: str | None = None
    canceled_at: int | None = None
    cancellation_reason: str | None = None
    due: float | None = None

    @property
    def payment_intent(self) -> str:
        return self.id

    def json(self) -> JSON:
        return {
            "id": self.id,
            "object": self.kind,
            "amount": self.amount,
            "amount_capturable": self.amount_capturable,
            "amount_details": {"tip": {}},
            "amount_received": self.amount_received,
            "application": None,
            "application_fee_amount": None,
            "automatic_payment_methods": self.automatic_payment_methods,
            "canceled_at": self.canceled_at,
            "cancellation_reason": self.cancellation_reason,
            "capture_method": self.capture_method,
            "client_secret": self.client_secret,
            "confirmation_method": "automatic",
            "created": self.created,
            "currency": self.currency,
            "customer": None,
            "description": self.description,
            "last_payment_error": self.last_payment_error,
            "latest_charge": self.latest_charge,
            "livemode": False,
            "metadata": self.metadata,
            "next_action": self._next_action(),
            "on_behalf_of": None,
            "payment_method": self.payment_method,
            "payment_method_options": {"card": {"request_three_d_secure": "automatic"}},
            "payment_method_types": self.payment_method_types,
            "processing": {"type": "card"} if self.status == "processing" else None,
            "receipt_email": self.receipt_email,
            "review": None,
            "setup_future_usage": None,
            "shipping": None,
            "statement_descriptor": None,
            "statement_descriptor_suffix": None,
            "status": self.status,
            "transfer_data": None,
            "transfer_group": None,
        }

    def _next_action(self) -> JSON | None:
        if self.status != "requires_action":
            return None
        target = {"url": self.authentication_url, "return_url": self.return_url}
        return {"type": "redirect_to_url", "redirect_to_url": target}


@dataclass
class Charge:
    """One attempt to charge an intent."""

    kind: ClassVar = "charge"
    due: ClassVar = None
    id: str
    created: int
    amount: int
    currency: str
    payment_intent: str
    payment_method: str
    status: str
    metadata: dict[str, str]
    amount_captured: int = 0
    amount_refunded: int = 0
    captured: bool = False
    failure_code: str | None = None
    failure_message: str | None = None
    disputed: bool = False

    def json(self) -> JSON:
        return {
            "id": self.id,
            "object": self.kind,
            "amount": self.amount,
            "amount_captured": self.amount_captured,
            "amount_refunded": self.amount_refunded,
            "balance_transaction": None,
            "captured": self.captured,
            "created": self.created,
            "currency": self.currency,
            "customer": None,
            "disputed": self.disputed,
            "failure_code": self.failure_code,
            "failure_message": self.failure_message,
            "livemode": False,
            "metadata": self.metadata,
            "paid": self.status == "succeeded",
            "payment_intent": self.payment_intent,
            "payment_method": self.payment_method,
            "payment_method_details": {"type": "card", "card": {"brand": "visa", "last4": "4242"}},
            "refunded": self.captured and self.amount_refunded == self.amount_captured,
            "status": self.status,
        }


@dataclass
class Refund:
    """`due` is when a pending one succeeds, or one of a card that refuses it fails."""

    kind: ClassVar = "refund"
    id: str
    created: int
    amount: int
    currency: str
    charge: str
    payment_intent: str
    reason: str | None
    metadata: dict[str, str]
    status: str = "succeeded"
    failure_reason: str | None = None
    due: float | None = None

    def json(self) -> JSON:
        return {
            "id": self.id,
            "object": self.kind,
            "amount": self.amount,
            "balance_transaction": None,
            "charge": self.charge,
            "created": self.created,
            "currency": self.currency,
            **({"failure_reason": self.failure_reason} if self.failure_reason else {}),
            "metadata": self.metadata,
            "payment_intent": self.payment_intent,
            "reason": self.reason,
            "receipt_number": None,
            "source_transfer_reversal": None,
            "status": self.status,
            "transfer_reversal": None,
        }


@dataclass
class Event:
    """Something that happened, with its object as it was then."""

    kind: ClassVar = "event"
    due: ClassVar = None
    id: str
    created: int
    type: str
    payment_intent: str
    data: JSON
    api_version: str
    request: JSON

    def json(self) -> JSON:
        return {
            "id": self.id,
            "object": self.kind,
            "api_version": self.api_version,
            "created": self.created,
            "data": {"object": self.data},
            "livemode": False,
            "pending_webhooks": 1,
            "request": self.request,
            "type": self.type,
        }


Record = Intent | Charge | Refund | Event
