"""The checkout's Store on DynamoDB. What belongs to several features changes in one transaction here."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

from botocore.exceptions import BotoCoreError
from pynamodb.exceptions import PynamoDBException

from chalicelib import events
from chalicelib import keyed as keys
from chalicelib.cart import domain as carts
from chalicelib.checkout import models
from chalicelib.checkout.effects import Basket, Record, Terms
from chalicelib.checkout.terms import find_terms
from chalicelib.discounts import domain as discounts
from chalicelib.discounts.domain import Counter
from chalicelib.errors import OutcomeUnknown
from chalicelib.keyed import Keyed
from chalicelib.orders import domain as orders
from chalicelib.orders.order import Order, State
from chalicelib.payments.breaker import Health
from common.problems import Unavailable
from common.tables import Busy, Refused, Transaction, is_unavailable

UNUSED = frozenset({State.CANCELLED, State.PAYMENT_FAILED})
"""Ends with which an order gives its use of a discount back."""


class DynamoStore:
    """See effects.Store. `learn` is told how the payment provider is, whenever terms are read."""

    def __init__(self, learn: Callable[[Health], object] = lambda _health: None) -> None:
        self._learn = learn

    def open_record(self, record: Record) -> Record:
        with knowing():
            return models.open_record(record)

    def take_record(self, found: Record, mine: Record) -> Record | None:
        with knowing():
            return models.take_record(found, mine)

    def find_record(self, owner: str, key: str) -> Record | None:
        with knowing():
            return models.find_record(owner, key)

    def delete_record(self, record: Record) -> bool:
        with knowing():
            return models.delete_record(record)

    def find_terms(self, owner: str, email: str | None, discount_code: str | None) -> Terms:
        with knowing():
            return find_terms(owner, email, discount_code, self._learn)

    def place(self, record: Record, order: Order) -> bool:
        """One token for every attempt: a repeat after a lost reply is applied once, a crash leaves all or none.

        Raises Busy if too many others are at the same discount: then it is known that nothing happened.
        """
        transaction = Transaction()
        models.mark_placed(transaction, record)
        orders.add(transaction, order)
        carts.mark(transaction, order.owner, order.cart_version, order.id)
        if order.discount_code and order.discount_use:
            discounts.take(transaction, order.discount_code, order.discount_use, order.owner, order.email)
        return _is_done(transaction)

    def find_order(self, order_id: str) -> Order | None:
        with knowing():
            return orders.find_stored(order_id)

    def write(self, before: Order, after: Order, basket: Basket = Basket.KEEP) -> Order:
        """The condition on the version makes a repeat, a late delivery and a race harmless; see saga.move."""
        with knowing():
            if basket is Basket.KEEP and not events.order_changed(before, after):
                return orders.write(before, after)
            return _write(before, after, basket, _given_back(before, after))

    def find_keyed(self, order_id: str, keyed: Keyed) -> tuple[Order | None, str | None]:
        with knowing():
            return orders.find_keyed(order_id, keyed)

    def write_keyed(self, before: Order, after: Order, keyed: Keyed) -> bool:
        """One token for every attempt, as for `place`; who is refused reads again, and finds the key if it was this.

        Raises Busy, as `place` does.
        """
        transaction = Transaction()
        orders.change(transaction, before, after)
        keys.add(transaction, keyed)
        return _is_done(transaction)


def _is_done(transaction: Transaction) -> bool:
    """False if it was refused; raises Busy, or OutcomeUnknown."""
    busy = None
    with knowing():
        try:
            transaction.commit()
        except Refused:
            return False
        except Busy as error:
            busy = error
    if busy:
        raise busy
    return True


def _write(before: Order, after: Order, basket: Basket, counters: Sequence[Counter]) -> Order:
    """Order, cart and counters of the discount together.

    A counter that is gone, for its code was deleted or its buyer erased, must not keep the order: it is left out then.
    """
    transaction = Transaction()
    orders.change(transaction, before, after)
    if basket is Basket.EMPTY:
        carts.empty_if_bought(transaction, before.owner, before.cart_version, before.id)
    elif basket is Basket.UNMARK:
        carts.unmark(transaction, before.owner, before.id)
    for counter in counters:
        discounts.give_back(transaction, counter)
    try:
        transaction.commit()
    except Refused as refused:
        others = len(refused.reasons) - len(counters)
        if any(refused.reasons[:others]):
            return orders.as_refused(before, refused)
        left = [one for one, gone in zip(counters, refused.reasons[others:], strict=True) if not gone]
        return _write(before, after, basket, left)
    return after


def _given_back(before: Order, after: Order) -> Sequence[Counter]:
    """The order's state moves into an end once, and the version guards that: so its use is given back once."""
    if before.discount_code is None or before.discount_use is None or after.state not in UNUSED:
        return []
    if before.state in UNUSED:
        return []
    return discounts.counters(before.discount_code, before.discount_use, before.owner, before.email)


@contextmanager
def knowing() -> Iterator[None]:
    """Turn an answer that did not come into OutcomeUnknown."""
    try:
        yield
    except Unavailable as error:
        raise OutcomeUnknown from error
    except (PynamoDBException, BotoCoreError) as error:
        if is_unavailable(error):
            raise OutcomeUnknown from error
        raise
