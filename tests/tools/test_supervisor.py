"""The supervisor, looking after two small processes."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request

import pytest

from tests.support.running_shop import alive
from tests.system.eventually import eventually
from tools.shop import ports
from tools.shop.home import ROOT, Home, read_json
from tools.shop.processes import Child, Spec


class Shop:
    def __init__(self, folder):
        self.home = Home(folder)
        self.ports = [free_port(), free_port()]
        command = [sys.executable, "-m", "tests.tools.standin_shop", str(folder), *map(str, self.ports)]
        self.process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE)
        assert eventually(lambda: self.state.get("ready"))

    @property
    def state(self):
        return read_json(self.home.state)

    def pids(self):
        return [self.process.pid, *self.state["processes"].values()]

    def is_gone(self, pids):
        return not any(map(alive, pids)) and not ports.taken(self.ports)


def free_port():
    with socket.create_server(("127.0.0.1", 0)) as found:
        return found.getsockname()[1]


@pytest.fixture
def shop(tmp_path):
    shop = Shop(tmp_path)
    yield shop
    shop.process.kill()
    shop.process.wait()
    shop.process.stdout.close()


def health(port):
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/health", timeout=5) as answer:
        return json.loads(answer.read())


def test_a_process_learns_what_is_known_early_and_what_is_found_out(shop):
    assert health(shop.ports[0]) == {"EARLY": "yes", "LATE": "told one"}
    assert health(shop.ports[1]) == {"EARLY": "yes", "LATE": "told two"}


def test_a_killed_process_is_started_again_with_all_it_was_told(shop):
    before = shop.state["processes"]["one"]

    os.kill(before, signal.SIGKILL)

    assert eventually(lambda: shop.state["processes"]["one"] != before)
    assert eventually(lambda: ports.taken(shop.ports[:1]))
    assert health(shop.ports[0])["LATE"] == "told one"
    assert shop.state["processes"]["two"] in shop.pids()


@pytest.mark.parametrize("ending", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGKILL])
def test_nothing_outlives_it_however_it_ends(shop, ending):
    pids = shop.pids()

    shop.process.send_signal(ending)
    shop.process.wait(timeout=10)

    assert eventually(lambda: shop.is_gone(pids))


def test_even_a_process_that_hangs_does_not_outlive_it(shop):
    pids = shop.pids()
    os.kill(shop.state["processes"]["one"], signal.SIGSTOP)

    shop.process.kill()
    shop.process.wait(timeout=10)

    assert eventually(lambda: shop.is_gone(pids))


def test_a_second_signal_does_not_cut_the_stopping_short(shop):
    pids = shop.pids()

    shop.process.send_signal(signal.SIGINT)
    shop.process.send_signal(signal.SIGINT)

    assert shop.process.wait(timeout=10) == 0
    assert shop.is_gone(pids)


def test_a_closed_terminal_does_not_keep_it_from_stopping_in_order(shop):
    pids = shop.pids()
    shop.process.stdout.close()  # whatever it prints fails from now on

    os.kill(shop.state["processes"]["one"], signal.SIGKILL)
    shop.process.send_signal(signal.SIGTERM)
    shop.process.wait(timeout=10)

    assert eventually(lambda: shop.is_gone(pids))


def test_one_that_dies_young_again_and_again_is_started_less_often(tmp_path):
    child = Child(Spec("short", ("no.such.module",), dict(os.environ), tmp_path / "log"))
    pauses = []
    for _ in range(6):
        child.start({})
        child.process.wait(timeout=20)
        assert child.ended() == 1
        pauses.append(child.due_at - time.monotonic())

    assert pauses[0] <= 0
    assert pauses[1:] == sorted(pauses[1:])
    assert 0.5 < pauses[-1] <= 5
    assert all(json.loads(line) for line in (tmp_path / "log").read_text().splitlines())
