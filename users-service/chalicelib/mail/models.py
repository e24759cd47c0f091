"""What was sent lately: `MAILS#<kind>#<account> / MAILS`, the jobs of a kind for an address and when each was tried."""

from pynamodb.attributes import JSONAttribute, NumberAttribute

from chalicelib.table import UsersItem
from common import clock, tables
from common.tables import ConditionFailed

_SLACK_SECONDS = 3600


class Recent(UsersItem):
    """`tried` is seconds by job id. `revision` counts the writes."""

    tried = JSONAttribute()
    revision = NumberAttribute()
    expires_at = NumberAttribute()


def find_recent(kind: str, account: str) -> Recent:
    """What is stored, or an empty one of revision 0."""
    key = f"MAILS#{kind}#{account}", "MAILS"
    return tables.get(Recent, *key) or Recent(*key, tried={}, revision=0)


def replace(recent: Recent, tried: dict[str, int], seconds: int) -> bool:
    """Write the next revision; False if somebody has, be it ourselves before a lost reply: the caller looks again."""
    revision = int(recent.revision)
    new = Recent(recent.pk, recent.sk, tried=tried, revision=revision + 1)
    new.expires_at = int(clock.now()) + seconds + _SLACK_SECONDS
    try:
        tables.put(new, Recent.revision == revision if revision else Recent.pk.does_not_exist())
    except ConditionFailed:
        return False
    return True
