"""An embedded AWS of its own for these tests, as a real process on a free port."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.package.emulator import Emulator


@pytest.fixture(scope="module")
def emulator(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Emulator]:
    made = Emulator(tmp_path_factory.mktemp("aws"))
    made.start()
    yield made
    made.stop()


@pytest.fixture
def fresh(tmp_path: Path) -> Iterator[Emulator]:
    """One that a test may kill."""
    made = Emulator(tmp_path)
    made.start()
    yield made
    made.stop()
