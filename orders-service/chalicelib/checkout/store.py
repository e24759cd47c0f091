"""The checkout's Store on DynamoDB. What belongs to several features changes in one transaction here."""

from collections.abc import Iterator
from contextlib import contextmanager

from botocore.exceptions import BotoCoreError
from pynamodb.exceptions import PynamoDBException

from chalicelib import events
from chalicelib import keyed as keys
from chalicelib.cart import domain as carts
from chalicelib.cart.cart import Cart
from chalicelib.checkout import models
from chalicelib.checkout.effects import Basket, Record
from chalicelib.errors import OutcomeUnknown
from chalicelib.keyed import Keyed
from chalicelib.orders import domain as orders
from chalicelib.orders.order import Order
from common.problems import Unavailable
from common.tables import Refused, Transaction, is_unavailable


class DynamoStore:
    """See effects.Store."""

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

    def find_cart(self, owner: str) -> Cart:
        with knowing():
            return carts.find_cart(owner)

    def place(self, record: Record, order: Order) -> bool:
        """One token for every attempt: a repeat after a lost reply is applied once, a crash leaves all or none."""
        transaction = Transaction()
        models.mark_placed(transaction, record)
        orders.add(transaction, order)
        carts.mark(transaction, order.owner, order.cart_version, order.id)
        with knowing():
            try:
                transaction.commit()
            except Refused:
                return False
            return True

    def find_order(self, order_id: str) -> Order | None:
        with knowing():
            return orders.find_stored(order_id)

    def write(self, before: Order, after: Order, basket: Basket = Basket.KEEP) -> Order:
        """The condition on the version makes a repeat, a late delivery and a race harmless; see saga.move."""
        with knowing():
            if basket is Basket.KEEP and not events.order_changed(before, after):
                return orders.write(before, after)
            transaction = Transaction()
            orders.change(transaction, before, after)
            if basket is Basket.EMPTY:
                carts.empty_if_bought(transaction, before.owner, before.cart_version, before.id)
            elif basket is Basket.UNMARK:
                carts.unmark(transaction, before.owner, before.id)
            return orders.commit_change(transaction, before, after)

    def find_keyed(self, order_id: str, keyed: Keyed) -> tuple[Order | None, str | None]:
        with knowing():
            return orders.find_keyed(order_id, keyed)

    def write_keyed(self, before: Order, after: Order, keyed: Keyed) -> bool:
        """One token for every attempt, as for `place`; who is refused reads again, and finds the key if it was this."""
        transaction = Transaction()
        orders.change(transaction, before, after)
        keys.add(transaction, keyed)
        with knowing():
            try:
                transaction.commit()
            except Refused:
                return False
            return True


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
