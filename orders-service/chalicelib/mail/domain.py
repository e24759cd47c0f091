"""From an event about an order to the mail that its buyer gets.

At least once: the queue may give an event again. A mail is known by its order and what it tells, so that the same thing
told by two events is one mail; the lease keeps two workers from sending it at the same moment. It comes twice only if a
worker dies between sending it and noting that. Queue and marks hold ids; the person is read from the order.
"""

from datetime import datetime
from pathlib import Path

from chalicelib import config
from chalicelib.mail import facts, models
from chalicelib.mail.notices import Notice, notice_of
from chalicelib.orders import domain as orders
from chalicelib.orders.order import Order
from common import clock, events, logs, mail, tracing
from common.events import Event
from common.mail import NotSent, Templates

STALE_SECONDS = 30 * 24 * 3600
AT_MOST, WINDOW_SECONDS = 3, 15 * 60
_RECENT = 10
_templates = Templates(Path(__file__).with_name("templates"))
_log = logs.logger(__name__)


def tell_buyer(message: str) -> None:
    """Send the mail that an event calls for, if any, and if it has not been sent."""
    event = events.received(message)
    tracing.start(event.traceparent)
    order = orders.find_stored(event.subject)
    notice = notice_of(event, order) if order else None
    if order is None or notice is None or _is_stale(event) or not _is_allowed(order):
        _log.info("mail_not_due", extra={"event": event.type, "order_id": event.subject})
        return
    own = models.lease(order.id, notice.about)
    if own is not None:
        _send(order, notice, own)


def _send(order: Order, notice: Notice, own: str) -> None:
    letter = _templates.write(notice.kind, str(order.email), facts.of_order(order, notice.page) | notice.facts)
    try:
        mail.send(letter, config.MAIL_FROM, config.SUPPORT_EMAIL)
    except NotSent:
        models.give_up(order.id, notice.about, own)
        raise
    models.mark_sent(order.id, notice.about)
    _log.info("mail_sent", extra={"kind": notice.kind, "order_id": order.id})


def _is_stale(event: Event) -> bool:
    """Queue and dead-letter queue keep a message for 18 days: what is older was replayed, and its mark may be gone."""
    return clock.now() - datetime.fromisoformat(event.at).timestamp() > STALE_SECONDS


def _is_allowed(order: Order) -> bool:
    """Whoever orders and never pays can have mail sent to any address, at no cost: three in a quarter of an hour.

    It is counted by the orders that were placed before this one, so that a repeat finds the same answer.
    """
    if order.captured or order.confirmed_at is not None:
        return True
    before = orders.list_orders("", {"email": str(order.email)}, order.id, _RECENT, any_order=True)
    lately = [one for one in before if order.placed_at - one.placed_at < WINDOW_SECONDS]
    return len([one for one in lately if not one.captured and one.confirmed_at is None]) < AT_MOST
