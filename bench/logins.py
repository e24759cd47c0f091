"""CPU time of users-service for a log-in, against a bare Argon2id check of the same figures.

Target: a core logs in at least 0.8 times as many people as it can check passwords. The service's time is that of its
whole process, background work included, while it is sent log-ins one after the other, directly; the bare check's is
that of this process. Batches alternate; medians.
"""

import os
import statistics
import time
from pathlib import Path

from cryptography.hazmat.primitives.kdf.argon2 import Argon2id

from bench import stack, tables

BATCHES, LOGINS = 9, 30
TARGET = 0.8
TICKS = os.sysconf("SC_CLK_TCK")


def main() -> None:
    with stack.running() as shop:
        client, pid = shop.client("users"), shop.pid("users")
        shop.staff(shop.client())
        logins(client, pid)  # warms up
        batches = [(bare(), logins(client, pid)) for _ in range(BATCHES)]
    check, login = (statistics.median(found) for found in zip(*batches, strict=True))
    rows = [
        ["bare Argon2id check", f"{check * 1000:.1f}", f"{1 / check:.1f}", "1.00"],
        ["log-in", f"{login * 1000:.1f}", f"{1 / login:.1f}", f"{check / login:.2f}"],
    ]
    tables.show(["what", "CPU ms", "a second and core", "ratio"], rows)
    ratios = sorted(check / login for check, login in batches)
    print(f"\nRatio in {BATCHES} batches: {ratios[0]:.2f} to {ratios[-1]:.2f}; target at least {TARGET}.")


def logins(client: stack.Client, pid: int) -> float:
    """CPU seconds of one."""
    before = cpu_seconds(pid)
    for _ in range(LOGINS):
        answer = client.send("POST", "/sessions", {"email": stack.EMAIL, "password": stack.PASSWORD})
        assert answer.status == 201, answer
    return (cpu_seconds(pid) - before) / LOGINS


def bare() -> float:
    """CPU seconds of one; the password is right."""
    algorithm = Argon2id(salt=os.urandom(16), length=32, iterations=2, lanes=1, memory_cost=19_456)
    stored = algorithm.derive_phc_encoded(stack.PASSWORD.encode())
    started = time.process_time()
    for _ in range(LOGINS):
        Argon2id.verify_phc_encoded(stack.PASSWORD.encode(), stored)
    return (time.process_time() - started) / LOGINS


def cpu_seconds(pid: int) -> float:
    """Of a process with all its threads, in user and system mode; Linux tells both in ticks of 10 ms."""
    user, system = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[11:13]
    return (int(user) + int(system)) / TICKS
