"""A shop of one's own for a measurement: empty, on free ports, in a temporary folder, gone afterwards."""

import contextlib
import http.client
import json
import os
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import boto3
from botocore.config import Config

from tools.shop.environment import LIMITS

ROOT = Path(__file__).parents[1]
PLENTY = dict.fromkeys(LIMITS, "1000000")  # all of a measurement comes from one address
PROCESSES = ("edge", "users", "catalog", "orders", "aws", "payments")  # in the order of their ports
UP = ("tools.shop", "up", "--no-seed")
EMAIL = "bench@shop.example"
PASSWORD = "a quiet lamp above the harbour"  # noqa: S105 - of a shop that lives for a minute


@dataclass
class Answer:
    status: int
    headers: Mapping[str, str]
    body: Any


class Client:
    """JSON over one kept connection."""

    def __init__(self, port: int) -> None:
        self._connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)

    def send(self, method: str, path: str, body: object = None, **headers: str) -> Answer:
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        if body is not None:
            sent["Content-Type"] = "application/json"
        self._connection.request(method, path, json.dumps(body) if body is not None else None, sent)
        answer = self._connection.getresponse()
        text = answer.read()
        return Answer(answer.status, dict(answer.headers), json.loads(text) if text else None)

    def ask(self, method: str, path: str, body: object = None, **headers: str) -> Any:
        """The body of an answer that must be a good one."""
        answer = self.send(method, path, body, **headers)
        if answer.status >= 300:
            raise SystemExit(f"{method} {path}: {answer.status} {answer.body}")
        return answer.body

    def raw(self, path: str) -> bytes:
        """As little work here as possible."""
        self._connection.request("GET", path)
        return self._connection.getresponse().read()


@dataclass
class Stack:
    home: Path
    port: int
    process: "subprocess.Popen[bytes]"
    started_at: float

    def client(self, process: str = "edge") -> Client:
        return Client(self.port + PROCESSES.index(process))

    def url(self, process: str) -> str:
        return f"http://127.0.0.1:{self.port + PROCESSES.index(process)}"

    def environment(self, service: str) -> dict[str, str]:
        """What provisioning found out for a service: the names of its tables, for one."""
        found: dict[str, dict[str, str]] = json.loads((self.home / "environment.json").read_text())
        return found[service]

    def pid(self, process: str) -> int:
        return int(json.loads((self.home / "state.json").read_text())["processes"][process])

    def wait(self) -> float:
        """Seconds from the start until everything is healthy."""
        state = self.home / "state.json"
        while self.process.poll() is None:
            with contextlib.suppress(FileNotFoundError, ValueError):
                if json.loads(state.read_text())["ready"]:
                    return time.monotonic() - self.started_at
            time.sleep(0.01)
        raise SystemExit(f"The shop did not come up: see {self.home}")

    def staff(self, client: Client) -> str:
        """The access token of a new member of staff."""
        password = self.home / "password"
        password.write_text(PASSWORD)
        command = [sys.executable, "-m", "tools.shop", "admin", "create", EMAIL]
        command += ["--role", "staff", "--password-file", str(password)]
        subprocess.run(command, cwd=ROOT, env=self._env(), check=True, stdout=subprocess.DEVNULL)
        session = client.ask("POST", "/api/sessions", {"email": EMAIL, "password": PASSWORD})
        return str(session["access_token"])

    def _env(self) -> dict[str, str]:
        return {**os.environ, "SHOP_HOME": str(self.home), "SHOP_PORT": str(self.port)}

    def stop(self) -> None:
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(timeout=60)


def start(home: Path, command: tuple[str, ...] = UP, port: int | None = None, **env: str) -> Stack:
    port = port or free_ports()
    environment = {**os.environ, **PLENTY, "SHOP_HOME": str(home), "SHOP_PORT": str(port), **env}
    log = (home.parent / f"{home.name}.log").open("ab")
    started_at = time.monotonic()
    process = subprocess.Popen(
        [sys.executable, "-m", *command], cwd=ROOT, env=environment, stdout=log, stderr=subprocess.STDOUT
    )
    log.close()
    return Stack(home, port, process, started_at)


@contextlib.contextmanager
def running(command: tuple[str, ...] = UP, port: int | None = None, **env: str) -> Iterator[Stack]:
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        stack = start(Path(folder) / "home", command, port, **env)
        try:
            stack.wait()
            yield stack
        finally:
            stack.stop()


def free_ports() -> int:
    """The first of six consecutive ports that nobody has."""
    for first in range(21000, 60000, 10):
        with contextlib.ExitStack() as held, contextlib.suppress(OSError):
            for port in range(first, first + len(PROCESSES)):
                held.enter_context(contextlib.closing(socket.socket())).bind(("127.0.0.1", port))
            return first
    raise SystemExit("There are no six free ports in a row.")


def dynamodb(url: str) -> Any:
    """boto3's client for the emulator at `url`: what a bare call is made with."""
    return boto3.client(
        "dynamodb",
        endpoint_url=url,
        region_name="eu-central-1",
        aws_access_key_id="test",
        aws_secret_access_key="test",  # noqa: S106 - the emulator's
        config=Config(retries={"total_max_attempts": 1}),
    )


def medians(calls: Mapping[str, Callable[[], object]], warm_up: int = 100, rounds: int = 300) -> dict[str, float]:
    """Median milliseconds of each; the calls alternate, so that whatever disturbs one disturbs all."""
    times: dict[str, list[float]] = {name: [] for name in calls}
    for turn in range(warm_up + rounds):
        for name, call in calls.items():
            started = time.perf_counter()
            call()
            if turn >= warm_up:
                times[name].append(time.perf_counter() - started)
    return {name: statistics.median(found) * 1000 for name, found in times.items()}


def product(client: Client, token: str, sku: str = "BENCH-1", variants: int = 4) -> dict[str, Any]:
    """An active product with a few variants in stock."""
    sizes = [f"{number} cm" for number in range(10, 10 + variants)]
    category = client.ask(
        "POST", "/api/categories", {"slug": f"c-{sku.lower()}", "name": "Bench"}, Authorization=f"Bearer {token}"
    )
    wanted = {
        "slug": sku.lower(),
        "name": "Bench lamp",
        "description": "A lamp to measure with. " * 20,
        "status": "active",
        "category_ids": [category["id"]],
        "options": [{"name": "Size", "values": sizes}],
        "variants": [
            {
                "sku": f"{sku}-{number}",
                "options": {"Size": size},
                "price": {"amount": 1999, "currency": "EUR"},
                "weight_g": 500,
                "stock": 100_000,
            }
            for number, size in enumerate(sizes)
        ],
    }
    made: dict[str, Any] = client.ask("POST", "/api/products", wanted, Authorization=f"Bearer {token}")
    return made
