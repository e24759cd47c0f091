"""`clock +16m`: moves the clock of all local services by writing an offset that they follow."""

import re
from datetime import UTC, datetime, timedelta

from tools.shop.home import Home, write

UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86400, "w": 604800}
FURTHEST_SECONDS = 10 * 366 * 86400  # no service could name a time in the year 10000, or make an id before 1970
SPAN = re.compile(r"([+-])((?:\d+[smhdw])+)")


class BadSpan(ValueError):
    """Text that names no span of time."""


def seconds(text: str) -> int:
    """`+16m`, `-2h` or `+1d12h` in seconds."""
    found = SPAN.fullmatch(text)
    if not found:
        raise BadSpan(f"{text!r} is no span of time: write +16m, +2h, +1d12h or -30s.")
    total = sum(int(number) * UNITS[unit] for number, unit in re.findall(r"(\d+)([smhdw])", found[2]))
    return total if found[1] == "+" else -total


def offset(home: Home) -> float:
    """How far the shop's clock is ahead of the real one, in seconds."""
    try:
        return float(home.clock.read_text() or 0)
    except FileNotFoundError:
        return 0.0


def move(home: Home, span: str) -> float:
    """Move the clock by a span from where it is; the new offset."""
    return put(home, offset(home) + seconds(span))


def put(home: Home, new: float) -> float:
    """Set the offset. Replacing the file is atomic, and setting it twice is the same as once."""
    if abs(new) > FURTHEST_SECONDS:
        raise BadSpan("The shop's clock can be ten years ahead of real time, or behind it, and no more.")
    home.path.mkdir(parents=True, exist_ok=True)
    write(home.clock, str(new))
    return new


def describe(home: Home) -> str:
    """The shop's time and how far it is from the real one."""
    ahead = offset(home)
    shown = (datetime.now(UTC) + timedelta(seconds=ahead)).strftime("%Y-%m-%dT%H:%M:%SZ")
    if not ahead:
        return f"{shown} (real time)"
    return f"{shown} ({timedelta(seconds=abs(ahead))} {'ahead of' if ahead > 0 else 'behind'} real time)"
