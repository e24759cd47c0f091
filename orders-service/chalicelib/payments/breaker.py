"""The payment breaker: when the provider is down, one caller finds out for all, and nobody waits for it.

What is known stands in a row that all instances share. A checkout reads it together with its cart, the sweeper once a
sweep, others when they have to call the provider. It is written only when a call fails, and once more when one succeeds
after that.
"""

from collections.abc import Callable
from typing import TypeVar

from botocore.exceptions import BotoCoreError
from pynamodb.exceptions import PynamoDBException

from chalicelib.checkout.effects import Payment, Provider
from chalicelib.errors import ProviderAnswered, ProviderDown, ProviderNotAsked, RefundRefused
from chalicelib.orders.order import Order
from chalicelib.payments import models
from chalicelib.payments.models import HEALTHY
from chalicelib.payments.models import Health as Health
from common import logs
from common.problems import Unavailable

T = TypeVar("T")
REF, health_of, find_health = models.REF, models.health_of, models.find_health
_TROUBLE = (Unavailable, PynamoDBException, BotoCoreError)
_log = logs.logger(__name__)


class Breaker:
    """What one caller knows of the provider. A checkout is told by `learn`; who was not reads it before the first call.

    So a checkout reads nothing for it, and a replay, a cancellation or a refund that has to call the provider one row.
    """

    def __init__(self, now: Callable[[], float], new_id: Callable[[str], str]) -> None:
        self._now, self._new_id = now, new_id
        self._health, self._told, self._probing = HEALTHY, False, False

    def learn(self, health: Health) -> None:
        self._health, self._told = health, True

    def call(self, do: Callable[[], T]) -> T:
        """Do it, or raise ProviderDown at once while the breaker is open."""
        self._admit()
        try:
            answer = do()
        except (ProviderAnswered, RefundRefused):
            self._worked()
            raise
        except ProviderNotAsked:
            raise
        except ProviderDown:
            self._failed()
            raise
        self._worked()
        return answer

    def _admit(self) -> None:
        if not self._told:
            self.learn(_quietly(find_health, HEALTHY))
        seen, now = self._health.open_until, self._now()
        if not seen or self._probing:
            return
        if now < seen or not _quietly(lambda: models.take_probe(seen, now), False):
            raise ProviderNotAsked
        self._probing = True

    def _failed(self) -> None:
        """What can't be written is not counted: the breaker must never be the trouble itself."""
        seen, now = self._health, self._now()
        if self._probing:
            self._health = _quietly(lambda: models.open_again(seen.open_until, now), seen)
            self._probing = False
        else:
            call = self._new_id("op")
            self._health = _quietly(lambda: models.note_failure(call, now), seen)
        if self._health.open_until > max(seen.open_until, now):
            opened = {"open_until": self._health.open_until, **logs.metric("PaymentBreakerOpened", 1)}
            _log.error("payment_breaker_opened", extra=opened)

    def _worked(self) -> None:
        if self._health == HEALTHY:
            return
        seen = self._health
        _quietly(lambda: models.close(seen.open_until), None)
        if seen.open_until:
            _log.warning("payment_breaker_closed")
        self._health, self._probing = HEALTHY, False


class Guarded:
    """A Provider behind the breaker."""

    def __init__(self, provider: Provider, breaker: Breaker) -> None:
        self._provider, self._call = provider, breaker.call

    def create(self, order: Order) -> Payment:
        return self._call(lambda: self._provider.create(order))

    def find(self, payment_id: str) -> Payment:
        return self._call(lambda: self._provider.find(payment_id))

    def confirm(self, order: Order) -> Payment:
        return self._call(lambda: self._provider.confirm(order))

    def capture(self, order: Order) -> Payment:
        return self._call(lambda: self._provider.capture(order))

    def void(self, order: Order) -> Payment:
        return self._call(lambda: self._provider.void(order))

    def refund(self, order: Order, number: int, amount: int) -> None:
        self._call(lambda: self._provider.refund(order, number, amount))


def _quietly(write: Callable[[], T], otherwise: T) -> T:
    try:
        return write()
    except _TROUBLE:
        _log.warning("payment_breaker_not_written")
        return otherwise
