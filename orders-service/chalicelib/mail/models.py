"""What was sent: `MAIL#<order> / <what it tells>`, beside the order, so that the mail worker can change no order.

A mark is leased before its mail goes out and done afterwards. It holds no person.
"""

from pynamodb.attributes import NumberAttribute, UnicodeAttribute

from chalicelib.table import OrdersItem
from common import clock, ids, tables
from common.problems import Unavailable
from common.tables import ConditionFailed

LEASE_SECONDS = 25  # longer than the function may run (20 s), shorter than the queue's visibility timeout (30 s)
KEPT_SECONDS = 60 * 24 * 3600  # twice as long as an event is worth a mail


class SentItem(OrdersItem):
    lease = UnicodeAttribute(null=True)
    leased_until = NumberAttribute(null=True)
    sent_at = NumberAttribute(null=True)
    expires_at = NumberAttribute()


def lease(order_id: str, about: str) -> str | None:
    """Set out to send it; None if it was sent. Raises Unavailable while another worker is at it.

    Our own write, repeated after a lost reply, is refused and finds our lease. After a crash the lease runs out.
    """
    own, now = ids.new_id("lease"), int(clock.now())
    free = SentItem.leased_until.does_not_exist() | (SentItem.leased_until <= now)
    actions = [
        SentItem.v.set(1),
        SentItem.lease.set(own),
        SentItem.leased_until.set(now + LEASE_SECONDS),
        SentItem.expires_at.set(now + KEPT_SECONDS),
    ]
    try:
        tables.update(_item(order_id, about), actions, SentItem.sent_at.does_not_exist() & free)
    except ConditionFailed as failed:
        stands = failed.item or {}
        if "sent_at" in stands:
            return None
        if stands.get("lease") != {"S": own}:
            raise Unavailable(retry_after=1) from None
    return own


def give_up(order_id: str, about: str, own: str) -> None:
    """It did not go out: let the next try have it at once. Repeated, or once another has it: nothing changes."""
    free = [SentItem.lease.remove(), SentItem.leased_until.remove()]
    try:
        tables.update(_item(order_id, about), free, SentItem.lease == own)
    except ConditionFailed:
        return


def mark_sent(order_id: str, about: str) -> None:
    """Remember it. Twice changes nothing; lost, the mail goes out once more when the lease has run out."""
    actions = [SentItem.sent_at.set(int(clock.now())), SentItem.lease.remove(), SentItem.leased_until.remove()]
    tables.update(_item(order_id, about), actions, SentItem.pk.exists())


def _item(order_id: str, about: str) -> SentItem:
    return SentItem(f"MAIL#{order_id}", about)
