"""The events that this service publishes. It consumes none."""

from common.events import Event, event

SOURCE = "users"


def user_registered(user_id: str) -> Event:
    """Somebody made an account; the address is not confirmed yet."""
    return event(SOURCE, "user.registered", user_id, 1, {"user_id": user_id})
