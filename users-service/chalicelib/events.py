"""The events that this service publishes. It consumes none."""

from common.events import Event, event

SOURCE = "users"
USER_ERASED = "user.erased"


def user_registered(user_id: str) -> Event:
    """An account has begun: somebody has confirmed an address, or has come from another provider."""
    return event(SOURCE, "user.registered", user_id, 1, {"user_id": user_id})


def user_erased(user_id: str) -> Event:
    """An account and all that is known of its owner is gone here; every other service forgets the person too."""
    return event(SOURCE, USER_ERASED, user_id, 1, {"user_id": user_id})
