"""Where a running shop keeps its files, and which ports it uses: `SHOP_HOME` and `SHOP_PORT`."""

import fcntl
import json
import os
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, Self

ROOT = Path(__file__).resolve().parents[2]
SERVICES = ("users", "catalog", "orders")
PRIVATE = 0o700  # a folder for its owner only


@dataclass(frozen=True)
class Ports:
    """One port for the edge, which the browser sees, and the five behind it."""

    edge: int

    @classmethod
    def read(cls, env: Mapping[str, str]) -> Self:
        text = env.get("SHOP_PORT", "8080")
        if not text.isdigit() or not 1 <= int(text) <= 65530:
            raise SystemExit(f"SHOP_PORT is {text!r}: give a number from 1 to 65530; it and the next five are used.")
        return cls(int(text))

    def of(self, process: str) -> int:
        """The port of a process by name."""
        return self.edge + ("edge", *SERVICES, "aws", "payments").index(process)

    def url(self, process: str) -> str:
        return f"http://127.0.0.1:{self.of(process)}"

    def all(self) -> dict[str, int]:
        return {name: self.of(name) for name in ("edge", *SERVICES, "aws", "payments")}


@dataclass(frozen=True)
class Home:
    """The folder of one shop. Everything in it may be deleted while the shop is stopped."""

    path: Path

    @classmethod
    def read(cls, env: Mapping[str, str]) -> Self:
        return cls(Path(env.get("SHOP_HOME") or ROOT / ".shop").expanduser().resolve())

    @property
    def logs(self) -> Path:
        return self.path / "logs"

    @property
    def aws(self) -> Path:
        return self.path / "aws"

    @property
    def payments(self) -> Path:
        return self.path / "payments"

    @property
    def pump(self) -> Path:
        """How far the pumps have read the tables' streams."""
        return self.path / "pump"

    @property
    def clock(self) -> Path:
        """The offset of the shop's clock in seconds."""
        return self.path / "clock"

    @property
    def logins(self) -> Path:
        return self.path / "demo-logins.json"

    @property
    def seeded(self) -> Path:
        """Names the demo data that is in the tables."""
        return self.path / "seeded"

    @property
    def state(self) -> Path:
        """What runs now: the supervisor's and the processes' ids."""
        return self.path / "state.json"

    @property
    def environment(self) -> Path:
        """The environment of each service as provisioning found it."""
        return self.path / "environment.json"

    @contextmanager
    def locked(self) -> Iterator[bool]:
        """Whether the folder is ours now: two shops would overwrite each other's data. It is free when we end."""
        with self._lock_file() as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                yield False
            else:
                yield True

    def _lock_file(self) -> IO[str]:
        try:
            self.path.mkdir(mode=PRIVATE, parents=True, exist_ok=True)
            return (self.path / "lock").open("w")
        except OSError as error:
            raise SystemExit(f"SHOP_HOME is {self.path}, which can't be used: {error.strerror}.") from error

    def is_running(self) -> bool:
        """Whether a shop runs in this folder."""
        if not (self.path / "lock").exists():
            return False
        with self.locked() as free:
            return not free

    def prepare(self) -> None:
        """Make the folders. The emulator keeps signing keys, sessions and mails in files that everybody may read, so
        nobody else may enter; a SHOP_HOME that was there before is left as its owner wants it."""
        self.path.mkdir(mode=PRIVATE, parents=True, exist_ok=True)
        for folder in (self.logs, self.aws, self.payments, self.pump):
            folder.mkdir(exist_ok=True)
            folder.chmod(PRIVATE)

    def wipe(self) -> None:
        """Remove what the shop made, by name: SHOP_HOME may be a folder that holds other things too."""
        for folder in (self.logs, self.aws, self.payments, self.pump, self.path / "cloud"):
            shutil.rmtree(folder, ignore_errors=True)
        for file in (self.clock, self.logins, self.seeded, self.state, self.environment):
            file.unlink(missing_ok=True)


def read_json(path: Path) -> dict[str, Any]:
    """The object in a file; an empty one if there is none."""
    try:
        found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    except (FileNotFoundError, ValueError):
        return {}
    return found


def write(path: Path, text: str, mode: int = 0o644) -> None:
    """Whole or not at all: readers and a crash see the old file or the new one."""
    temporary = path.with_name(f".{path.name}.{os.getpid()}")
    temporary.touch(mode=mode)
    temporary.write_text(text, encoding="utf-8")
    temporary.replace(path)
