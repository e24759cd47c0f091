"""What limits are there for: starting things from one source address, and guessing passwords."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from chalicelib import config
from chalicelib.limits import models, sources
from chalicelib.limits.models import Failures, Key, Window
from common.problems import TooManyRequests, Unavailable
from common.tables import Ref, Refused, Transaction

WINDOW_SECONDS = 600
FREE_FAILURES = 5
FIRST_WAIT_SECONDS, LONGEST_WAIT_SECONDS = 30, 900
_TRIES = 5
_GUESSING = "guessing"


def count(kind: str, address: str, write: Callable[[Transaction], None]) -> None:
    """Do what `write` adds to a transaction and count it for the source address, or raise TooManyRequests.

    `kind` is one of config.LIMITS: so many in ten minutes from the first. One call, but for the first after a window
    that is over; then `write` is called again. If a condition of `write` fails, Refused has the reasons of its parts.
    """
    source = sources.hashed(address)
    sources.check(kind, source, WINDOW_SECONDS)
    over: Window | None = None
    for _ in range(_TRIES):
        transaction = Transaction()
        models.add_use(transaction, Window.key(kind, source), config.LIMITS[kind], WINDOW_SECONDS, over)
        write(transaction)
        try:
            return transaction.commit()
        except Refused as refused:
            over = _over(kind, source, refused)
    raise Unavailable(retry_after=1)


def _over(kind: str, source: str, refused: Refused) -> Window | None:
    """The window that stood in the way, if it is over; None if it has changed again."""
    reason, *others = refused.reasons
    if reason is None:
        raise Refused(others)
    if reason.item is None:
        return None
    window = Window.from_raw_data(reason.item)
    left = models.seconds_left(window.since, WINDOW_SECONDS)
    if left and window.used >= config.LIMITS[kind]:
        sources.remember(kind, source, left)
        raise TooManyRequests(retry_after=left)
    return None if left else window


@dataclass(frozen=True)
class Budget:
    """So many wrong passwords are free in so many seconds. Each further one is followed by a wait, twice as long as the
    one before; a day without any is a new beginning."""

    key: Key
    free: int
    seconds: int

    def wait(self, found: Failures | None) -> int:
        """Seconds until the next guess."""
        if found is None or found.failures < self.free:
            return 0
        doublings = min(int(found.failures) - self.free, 10)
        return models.seconds_left(found.last_at, min(FIRST_WAIT_SECONDS << doublings, LONGEST_WAIT_SECONDS))

    def spend(self) -> int:
        """Count a failure and return 0, or count nothing and return the seconds to wait. Exact, however many race."""
        found = models.record(self.key, self.free, self.seconds)
        for _ in range(_TRIES):
            if found is None or (wait := self.wait(found)):
                return wait if found else 0
            found = models.replace(found, int(found.failures) + 1 if self._goes_on(found) else 1)
        return 1

    def _goes_on(self, found: Failures) -> bool:
        if found.failures < self.free:
            return models.seconds_left(found.since, self.seconds) > 0
        return models.seconds_left(found.last_at, models.KEPT_SECONDS) > 0


@dataclass(frozen=True)
class Attempts:
    """Guesses at one account's password by one device, and where it is unknown also those from its source address.

    Read `refs` together with what the password is checked against, `check` it before hashing anything; then either
    `failed()`, or `passed()` in the transaction that the right password leads to.
    """

    own: Budget
    shared: Budget | None = None
    source: str = ""

    @property
    def refs(self) -> list[Ref]:
        return [(Failures, *one.key) for one in self._budgets]

    @property
    def _budgets(self) -> list[Budget]:
        return [self.shared, self.own] if self.shared else [self.own]

    def check_flood(self) -> None:
        """Raise TooManyRequests without any call if this process has just refused the source address."""
        if self.shared:
            sources.check(_GUESSING, self.source, LONGEST_WAIT_SECONDS)

    def check(self, found: Sequence[Failures | None]) -> None:
        """Raise TooManyRequests if this guess is to wait; `found` is what stands at `refs`."""
        for one, failures in zip(self._budgets, found, strict=True):
            self._refuse(one, one.wait(failures))

    def failed(self) -> None:
        """Count a wrong password, or raise TooManyRequests: of guesses that race, only those in the budget learn
        that they are wrong."""
        for one in self._budgets:
            self._refuse(one, one.spend())

    def passed(self, transaction: Transaction, found: Sequence[Failures | None]) -> None:
        """Demand that nothing has used up the budget meanwhile, and forget this device's failures.

        If the transaction is refused for it, the right guess has come too late: start over, and `check` tells so.
        """
        if self.shared:
            models.add_unblocked(transaction, self.shared.key, self.shared.free, found[0])
        models.add_cleared(transaction, self.own.key, self.own.free, found[-1])

    def _refuse(self, budget: Budget, wait: int) -> None:
        if wait and budget is self.shared:
            sources.remember(_GUESSING, self.source, wait)
        if wait:
            raise TooManyRequests(retry_after=wait)


def attempts(account: str, device: str | None, address: str | None) -> Attempts:
    """Of guesses at an account's password. A known device has a counter of its own, which nobody else can spend; an
    unknown one (None) shares one with all unknown devices, and one with all that comes from its address."""
    own = Budget(Failures.key(f"{account}#{device or 'unknown'}"), FREE_FAILURES, models.KEPT_SECONDS)
    if device or address is None:
        return Attempts(own)
    source = sources.hashed(address)
    shared = Budget(Failures.key(source), config.LIMITS["login_failure"], WINDOW_SECONDS)
    return Attempts(own, shared, source)
