"""A merchant's endpoint, and what is sent to it, as values."""

from typing import Literal

import msgspec

EVERY = "*"
Status = Literal["pending", "delivered", "failed"]


class Sealed(msgspec.Struct, frozen=True):
    """A signing secret as it is stored; it signs until `until`, for ever if that is None."""

    text: str
    until: int | None = None


class Endpoint(msgspec.Struct, frozen=True, kw_only=True):
    """`secrets`: the newest last. `version` counts an administrator's changes."""

    id: str
    url: str
    events: list[str]
    description: str
    active: bool
    secrets: list[Sealed]
    version: int
    created_at: int
    updated_at: int

    def wants(self, kind: str) -> bool:
        return self.active and (kind in self.events or EVERY in self.events)

    def signing(self, now: float) -> list[Sealed]:
        """The secrets that sign at this moment."""
        return [one for one in self.secrets if one.until is None or one.until > now]


class Delivery(msgspec.Struct, frozen=True, kw_only=True):
    """One event on its way to one endpoint.

    `due` is when it is tried next, None when nothing more is to be done; while somebody tries it, when that one counts
    as dead. `started` is when the 24 hours of tries began. `revision` counts the writes.
    """

    id: str
    endpoint_id: str
    event_id: str
    type: str
    status: Status = "pending"
    attempts: int = 0
    last_attempt_at: int | None = None
    due: int | None
    started: int
    response_status: int | None = None
    error: str | None = None
    created_at: int
    revision: int = 1


def delivery_id(event_id: str) -> str:
    """One for each event at an endpoint, so that an event which comes twice is known; sorts by the event's time."""
    return f"dlv_{event_id.partition('_')[2]}"
