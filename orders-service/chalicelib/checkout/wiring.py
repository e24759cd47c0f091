"""The checkout's effects in the real world."""

from chalicelib import config
from chalicelib.catalog import Catalog
from chalicelib.checkout.effects import World
from chalicelib.checkout.store import DynamoStore
from chalicelib.payments.breaker import Breaker, Guarded
from chalicelib.payments.ledger import Ledger
from chalicelib.payments.provider import Stripe
from common import clock
from common.deadline import Deadline
from common.ids import new_id


def world(deadline: Deadline, breaker: Breaker | None = None) -> World:
    """All calls together may take what is left of `deadline`; who makes several worlds gives them one breaker."""
    breaker = breaker or new_breaker()
    provider = Stripe(config.PAYMENTS_URL, config.payment_key, config.PUBLIC_URL, deadline)
    return World(clock.now, new_id, DynamoStore(breaker.learn), Catalog(deadline), Guarded(provider, breaker))


def new_breaker() -> Breaker:
    return Breaker(clock.now, new_id)


def ledger(deadline: Deadline) -> Ledger:
    return Ledger(config.PAYMENTS_URL, config.payment_key, deadline)
