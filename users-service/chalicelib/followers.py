"""Who follows the table's stream, by the names of their functions in app.py."""

from chalicelib import config, outbox
from chalicelib.mail import domain as mail
from chalicelib.privacy import domain as privacy
from chalicelib.sessions import domain as sessions
from common import events
from common.streams import Follower, Followers, Records


def relay_outbox(records: Records) -> None:
    """Publish events, and remove the rest of who is erased."""
    events.relay(records, config.settings.event_bus)
    for user_id in outbox.erased(records):
        privacy.erase_rest(user_id)


def follow_up(records: Records) -> None:
    """Queue mails and settle sessions."""
    mail.hand_over(records)
    for user_id in outbox.to_settle(records):
        sessions.settle(user_id)


followers = Followers(
    config.SET_ASIDE_QUEUE_URL, {"relay_outbox": Follower(relay_outbox), "follow_up": Follower(follow_up)}
)
