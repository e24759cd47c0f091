"""A payment provider like Stripe with manual capture, whose cards behave well or badly by chance."""

from collections.abc import Callable
from dataclasses import dataclass, field
from random import Random
from typing import Any

from chalicelib.checkout.effects import Payment, PaymentStatus
from chalicelib.errors import ProviderDown, RefundRefused
from chalicelib.orders.order import Order

Status = PaymentStatus
CANT_CHARGE = frozenset({Status.UNCONFIRMED, Status.DECLINED})
VOIDABLE = CANT_CHARGE | {Status.ACTION_REQUIRED, Status.AUTHORIZED}


@dataclass
class Charge:
    """One payment. `behaviour` is its card's; at `decides_at` the buyer or the bank decides."""

    id: str
    order_id: str
    amount: int
    behaviour: str
    status: Status = Status.UNCONFIRMED
    authorized: int = 0
    captured: int = 0
    refunded: int = 0
    decides_at: float | None = None
    decides: Status = Status.AUTHORIZED
    soft_refusals: int = 2
    changed_at: float = 0

    def seen(self) -> Payment:
        action: dict[str, Any] | None = {"type": "redirect"} if self.status is Status.ACTION_REQUIRED else None
        return Payment(id=self.id, status=self.status, authorized=self.authorized, next_action=action)


@dataclass
class PaymentProvider:
    """Implements the checkout's Provider. `tell` is the webhook."""

    random: Random
    now: Callable[[], float]
    tell: Callable[[str], None]
    capturing: Callable[[Charge], None] = lambda _charge: None
    charges: dict[str, Charge] = field(default_factory=dict)
    by_key: dict[str, str] = field(default_factory=dict)
    refunds: dict[tuple[str, int], int] = field(default_factory=dict)
    refused: set[tuple[str, int]] = field(default_factory=set)
    overdrawn: int = 0
    calm: bool = False

    def create(self, order: Order) -> Payment:
        key = f"{order.id}:create"
        if key not in self.by_key:
            behaviour = self.random.choices(
                ["ok", "declines", "3ds", "hangs", "capture fails", "capture fails softly", "partial"],
                [58, 8, 14, 8, 4, 5, 3],
            )[0]
            made = Charge(f"pi{len(self.charges)}", order.id, order.total, behaviour)
            self.charges[made.id] = made
            self.by_key[key] = made.id
        return self.charges[self.by_key[key]].seen()

    def find(self, payment_id: str) -> Payment:
        return self.charges[payment_id].seen()

    def confirm(self, order: Order) -> Payment:
        charge = self.of(order)
        again = charge.status is Status.DECLINED and not self.calm and self.random.random() < 0.5
        if charge.status is Status.UNCONFIRMED or again:
            self._confirm(charge, again)
        return charge.seen()

    def _confirm(self, charge: Charge, again: bool) -> None:
        if charge.behaviour == "declines" and not again:
            self.change(charge, Status.DECLINED)
        elif charge.behaviour == "3ds":
            self.change(charge, Status.ACTION_REQUIRED)
            decided = self.random.choices([Status.AUTHORIZED, Status.DECLINED, None], [60, 15, 25])[0]
            if decided:
                charge.decides = decided
                charge.decides_at = self.now() + self.random.choice([10, 60, 300, 880, 1000])
        elif charge.behaviour == "hangs":
            charge.status = Status.PROCESSING
            charge.decides = Status.AUTHORIZED if self.random.random() < 0.8 else Status.DECLINED
            charge.decides_at = self.now() + self.random.choice([5, 40, 200])
            raise ProviderDown
        else:
            self.change(charge, Status.AUTHORIZED)

    def capture(self, order: Order) -> Payment:
        charge = self.of(order)
        if charge.status is Status.AUTHORIZED and not self.refuses_capture(charge):
            self.capturing(charge)
            charge.captured = charge.amount
            self.change(charge, Status.CAPTURED)
        return charge.seen()

    def refuses_capture(self, charge: Charge) -> bool:
        if charge.behaviour == "capture fails":
            self.change(charge, Status.VOIDED)
            return True
        charge.soft_refusals -= 1
        return charge.behaviour == "capture fails softly" and charge.soft_refusals >= 0

    def void(self, order: Order) -> Payment:
        charge = self.of(order)
        if charge.status in VOIDABLE:
            self.change(charge, Status.VOIDED)
        return charge.seen()

    def refund(self, order: Order, number: int, amount: int) -> None:
        """A refusal stays one under its key."""
        charge, key = self.of(order), (order.id, number)
        if key in self.refused or (key not in self.refunds and self.refuses_refund(charge, amount)):
            self.refused.add(key)
            raise RefundRefused
        if key not in self.refunds:
            self.refunds[key] = amount
            charge.refunded += amount

    def refuses_refund(self, charge: Charge, amount: int) -> bool:
        if charge.captured - charge.refunded < amount:
            self.overdrawn += 1
            return True
        return self.random.random() < 0.15

    def of(self, order: Order) -> Charge:
        assert order.payment_id is not None
        return self.charges[order.payment_id]

    def change(self, charge: Charge, status: Status) -> None:
        charge.status = status
        charge.changed_at = self.now()
        if status is Status.AUTHORIZED:
            charge.authorized = charge.amount - (charge.behaviour == "partial")
        charge.decides_at = None
        self.tell(charge.order_id)

    def tick(self) -> None:
        """Let buyers and banks decide what they have to decide by now."""
        for charge in self.charges.values():
            waits = charge.status in (Status.PROCESSING, Status.ACTION_REQUIRED)
            hurry = self.calm and charge.status is Status.PROCESSING
            if waits and charge.decides_at is not None and (charge.decides_at <= self.now() or hurry):
                self.change(charge, charge.decides)

    def next_decisions(self) -> list[float]:
        return [charge.decides_at for charge in self.charges.values() if charge.decides_at is not None]
