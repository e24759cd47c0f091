"""The sandbox as a process: what it acknowledged survives being killed."""

import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import pytest
import urllib3

from tests.payments.conftest import Stripe, eventually

ROOT = Path(__file__).parents[2]


@pytest.fixture
def port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture
def start(tmp_path: Path, port: int) -> Iterator[Callable[[], tuple[subprocess.Popen[bytes], Stripe]]]:
    processes = []

    def start() -> tuple[subprocess.Popen[bytes], Stripe]:
        env = {**os.environ, "PORT": str(port), "STATE_DIR": str(tmp_path), "CLOCK_FILE": str(tmp_path / "clock")}
        command = [sys.executable, "-m", "tools.shop.payments"]
        process = subprocess.Popen(command, cwd=ROOT, env=env, stderr=subprocess.DEVNULL)
        processes.append(process)
        client = Stripe(f"http://127.0.0.1:{port}")
        eventually(lambda: healthy(client))
        return process, client

    yield start
    for process in processes:
        process.kill()
        process.wait()


def healthy(client: Stripe) -> bool:
    try:
        return client.get("/health").status == 200
    except urllib3.exceptions.HTTPError:
        return False


def test_what_was_acknowledged_survives_a_kill(start):
    process, stripe = start()
    intent_id = stripe.create("create")["id"]
    stripe.confirm(intent_id, "confirm", payment_method="pm_card_visa")
    stripe.capture(intent_id, "capture")
    before = stripe.intent(intent_id).body

    process.send_signal(signal.SIGKILL)
    process.wait()
    _, stripe = start()

    assert stripe.intent(intent_id).body == before
    assert stripe.capture(intent_id, "capture").headers["Idempotent-Replayed"] == "true"
    assert stripe.ledger() == [("authorized", 1999), ("captured", 1999)]


def test_it_stops_when_asked_though_somebody_waits(start):
    process, stripe = start()
    intent_id = stripe.create()["id"]
    waiting = threading.Thread(target=hang, args=(stripe, intent_id))
    waiting.start()
    eventually(lambda: stripe.ledger() != [])

    process.terminate()

    assert process.wait(timeout=5) == 0
    waiting.join()


def hang(stripe: Stripe, intent_id: str) -> None:
    with suppress(urllib3.exceptions.HTTPError):
        stripe.confirm(intent_id, payment_method="pm_sandbox_hang")


def test_it_follows_the_clock_of_the_shop(start, tmp_path: Path):
    (tmp_path / "clock").write_text("86400")
    _, stripe = start()
    later = stripe.create()["created"]

    (tmp_path / "clock").write_text("0")

    assert 86000 < later - stripe.create()["created"] < 87000
