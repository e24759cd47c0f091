"""One call in hand: when, by whom, under which version, and what it did besides its answer."""

import time
from dataclasses import dataclass, field

from tools.shop.payments.errors import JSON, missing
from tools.shop.payments.methods import METHODS, Fault
from tools.shop.payments.models import Event, Intent, new_id
from tools.shop.payments.store import R, Store

# The account's own version: the last before return_url became compulsory for most confirmations.
DEFAULT_VERSION = "2022-11-15"
# As Stripe's own, webhooks come a moment later than the answer to the call that caused them.
WEBHOOK_DELAY_SECONDS = 1.0
LATE_SECONDS = 20.0


@dataclass
class Call:
    store: Store
    now: float
    origin: str = ""
    version: str = DEFAULT_VERSION
    request_id: str = field(default_factory=lambda: new_id("req_", 14))
    key: str | None = None
    webhooks: bool = False
    fault: Fault | None = None

    def find(self, kind: type[R], record_id: str, *, param: str | None = None) -> R:
        record = self.store.find(kind, record_id)
        if record is None:
            raise missing(kind.kind, record_id, param=param)
        return record

    def tell(self, kind: str, intent_id: str, data: JSON) -> None:
        """Record an event. It is delivered after the transaction that it belongs to, by the outbox of the same file."""
        request = {"id": self.request_id, "idempotency_key": self.key}
        event = Event(new_id("evt_3"), int(self.now), kind, intent_id, data, DEFAULT_VERSION, request)
        self.store.put(event)
        if self.webhooks:
            self.store.deliver(event.id, time.time() + self._delay(intent_id))

    def _delay(self, intent_id: str) -> float:
        """Some methods have their events sent late, or the later ones first."""
        intent = self.store.find(Intent, intent_id)
        method = METHODS.get(intent.payment_method or "") if intent else None
        if method and method.webhooks == "late":
            return LATE_SECONDS
        if method and method.webhooks == "reversed":
            return WEBHOOK_DELAY_SECONDS * max(1, 5 - 2 * self.store.count(Event, intent_id))
        return WEBHOOK_DELAY_SECONDS

    def save(self, intent: Intent, event: str | None = None) -> Intent:
        self.store.put(intent)
        if event:
            self.tell(f"payment_intent.{event}", intent.id, intent.json())
        return intent
