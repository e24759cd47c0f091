"""The shop's clock: real time, or real time plus an offset that a developer set to see expiries happen."""

import math
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

_source: Callable[[], float] = time.time
NEVER = (-math.inf, -math.inf)


def now() -> float:
    """Seconds since the epoch."""
    return _source()


def rfc3339(seconds: float) -> str:
    """RFC 3339 in UTC with whole seconds, as every time in an answer."""
    return datetime.fromtimestamp(int(seconds), UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def real() -> tuple[float, float]:
    """A moment of real time, however the shop's clock is moved, for `elapsed`."""
    return time.monotonic(), time.time()


def elapsed(since: tuple[float, float]) -> float:
    """Real seconds since a moment. The monotonic clock may stand still while Lambda has a process frozen."""
    return max(time.monotonic() - since[0], time.time() - since[1])


def use(source: Callable[[], float]) -> None:
    """Read the time from `source` from now on; tests pass their own, `time.time` restores the real one."""
    global _source
    _source = source


def follow(path: str | None) -> None:
    """Add the offset in seconds that stands in the file at `path`, as soon as it changes; no file is no offset."""
    use(_Moved(Path(path)) if path else time.time)


class _Moved:
    """Looks at the file's change time on each call (about 2 µs) and reads it only when that has changed."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._seen = -1
        self._offset = 0.0

    def __call__(self) -> float:
        try:
            changed = self._path.stat().st_mtime_ns
        except FileNotFoundError:
            return time.time()
        if changed != self._seen:
            self._offset = float(self._path.read_text() or 0)
            self._seen = changed
        return time.time() + self._offset
