"""The whole shop, really running, on ports and in a folder of its own."""

import json
import os
import random
import secrets
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.system.eventually import eventually
from tests.system.web import Web
from tools.shop import environment, ports
from tools.shop.home import ROOT, Home, Ports, read_json
from tools.shop.processes import answers

PLENTY = dict.fromkeys(environment.LIMITS, "1000000")  # all tests come from one address
HEALTH = {"aws": "/_ministack/ready", "edge": "/_health"}


def free_ports() -> Ports:
    """Six in a row that nobody listens on; each process of a test run has blocks of its own to choose from."""
    number = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))
    processes = int(os.environ.get("PYTEST_XDIST_WORKER_COUNT", "1"))
    blocks = range(20000 + 10 * number, 31000, 10 * processes)
    while ports.taken((found := Ports(random.choice(blocks))).all().values()):
        pass
    return found


def alive(pid: int) -> bool:
    """A zombie, which only waits for its parent to look, is dead."""
    found = subprocess.run(["ps", "-o", "stat=", "-p", str(pid)], capture_output=True, text=True, check=False).stdout
    return bool(found.strip()) and not found.startswith("Z")


class Shop:
    """`python -m tools.shop up` and what a test does to it; only one that is `limited` has the usual limits."""

    def __init__(self, folder: Path, *words: str, limited: bool = False) -> None:
        self.home, self.ports = Home(folder), free_ports()
        self.words = words
        self.settings = {} if limited else PLENTY
        self.process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"http://localhost:{self.ports.edge}"

    @property
    def payments_url(self) -> str:
        return self.ports.url("payments")

    @property
    def environment(self) -> dict[str, str]:
        ours = ("SHOP_", *environment.LIMITS)
        kept = {name: value for name, value in environment.base().items() if not name.startswith(ours)}
        return {**kept, **self.settings, "SHOP_HOME": str(self.home.path), "SHOP_PORT": str(self.ports.edge)}

    def start(self) -> "Shop":
        """Bring it up and wait for it. Its output is in `up.log` of its folder."""
        self.home.path.mkdir(parents=True, exist_ok=True)
        command = [sys.executable, "-m", "tools.shop", "up", "--no-seed", *self.words]
        with (self.home.path / "up.log").open("ab") as log:
            self.process = subprocess.Popen(command, cwd=ROOT, env=self.environment, stdout=log, stderr=log)
        patience_s = 300 if "--cloud" in self.words else 90  # packaging takes a while
        assert eventually(self.is_ready_or_gone, within_s=patience_s), self.output()
        assert self.process.poll() is None, self.output()
        return self

    def is_ready_or_gone(self) -> bool:
        assert self.process is not None
        ours = self.state.get("supervisor") == self.process.pid
        return (ours and self.state["ready"]) or self.process.poll() is not None

    def output(self) -> str:
        return (self.home.path / "up.log").read_text()

    @property
    def state(self) -> dict[str, Any]:
        return read_json(self.home.state)

    def pid(self, name: str) -> int:
        return int(self.state["processes"][name])

    def pids(self) -> list[int]:
        return [self.state["supervisor"], *self.state["processes"].values()]

    def kill(self, name: str) -> None:
        """SIGKILL, at once; then wait until another one answers in its place."""
        killed = self.pid(name)
        os.kill(killed, signal.SIGKILL)
        assert eventually(lambda: self.state["processes"].get(name, killed) != killed), f"{name} was not started again"
        self.wait_until_healthy(name)

    @contextmanager
    def without(self, name: str) -> Iterator[None]:
        """The process is dead, and nobody starts another one while the supervisor is stopped."""
        supervisor = self.state["supervisor"]
        os.kill(supervisor, signal.SIGSTOP)
        try:
            os.kill(self.pid(name), signal.SIGKILL)
            assert eventually(lambda: not self.answers(name)), f"{name} still answers"
            yield
        finally:
            os.kill(supervisor, signal.SIGCONT)
        self.wait_until_healthy(name)

    def wait_until_healthy(self, name: str) -> None:
        """By its own port."""
        assert eventually(lambda: self.answers(name)), f"{name} does not answer"

    def answers(self, name: str) -> bool:
        return answers(self.ports.of(name), HEALTH.get(name, "/health"))

    def kill_all(self) -> None:
        """The supervisor and every process, as a power cut would."""
        for pid in self.pids():
            os.kill(pid, signal.SIGKILL)
        self.stop()

    def stop(self) -> None:
        """As Ctrl-C does."""
        if self.process is not None:
            self.process.send_signal(signal.SIGINT)
            self.process.wait(timeout=30)

    def command(self, *words: str) -> str:
        """What `run.py WORD …` prints."""
        done = subprocess.run(
            [sys.executable, "-m", "tools.shop", *words],
            cwd=ROOT,
            env=self.environment,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout.strip()

    @contextmanager
    def clock_moved(self, span: str) -> Iterator[None]:
        """`+11m` for all services, and back afterwards."""
        self.command("clock", span)
        try:
            yield
        finally:
            self.command("clock", "reset")

    def account(self, role: str = "staff") -> dict[str, str]:
        """Address and password of a new account."""
        login = {"email": f"{role}-{secrets.token_hex(6)}@shop.example", "password": secrets.token_urlsafe(15)}
        password = self.home.path / "password"
        password.write_text(login["password"])
        self.command("admin", "create", login["email"], "--role", role, "--password-file", str(password))
        return login

    def as_role(self, role: str) -> Web:
        """A new operator who has logged in."""
        session = Web(self.url).post("/sessions", self.account(role))
        assert session.status == 201, session
        return Web(self.url, session.json["access_token"])

    def log_lines(self, name: str) -> list[dict[str, Any]]:
        """What a process has logged."""
        text = (self.home.logs / f"{name}.log").read_text()
        return [json.loads(line) for line in text.splitlines()]


@contextmanager
def running(folder: Path, *words: str, limited: bool = False) -> Iterator[Shop]:
    """A shop for as long as the block, however it ends."""
    shop = Shop(folder, *words, limited=limited)
    try:
        yield shop.start()
    finally:
        shop.stop()
