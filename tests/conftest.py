"""The running shop, one for all tests that ask for it."""

from collections.abc import Iterator

import pytest

from tests.support.running_shop import Shop, running


@pytest.fixture(scope="session")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shop]:
    with running(tmp_path_factory.mktemp("shop")) as shop:
        yield shop
