"""Who holds a port."""

import os
import socket

import pytest

from tools.shop import ports
from tools.shop.home import Ports


@pytest.fixture
def listener():
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server.getsockname()[1]


def test_a_port_with_a_listener_is_taken_and_the_next_ones_are_told_apart(listener):
    assert ports.taken([listener]) == [listener]


def test_a_port_without_a_listener_is_free(listener):
    with socket.create_server(("127.0.0.1", 0)) as other:
        free = other.getsockname()[1]

    assert ports.taken([listener, free]) == [listener]


def test_the_owner_is_named_with_its_command(listener):
    explained = ports.explain([listener])

    assert f"Port {listener} is taken by process {os.getpid()} (" in explained
    assert "python" in explained
    assert "SHOP_PORT=" in explained


def test_a_port_that_only_root_may_use_is_no_other_process(monkeypatch):
    def bind(*_):
        raise PermissionError

    monkeypatch.setattr(socket.socket, "bind", bind)
    assert ports.explain(ports.taken([80])).startswith("Port 80 is kept for the system's administrator.\n")


@pytest.mark.parametrize("text", ["", "http", "0", "70000", "-1"])
def test_a_port_number_that_cannot_be_is_refused(text):
    with pytest.raises(SystemExit, match="SHOP_PORT"):
        Ports.read({"SHOP_PORT": text})
