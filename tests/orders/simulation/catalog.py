"""catalog-service's reservations, as checkout.md describes them."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum

from chalicelib.checkout.effects import Held
from chalicelib.errors import CatalogDown, HoldClosed, OutOfStock
from chalicelib.orders.order import Parcel
from chalicelib.pricing.price import Line


class Hold(Enum):
    HELD = "held"
    COMMITTED = "committed"
    RETURNED = "returned"
    RELEASED = "released"
    EXPIRED = "expired"


@dataclass
class Sku:
    on_hand: int
    price: int
    held: int = 0
    sold: int = 0

    @property
    def available(self) -> int:
        return self.on_hand - self.held - self.sold


@dataclass
class Reservation:
    state: Hold
    items: Mapping[str, int]
    expires_at: float
    prices: dict[str, int]
    returns: dict[str, Counter[str]] = field(default_factory=dict)

    def left(self) -> Counter[str]:
        """What was sold and did not come back."""
        return Counter(self.items) - sum(self.returns.values(), Counter())


@dataclass
class Catalog:
    """Implements the checkout's Stock."""

    now: Callable[[], float]
    skus: dict[str, Sku]
    reservations: dict[str, Reservation] = field(default_factory=dict)
    making: Callable[[str], None] = lambda _order_id: None
    releasing: Callable[[str], None] = lambda _order_id: None

    def hold(self, order_id: str, lines: Sequence[Line], ttl_seconds: int, currency: str = "EUR") -> Held:
        items = Counter({line.sku: line.quantity for line in lines})
        found = self.reservations.get(order_id)
        if found is None:
            found = self.make(order_id, items, ttl_seconds)
        elif self.is_closed(found):
            raise HoldClosed
        elif found.state is Hold.HELD:
            self.repeat(found, ttl_seconds)
        return Held(found.expires_at, dict(found.prices), currency)

    def make(self, order_id: str, items: Mapping[str, int], ttl_seconds: int) -> Reservation:
        short = [sku for sku, quantity in items.items() if self.skus[sku].available < quantity]
        if short:
            raise OutOfStock(shortages=[
                {"sku": sku, "requested": items[sku], "available": self.skus[sku].available} for sku in short
            ])  # fmt: skip
        self.making(order_id)
        prices = {sku: self.skus[sku].price for sku in items}
        self.reservations[order_id] = Reservation(Hold.HELD, items, self.now() + ttl_seconds, prices)
        self.shift(items, held=1)
        return self.reservations[order_id]

    def repeat(self, found: Reservation, ttl_seconds: int) -> None:
        found.expires_at = max(found.expires_at, self.now() + ttl_seconds)

    def is_closed(self, found: Reservation) -> bool:
        return found.state is not Hold.COMMITTED and not self.is_live(found)

    def is_live(self, found: Reservation) -> bool:
        return found.state is Hold.HELD and found.expires_at > self.now()

    def commit(self, order_id: str) -> bool:
        found = self.reservations.get(order_id)
        if found and self.is_live(found):
            found.state = Hold.COMMITTED
            self.shift(found.items, held=-1, sold=1)
        return found is not None and found.state is Hold.COMMITTED

    def release(self, order_id: str) -> bool:
        found = self.reservations.get(order_id)
        self.releasing(order_id)
        if found is None:
            self.bury(order_id)
        elif found.state is Hold.HELD:
            found.state = Hold.RELEASED
            self.shift(found.items, held=-1)
        return found is None or found.state is not Hold.COMMITTED

    def bury(self, order_id: str) -> None:
        """A tombstone, so that a late hold is refused."""
        self.reservations[order_id] = Reservation(Hold.RELEASED, {}, 0, {})

    def give_back(self, order_id: str, return_id: str, items: Sequence[Parcel]) -> None:
        found = self.reservations[order_id]
        if found.state not in (Hold.COMMITTED, Hold.RETURNED):
            raise CatalogDown
        if not self.is_back(found, return_id):
            back = Counter({one.sku: one.quantity for one in items})
            if not back <= found.left():
                raise CatalogDown
            found.returns[return_id] = back
            found.state = Hold.COMMITTED if found.left() else Hold.RETURNED
            self.shift(back, sold=-1)

    def is_back(self, found: Reservation, return_id: str) -> bool:
        return return_id in found.returns

    def expire(self) -> None:
        """The catalogue's own sweeper."""
        for found in self.reservations.values():
            if found.state is Hold.HELD and found.expires_at <= self.now():
                found.state = Hold.EXPIRED
                self.shift(found.items, held=-1)

    def shift(self, items: Mapping[str, int], *, held: int = 0, sold: int = 0) -> None:
        for sku, quantity in items.items():
            self.skus[sku].held += held * quantity
            self.skus[sku].sold += sold * quantity
