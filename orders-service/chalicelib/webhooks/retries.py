"""When a delivery that failed is tried again.

The first time within half a minute, then after as long as it has failed already: twice the pause each time, at most
four hours, for a day. Each pause is up to a quarter shorter, so that what failed together does not come back together.
"""

import random

FIRST_SECONDS = 30
LONGEST_SECONDS = 4 * 3600
GIVEN_UP_SECONDS = 24 * 3600


def next_try(started: int, now: int) -> int | None:
    """When to try again what has failed since `started`, or None to give it up; the last try is at the day's end."""
    end = started + GIVEN_UP_SECONDS
    if now >= end:
        return None
    pause = min(max(now - started, FIRST_SECONDS), LONGEST_SECONDS)
    return min(now + int(pause * random.uniform(0.75, 1)), end)  # noqa: S311 - jitter
