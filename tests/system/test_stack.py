"""The processes of the shop: they come up, come back, and go away without a trace."""

import os
import secrets
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.support.running_shop import Shop, alive, running
from tests.system.eventually import eventually
from tests.system.web import Web, fetch_json
from tools.shop import ports
from tools.shop.home import ROOT

PROCESSES = ["aws", "users", "catalog", "orders", "edge", "payments"]
OPENED_BY = {"users": "/sessions/guest", "catalog": "/products", "orders": "/cart"}


@pytest.fixture
def own_shop(tmp_path):
    """For tests that end it in ways of their own."""
    with running(tmp_path / "home") as shop:
        yield shop


def nothing_is_left(pids: list[int], shop: Shop) -> bool:
    return not any(map(alive, pids)) and not ports.taken(shop.ports.all().values())


def test_every_process_answers(shop):
    assert sorted(shop.state["processes"]) == sorted(PROCESSES)
    assert all(shop.answers(name) for name in PROCESSES)


def test_every_address_is_on_the_loopback_interface_only(shop):
    text = Path("/proc/net/tcp").read_text() + Path("/proc/net/tcp6").read_text()
    listening = [line.split()[1].split(":") for line in text.splitlines() if " 0A " in line]

    addresses = {address for address, port in listening if int(port, 16) in shop.ports.all().values()}

    assert addresses == {"0100007F"}


@pytest.mark.parametrize("name", PROCESSES)
def test_a_process_that_is_killed_comes_back_within_seconds(shop, name):
    started = time.monotonic()

    shop.kill(name)

    assert time.monotonic() - started < 10
    assert eventually(lambda: fetch_json(f"{shop.url}/api/products") is not None)


@pytest.mark.parametrize("service", OPENED_BY)
def test_while_a_service_is_down_the_edge_says_so(shop, service):
    pid = shop.pid(service)
    answers = []

    def gone_and_back() -> bool:
        answers.append(Web(shop.url).get(OPENED_BY[service]))
        return answers[-1].status != 503 and any(answer.status == 503 for answer in answers)

    os.kill(pid, signal.SIGKILL)
    assert eventually(gone_and_back)

    refused = [answer for answer in answers if answer.status == 503]
    assert refused
    assert {answer.code for answer in refused} == {"unavailable"}
    assert refused[0].headers["Content-Type"] == "application/problem+json"
    assert refused[0].headers["Access-Control-Allow-Origin"] == shop.url
    assert int(refused[0].headers["Retry-After"]) > 0
    shop.wait_until_healthy(service)


@pytest.mark.parametrize("ending", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGKILL])
def test_however_it_ends_no_process_and_no_port_is_left(own_shop, ending):
    pids = own_shop.pids()

    own_shop.process.send_signal(ending)
    status = own_shop.process.wait(timeout=20)

    assert status == (-signal.SIGKILL if ending == signal.SIGKILL else 0)
    assert eventually(lambda: nothing_is_left(pids, own_shop), within_s=10)


def test_the_end_of_the_one_who_started_it_ends_it(tmp_path):
    shop = Shop(tmp_path / "home")
    starter = f"import subprocess; subprocess.run({[sys.executable, '-m', 'tools.shop', 'up', '--no-seed']!r})"
    with subprocess.Popen(
        [sys.executable, "-c", starter], cwd=ROOT, env=shop.environment, stdout=subprocess.DEVNULL
    ) as parent:
        assert eventually(lambda: shop.state.get("ready"), within_s=60)
        pids = shop.pids()

        parent.kill()

    assert eventually(lambda: nothing_is_left(pids, shop), within_s=15)


def test_what_was_written_survives_the_death_of_everything(own_shop):
    staff = own_shop.as_role("staff")
    slug = f"c-{secrets.token_hex(6)}"
    made = staff.post("/categories", {"slug": slug, "name": "Lamps"})
    assert made.status == 201, made
    time.sleep(3)  # the promise is about everything older than two seconds

    own_shop.kill_all()
    own_shop.start()

    kept = Web(own_shop.url).get("/categories").json["items"]
    assert [category["slug"] for category in kept] == [slug]


def test_a_clean_stop_keeps_even_the_last_write(own_shop):
    slug = f"c-{secrets.token_hex(6)}"
    staff = own_shop.as_role("staff")
    assert staff.post("/categories", {"slug": slug, "name": "Lamps"}).status == 201

    own_shop.stop()
    own_shop.start()

    assert [category["slug"] for category in Web(own_shop.url).get("/categories").json["items"]] == [slug]


def test_fresh_starts_empty(own_shop):
    staff = own_shop.as_role("staff")
    assert staff.post("/categories", {"slug": "lamps", "name": "Lamps"}).status == 201
    own_shop.stop()

    own_shop.words = ("--fresh",)
    own_shop.start()

    assert Web(own_shop.url).get("/categories").json["items"] == []


def test_a_second_shop_in_the_same_folder_is_refused(shop):
    second = subprocess.run(
        [sys.executable, "-m", "tools.shop", "up"], cwd=ROOT, env=shop.environment, capture_output=True, text=True
    )

    assert second.returncode == 1
    assert f"process {shop.state['supervisor']}" in second.stderr


def test_a_taken_port_is_named_with_its_owner(shop, tmp_path):
    second = subprocess.run(
        [sys.executable, "-m", "tools.shop", "up"],
        cwd=ROOT,
        env={**shop.environment, "SHOP_HOME": str(tmp_path)},
        capture_output=True,
        text=True,
    )

    assert second.returncode == 1
    assert f"Port {shop.ports.edge} is taken by process {shop.pid('edge')}" in second.stderr


def test_the_clock_of_the_services_can_be_moved(shop):
    orders = Web(shop.url, shop.command("token", "orders", "catalog"))
    assert orders.get("/stock/none").code == "forbidden"  # known, and not allowed this

    with shop.clock_moved("+16m"):
        assert "0:16:00 ahead" in shop.command("clock")
        assert orders.get("/stock/none").code == "token_expired"

    assert orders.get("/stock/none").code == "forbidden"
    assert shop.command("clock", "show").endswith("(real time)")


def test_every_line_of_a_log_is_a_json_object_and_requests_carry_their_id(shop):
    trace_id = secrets.token_hex(16)
    Web(shop.url).get("/products", traceparent=f"00-{trace_id}-{secrets.token_hex(8)}-01")

    assert eventually(lambda: trace_id in {line.get("request_id") for line in shop.log_lines("catalog")})
    for name in PROCESSES:
        assert all(isinstance(line, dict) for line in shop.log_lines(name))


def test_each_service_describes_itself_through_the_edge(shop):
    for service in OPENED_BY:
        document = fetch_json(f"{shop.url}/openapi/{service}.json")
        assert document["openapi"].startswith("3.1")
        assert document["servers"] == [{"url": "/api"}]
