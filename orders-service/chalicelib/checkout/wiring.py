"""The checkout's effects in the real world."""

from chalicelib import config
from chalicelib.catalog import Catalog
from chalicelib.checkout.effects import World
from chalicelib.checkout.store import DynamoStore
from chalicelib.payments.provider import Stripe
from common import clock
from common.deadline import Deadline
from common.ids import new_id


def world(deadline: Deadline) -> World:
    """All calls together may take what is left of `deadline`."""
    provider = Stripe(config.PAYMENTS_URL, config.payment_key, config.PUBLIC_URL, deadline)
    return World(clock.now, new_id, DynamoStore(), Catalog(deadline), provider)
