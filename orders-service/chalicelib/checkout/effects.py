"""What the checkout asks of the outside world, as small protocols: the service passes the real ones, tests their own.

Every call may fail without telling whether it had happened (OutcomeUnknown, CatalogDown, ProviderDown),
so every one can be repeated.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import Enum, auto
from typing import Any, Protocol

import msgspec

from chalicelib.cart.cart import Cart
from chalicelib.discounts.discount import Discount
from chalicelib.keyed import Keyed
from chalicelib.orders.order import Order, Parcel
from chalicelib.pricing.price import Line
from chalicelib.pricing.rates import Rates


class Record(msgspec.Struct, frozen=True, kw_only=True):
    """One use of an Idempotency-Key. Until the order is placed it is leased to one request, its `holder`."""

    owner: str
    key: str
    body_hash: str
    order_id: str
    holder: str
    leased_until: float
    placed: bool = False
    inherited: bool = False


class Terms(msgspec.Struct, frozen=True, kw_only=True):
    """What a purchase is judged by, all read at one moment.

    `discount` is that of the code, if one was given and is known; `own_uses` is how often the buyer has used it.
    """

    cart: Cart
    rates: Rates = Rates()
    discount: Discount | None = None
    own_uses: int = 0


class Basket(Enum):
    """What a write of an order does to the cart in the same transaction."""

    KEEP = auto()
    EMPTY = auto()
    """Condition: still marked by this order, and as it was bought."""
    UNMARK = auto()
    """Condition: still marked by this order."""


class Store(Protocol):
    """Our own table. Where it says "if", nothing is written otherwise."""

    def open_record(self, record: Record) -> Record:
        """Write it if there is none under its key; what stands there now, this one or an earlier."""

    def take_record(self, found: Record, mine: Record) -> Record | None:
        """Replace `found` if it is still its holder's and no order was placed; what stands there now."""

    def find_record(self, owner: str, key: str) -> Record | None: ...

    def delete_record(self, record: Record) -> bool:
        """If it is still its holder's and no order was placed."""

    def find_terms(self, owner: str, email: str | None, discount_code: str | None) -> Terms: ...

    def place(self, record: Record, order: Order) -> bool:
        """Order, record, mark and the discount's use in one transaction, if the lease is the holder's, the cart as
        bought and free, and a use left."""

    def find_order(self, order_id: str) -> Order | None: ...

    def write(self, before: Order, after: Order, basket: Basket = Basket.KEEP) -> Order:
        """Replace `before` by `after` if its version still stands; the order as it is now, this or another's.

        An order that ends unpaid or cancelled gives its use of a discount back with this write.
        """

    def find_keyed(self, order_id: str, keyed: Keyed) -> tuple[Order | None, str | None]:
        """The order, and what was asked for under the caller's key before."""

    def write_keyed(self, before: Order, after: Order, keyed: Keyed) -> bool:
        """Replace `before` by `after` if its version still stands and the key was not used yet, and note its use."""


class Held(msgspec.Struct, frozen=True):
    """Stock set aside. Its prices are the order's, and so are the weights of single pieces, where they are known."""

    expires_at: float
    prices: dict[str, int]
    currency: str
    weights: dict[str, int | None] = {}


class Stock(Protocol):
    """catalog-service's reservations; a reservation has its order's id."""

    def hold(self, order_id: str, lines: Sequence[Line], ttl_seconds: int, currency: str) -> Held:
        """All lines or none, or extend the hold; raises OutOfStock or HoldClosed.

        All are priced in `currency`; raises CurrencyMismatch if one has no price in it.
        """

    def commit(self, order_id: str) -> bool:
        """Sell what is held; False if the hold has ended."""

    def release(self, order_id: str) -> bool:
        """End the hold, also before it was made; False if it is sold."""

    def give_back(self, order_id: str, return_id: str, items: Sequence[Parcel]) -> None:
        """Put so much of what was sold back, once for each `return_id`."""


class PaymentStatus(Enum):
    """UNCONFIRMED can't charge; AUTHORIZED is money held; PROCESSING can be neither taken nor let go yet."""

    UNCONFIRMED = "unconfirmed"
    ACTION_REQUIRED = "action_required"
    PROCESSING = "processing"
    AUTHORIZED = "authorized"
    DECLINED = "declined"
    CAPTURED = "captured"
    VOIDED = "voided"


class Payment(msgspec.Struct, frozen=True, kw_only=True):
    """A payment as the provider knows it. `authorized` is the amount that can be captured."""

    id: str
    status: PaymentStatus
    authorized: int = 0
    next_action: dict[str, Any] | None = None


class Provider(Protocol):
    """The payment provider. Each call answers the payment as it now is, also where it could not do what was asked."""

    def create(self, order: Order) -> Payment:
        """A payment that can't charge yet, the same however often it is asked for; DECLINED if it is refused."""

    def find(self, payment_id: str) -> Payment: ...

    def confirm(self, order: Order) -> Payment: ...

    def capture(self, order: Order) -> Payment: ...

    def void(self, order: Order) -> Payment: ...

    def refund(self, order: Order, number: int, amount: int) -> None:
        """Give money back once for each `number`; raises RefundRefused if that will never be done."""


@dataclass(frozen=True)
class World:
    """All effects of one request or one sweep."""

    now: Callable[[], float]
    new_id: Callable[[str], str]
    store: Store
    stock: Stock
    provider: Provider
