"""How long a request may still take: every call to somebody else is cut to what remains."""

import time


class Deadline:
    """Counts on the monotonic clock, so that moving the shop's clock does not shorten a request."""

    def __init__(self, seconds: float) -> None:
        self._end = time.monotonic() + seconds

    def remaining(self) -> float:
        """Seconds left, never below 0."""
        return max(0.0, self._end - time.monotonic())

    def cut(self, seconds: float) -> float:
        """The smaller of `seconds` and what is left."""
        return min(seconds, self.remaining())
