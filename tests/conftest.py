"""The running shop, one for all tests that ask for it."""

import signal
from collections.abc import Iterator

import pytest

from tests.support.running_shop import Shop, running

# Whoever starts the tests in the background (nohup, a script's `&`) makes them ignore these, and a shop that inherits
# that rightly ignores them too. Caught here, they are at their defaults again in every process that a test starts.
signal.signal(signal.SIGINT, signal.default_int_handler)
signal.signal(signal.SIGHUP, signal.SIG_DFL)


@pytest.fixture(scope="session")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shop]:
    with running(tmp_path_factory.mktemp("shop")) as shop:
        yield shop
