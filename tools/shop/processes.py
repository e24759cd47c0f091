"""One process of the shop: how it is started, asked whether it works, restarted and stopped."""

import http.client
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

from tools.shop.home import ROOT

STEADY_SECONDS = 5.0
LONGEST_PAUSE_SECONDS = 5.0
LOG_BYTES = 20_000_000


@dataclass(frozen=True)
class Spec:
    """`health` is a path that answers 200 once the process works; without a port it is a task that ends by itself."""

    name: str
    command: tuple[str, ...]
    environment: Mapping[str, str]
    log: Path | None
    folder: Path = ROOT
    port: int | None = None
    health: str = "/health"
    provisioned: bool = False  # needs what only provisioning knows, and waits for it with its libraries loaded
    stop_seconds: float = 3.0


@dataclass
class Child:
    """A process under the supervisor's care. It is the leader of a session and a group of its own."""

    spec: Spec
    process: subprocess.Popen[bytes] | None = None
    healthy: bool = False
    told: bool = False
    failures: int = 0
    started_at: float = 0.0
    due_at: float = field(default_factory=time.monotonic)

    @property
    def pid(self) -> int | None:
        return self.process.pid if self.process else None

    def start(self, late: Mapping[str, str] | None) -> None:
        """Start it; what it still waits for (`late` is None) is told later."""
        with _output(self.spec.log) as output:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "tools.shop.child", *self.spec.command],
                cwd=self.spec.folder,
                env={**self.spec.environment, "PYTHONPATH": str(ROOT)},
                stdin=subprocess.PIPE,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        self.healthy, self.told, self.started_at = False, False, time.monotonic()
        if late is not None or not self.spec.provisioned:
            self.tell(late or {})

    def tell(self, late: Mapping[str, str]) -> None:
        """Give it the rest of its environment, at which it begins."""
        if self.process is None or self.process.stdin is None or self.told:
            return
        self.told = True
        try:
            self.process.stdin.write(json.dumps(dict(late)).encode() + b"\n")
            self.process.stdin.flush()
        except BrokenPipeError:
            pass  # it has died meanwhile; it will be started anew

    def ended(self) -> int | None:
        """The status of a process that has ended, once; what it left behind in its group is killed."""
        if self.process is None or self.process.poll() is None:
            return None
        status, lived = self.process.returncode, time.monotonic() - self.started_at
        self.signal(signal.SIGKILL)
        self._forget()
        self.failures = 0 if lived > STEADY_SECONDS else self.failures + 1
        self.due_at = time.monotonic() + self.pause()
        return status

    def pause(self) -> float:
        """Seconds until the next start: none at first, then longer each time it dies young."""
        return 0.0 if self.failures < 2 else min(0.2 * 2 ** (self.failures - 2), LONGEST_PAUSE_SECONDS)

    def signal(self, number: signal.Signals) -> None:
        """To the whole group."""
        if self.process is None:
            return
        try:
            os.killpg(self.process.pid, number)
        except (ProcessLookupError, PermissionError):
            pass  # nothing of the group is left

    def check(self) -> bool:
        """Ask whether it works; remembers the first yes."""
        if self.process is not None and self.told and not self.healthy:
            self.healthy = self.spec.port is not None and answers(self.spec.port, self.spec.health)
        return self.healthy

    def stop(self, deadline: float) -> None:
        """Wait for its end until the deadline, then kill it."""
        if self.process is None:
            return
        try:
            self.process.wait(max(0.0, deadline - time.monotonic()))
        except subprocess.TimeoutExpired:
            pass  # it had its chance
        self.signal(signal.SIGKILL)
        self.process.wait()
        self._forget()

    def _forget(self) -> None:
        if self.process is not None and self.process.stdin is not None:
            try:
                self.process.stdin.close()
            except BrokenPipeError:
                pass  # closing flushes, and nobody reads any more
        self.process, self.healthy = None, False


def answers(port: int, path: str) -> bool:
    """Whether a loopback server answers 200."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=0.5)
    try:
        connection.request("GET", path)
        return connection.getresponse().status == 200
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def _output(log: Path | None) -> IO[bytes]:
    """A log to append to, begun anew when it has grown too long; without one, this terminal."""
    if log is None:
        return os.fdopen(os.dup(1), "wb")
    if log.exists() and log.stat().st_size > LOG_BYTES:
        log.replace(log.with_suffix(".old.log"))
    return log.open("ab")
