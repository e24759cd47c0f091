"""At most three mails of a kind for an address in a quarter of an hour, so that nobody floods a mailbox through us.

A job's latest try counts, since it is the one that may have sent: however long SES is down, the jobs that wait keep
their places, and no more than three go out when it is back. Those refused would have said the same.
"""

from chalicelib.mail import models
from common import clock
from common.problems import Unavailable

MOST = 3
WINDOW_SECONDS = 15 * 60
_TRIES = 10


def allows(kind: str, account: str, job_id: str) -> bool:
    """Note this try and say yes, unless three other jobs were tried lately. Repeated, it says and notes the same."""
    for _ in range(_TRIES):
        recent = models.find_recent(kind, account)
        now = int(clock.now())
        tried = {one: at for one, at in recent.tried.items() if abs(now - at) < WINDOW_SECONDS and one != job_id}
        if len(tried) >= MOST:
            return False
        if models.replace(recent, tried | {job_id: now}, WINDOW_SECONDS):
            return True
    raise Unavailable(retry_after=1)
