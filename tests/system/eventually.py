"""Waiting for what the shop does in its own time."""

import time
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")


def eventually(condition: Callable[[], T], within_s: float = 20) -> T:
    """The first truthy value of the condition, or its last value when the time is over."""
    until = time.monotonic() + within_s
    while not (value := condition()) and time.monotonic() < until:
        time.sleep(0.1)
    return value
