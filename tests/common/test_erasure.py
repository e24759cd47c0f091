"""A consumer hears of an erasure: once, and again until nothing is left to do and no token is good any more."""

import json
from typing import Any

import pytest

from common import clock, erasure, events, tracing

TRACE = "0" * 31 + "1"


class Queue:
    def __init__(self) -> None:
        self.sent: list[dict[str, Any]] = []

    def send_message(self, **message: Any) -> None:
        self.sent.append(message)


@pytest.fixture
def queue(monkeypatch: pytest.MonkeyPatch) -> Queue:
    made = Queue()
    monkeypatch.setattr("common.aws.client", lambda _: made)
    return made


@pytest.fixture
def message() -> str:
    tracing.start(f"00-{TRACE}-{'2' * 16}-01")
    made = events.event("users", "user.erased", "usr_1", 1, {"user_id": "usr_1"})
    tracing.start(None)
    return json.dumps({"detail": {name: getattr(made, name) for name in made.__struct_fields__}})


def hear(message: str, at: float, *, done: bool) -> list[tuple[str, bool]]:
    """What the consumer was called with, `at` seconds after the erasure."""
    called = []

    def forget(user_id: str, tokens_ended: bool) -> bool:
        called.append((user_id, tokens_ended))
        return done

    now = clock.now()
    clock.use(lambda: now + at)
    try:
        erasure.hear(message, "url", forget)
    finally:
        clock.follow(None)
    return called


def test_at_first_tokens_may_still_be_good_so_it_comes_back(queue: Queue, message: str) -> None:
    assert hear(message, 0, done=True) == [("usr_1", False)]
    assert queue.sent == [{"QueueUrl": "url", "MessageBody": message, "DelaySeconds": 900}]


def test_the_last_time_nothing_is_left(queue: Queue, message: str) -> None:
    assert hear(message, 901, done=True) == [("usr_1", True)]
    assert queue.sent == []


def test_it_comes_back_as_long_as_something_is_left(queue: Queue, message: str) -> None:
    hear(message, 901, done=False)
    assert [one["DelaySeconds"] for one in queue.sent] == [900]


def test_what_is_logged_belongs_to_the_request_that_erased(queue: Queue, message: str) -> None:
    hear(message, 0, done=True)
    assert tracing.current().trace_id == TRACE
