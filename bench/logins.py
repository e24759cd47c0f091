"""CPU time of a log-in at users-service, against a bare Argon2id check of the same figures.

Target: a core logs in at least 0.8 times as many people as it can check passwords. The service's handler is called in a
process of its own as Lambda would call it, by one thread and with a store outside; both sides are CPU time of that
thread, call by call in turn, medians. Beside it the same through the local development server, with all that its
process does.
"""

import json
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

from bench import stack, tables
from tools.shop import environment
from tools.shop.home import Home, Ports

BATCHES, LOGINS = 5, 60
TARGET = 0.8
TICKS = os.sysconf("SC_CLK_TCK")
LOG_IN = {"email": stack.EMAIL, "password": stack.PASSWORD}


def main() -> None:
    with stack.running() as shop:
        shop.staff(shop.client())
        batches = [[statistics.median(one) for one in batch] for batch in json.loads(handler_process(shop))]
        server = through_server(shop)
    bare, handled = (statistics.median(found) for found in zip(*batches, strict=True))
    measured = {
        "bare Argon2id check": bare,
        "log-in, the handler": handled,
        "log-in, the development server's process": server,
    }
    rows = [[name, f"{one * 1000:.1f}", f"{1 / one:.1f}", f"{bare / one:.2f}"] for name, one in measured.items()]
    tables.show(["what", "CPU ms", "a second and core", "ratio"], rows)
    ratios = ", ".join(f"{one / other:.2f}" for one, other in batches)
    print(f"\nRatio of the handler in {BATCHES} batches: {ratios}; target at least {TARGET}.")


def handler_process(shop: stack.Stack) -> str:
    """CPU seconds of bare checks and of log-ins for each batch, as JSON."""
    service = stack.ROOT / "users-service"
    env = environment.service("users", Home(shop.home), Ports(shop.port), "") | shop.environment("users")
    paths = os.pathsep.join(str(one) for one in (stack.ROOT, service, service / "vendor"))
    command = [sys.executable, "-m", "bench.logins"]
    done = subprocess.run(
        command, cwd=service, env=env | {"PYTHONPATH": paths}, check=True, capture_output=True, text=True
    )
    return done.stdout.splitlines()[-1]


def measure_handler() -> None:
    """In the service's folder and environment."""
    from chalice.test import Client

    from app import app  # type: ignore[import-not-found]

    body = json.dumps(LOG_IN).encode()
    with Client(app) as client:

        def log_in() -> None:
            answer = client.http.post("/sessions", headers={"Content-Type": "application/json"}, body=body)
            assert answer.status_code == 201, answer.body

        check = bare_check()
        cpu_seconds(log_in, check)  # warms up
        found = [cpu_seconds(check, log_in) for _ in range(BATCHES)]
    print(json.dumps(found))


def bare_check() -> Callable[[], object]:
    """Of the right password."""
    from cryptography.hazmat.primitives.kdf.argon2 import Argon2id

    algorithm = Argon2id(salt=os.urandom(16), length=32, iterations=2, lanes=1, memory_cost=19_456)
    password = stack.PASSWORD.encode()
    stored = algorithm.derive_phc_encoded(password)
    return lambda: Argon2id.verify_phc_encoded(password, stored)


def cpu_seconds(*calls: Callable[[], object]) -> list[list[float]]:
    """Of each call; they take turns."""
    found: list[list[float]] = [[] for _ in calls]
    for _ in range(LOGINS):
        for call, seconds in zip(calls, found, strict=True):
            started = time.thread_time()
            call()
            seconds.append(time.thread_time() - started)
    return found


def through_server(shop: stack.Stack) -> float:
    """CPU seconds of one, all threads of the service's process counted; Linux tells them in ticks of 10 ms."""
    client, pid = shop.client("users"), shop.pid("users")

    def ticks() -> int:
        user, system = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[11:13]
        return int(user) + int(system)

    def log_in() -> None:
        assert client.send("POST", "/sessions", LOG_IN).status == 201

    log_in()
    before = ticks()
    for _ in range(LOGINS):
        log_in()
    return (ticks() - before) / TICKS / (LOGINS)


if __name__ == "__main__":
    measure_handler()
