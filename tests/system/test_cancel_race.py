"""Cancelling while the money is being taken: whoever comes first, in the end nothing was bought and nothing paid."""

import json
import os
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from tests.support.running_shop import free_ports
from tests.system.eventually import eventually
from tests.system.web import fetch_json
from tools.shop import environment
from tools.shop.home import ROOT, read_json
from tools.shop.processes import answers

RACES = 500


@contextmanager
def sandbox(folder) -> Iterator[str]:
    """A payment provider of its own, whose webhooks nobody hears."""
    port = free_ports().of("payments")
    env = {**os.environ, "PORT": str(port), "STATE_DIR": str(folder)}
    process = subprocess.Popen([sys.executable, "-m", "tools.shop.payments"], cwd=ROOT, env=env)
    try:
        assert eventually(lambda: answers(port, "/health"))
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait(timeout=10)


@pytest.fixture(scope="module")
def races(shop, tmp_path_factory):
    """What the orders came to, and every movement of money."""
    names = read_json(shop.home.environment)["orders"]
    with sandbox(tmp_path_factory.mktemp("payments")) as url:
        env = {**environment.service("orders", shop.home, shop.ports, ""), **names, "PAYMENTS_URL": url}
        done = subprocess.run(
            [sys.executable, "-m", "tests.system.cancel_racers", str(RACES)],
            cwd=ROOT, env=env, capture_output=True, text=True, timeout=240, check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout), fetch_json(f"{url}/ledger")["items"]


def test_five_hundred_cancellations_that_race_the_capture_end_net_zero(races):
    books, ledger = races
    taken = Counter()
    for one in ledger:
        taken[one["metadata"]["order_id"]] += {"captured": 1, "refunded": -1}.get(one["type"], 0) * one["amount"]

    assert Counter(books["states"]) == {"CANCELLED": RACES}
    assert len(taken) == RACES
    assert set(taken.values()) == {0}
    assert (books["available"], books["sold"], books["held"]) == (RACES, 0, 0)


def test_both_of_them_came_first_now_and_then(races):
    kinds = Counter(one["type"] for one in races[1])

    assert kinds["captured"] == kinds["refunded"] > 10
    assert kinds["voided"] == RACES - kinds["captured"] > 10
