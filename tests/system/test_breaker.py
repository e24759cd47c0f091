"""The payment breaker of two instances at once, on the running shop's table, in a row of its own."""

import json
import secrets
import subprocess
import sys
from collections import Counter
from contextlib import ExitStack

import pytest

from tools.shop import environment
from tools.shop.home import ROOT, read_json


class Instances:
    """Two processes; a word is told to both before either is heard."""

    def __init__(self, shop, stack: ExitStack) -> None:
        late = read_json(shop.home.environment)["orders"]
        own = {**environment.service("orders", shop.home, shop.ports, ""), **late}
        command = [sys.executable, "-m", "tests.system.breaker_racers", secrets.token_hex(6)]
        self.running = [
            stack.enter_context(
                subprocess.Popen(
                    command, cwd=ROOT, env=own, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1
                )
            )
            for _ in range(2)
        ]
        self.hear()

    def hear(self):
        return [json.loads(one.stdout.readline()) for one in self.running]

    def all(self, word: str, now: float) -> tuple[Counter, float]:
        """What all requests of both saw, and until when the breaker is open then."""
        for one in self.running:
            one.stdin.write(f"{word} {now}\n")
        heard = self.hear()
        return Counter(word for one in heard for word in one["seen"]), max(one["open_until"] for one in heard)


@pytest.fixture
def instances(shop):
    with ExitStack() as stack:
        made = Instances(shop, stack)
        yield made
        for one in made.running:
            one.stdin.close()


def test_many_failures_at_once_open_it_once_and_one_of_all_tries_again(instances):
    for day in range(1, 6):
        now = day * 86400.0
        assert instances.all("fail", now) == ({"asked": 16}, now + 30)
        assert instances.all("try", now + 29) == ({"refused": 16}, now + 30)

        tried, open_until = instances.all("try", now + 31)

        assert tried == {"asked": 1, "refused": 15}
        assert open_until == now + 61
        # Who comes after the one whose try succeeds finds it closed.
        worked, _ = instances.all("work", now + 62)
        assert worked["asked"] >= 1
        assert instances.all("work", now + 63) == ({"asked": 16}, 0)
