"""Merchants' endpoints: registering and changing them, and the log of what was sent to them."""

from collections.abc import Mapping, Sequence
from typing import Any

from msgspec.structs import replace

from chalicelib import config, events
from chalicelib.errors import EndpointInactive, OutcomeUnknown, TooManySecrets
from chalicelib.webhooks import deliveries, models, signing, urls
from chalicelib.webhooks.webhook import EVERY, Delivery, Endpoint, Sealed, Status
from common import clock
from common.ids import new_id
from common.problems import FieldError, NotFound, ValidationFailed
from common.versions import Precondition

ROTATION_SECONDS = 24 * 3600
MOST_SECRETS = 5
_ROUNDS = 5
_TYPES = frozenset({EVERY, *events.KINDS})


def list_endpoints(before: str | None, limit: int) -> list[Endpoint]:
    """Newest first, from `before` on."""
    return [one for one in models.list_endpoints() if before is None or one.id < before][:limit]


def find_endpoint(endpoint_id: str) -> Endpoint:
    found = models.find_endpoint(endpoint_id)
    if found is None:
        raise NotFound
    return found


def create_endpoint(url: str, wanted: Sequence[str], description: str, *, active: bool) -> tuple[Endpoint, str]:
    """The endpoint and its secret, which nobody is shown again; EndpointLimit when there are as many as may be.

    A lost answer leaves an endpoint whose secret nobody knows: it stands in the list, and can get another or go.
    """
    _check({"url": url, "events": wanted})
    now, endpoint_id, secret = int(clock.now()), new_id("whe"), signing.new_secret()
    made = Endpoint(
        id=endpoint_id,
        url=url,
        events=_distinct(wanted),
        description=description,
        active=active,
        secrets=[Sealed(signing.seal(secret, endpoint_id))],
        version=1,
        created_at=now,
        updated_at=now,
    )
    models.add_endpoint(made)
    return made, secret


def change_endpoint(endpoint_id: str, changes: Mapping[str, Any], precondition: Precondition) -> Endpoint:
    """At the version that the caller read. A repeat of our own write is refused and finds a newer version: 412."""
    _check(changes)
    for _ in range(_ROUNDS):
        seen = find_endpoint(endpoint_id)
        precondition.check(seen.version, required=True)
        wanted = {**changes, "events": _distinct(changes.get("events", seen.events))}
        changed = _next(seen, **wanted)
        if models.replace_endpoint(seen, changed):
            return changed
    raise OutcomeUnknown


def delete_endpoint(endpoint_id: str, precondition: Precondition) -> None:
    """What waits for it is never sent, and its log can't be read any more; a repeat finds it gone."""
    for _ in range(_ROUNDS):
        seen = find_endpoint(endpoint_id)
        precondition.check(seen.version, required=False)
        if models.remove_endpoint(seen):
            return
    raise OutcomeUnknown


def rotate_secret(endpoint_id: str, precondition: Precondition) -> tuple[Endpoint, str]:
    """A new secret, shown here only. Each former one signs beside it for a day more from when it was replaced.

    After a lost answer another one is made; the one in use still signs, since none ends earlier for it.
    """
    for _ in range(_ROUNDS):
        seen, now = find_endpoint(endpoint_id), int(clock.now())
        precondition.check(seen.version, required=False)
        good = seen.signing(now)
        if len(good) >= MOST_SECRETS:
            raise TooManySecrets
        secret = signing.new_secret()
        ending = [replace(one, until=one.until or now + ROTATION_SECONDS) for one in good]
        changed = _next(seen, secrets=[*ending, Sealed(signing.seal(secret, endpoint_id))])
        if models.replace_endpoint(seen, changed):
            return changed, secret
    raise OutcomeUnknown


def list_deliveries(endpoint_id: str, status: Status | None, position: str | None, limit: int) -> list[Delivery]:
    """Newest first, from `position` on, of one status or all."""
    find_endpoint(endpoint_id)
    return deliveries.list_newest(endpoint_id, status, position, limit)


def redeliver(endpoint_id: str, delivery_id: str) -> Delivery:
    """Have it sent by the next sweep, whatever came of it before, and for a day if need be.

    The next revision, so whoever is sending it now can't call it done. Repeated, it is sent once more at most.
    """
    for _ in range(_ROUNDS):
        endpoint, seen = deliveries.find(endpoint_id, delivery_id)
        if endpoint is None or seen is None:
            raise NotFound
        if not endpoint.active:
            raise EndpointInactive
        now = int(clock.now())
        again = replace(seen, status="pending", due=now, started=now, revision=seen.revision + 1)
        if deliveries.replace(seen, again):
            return again
    raise OutcomeUnknown


def _next(seen: Endpoint, **changes: Any) -> Endpoint:
    return replace(seen, **changes, version=seen.version + 1, updated_at=int(clock.now()))


def _distinct(wanted: Sequence[str]) -> list[str]:
    return list(dict.fromkeys(wanted))


def _check(given: Mapping[str, Any]) -> None:
    """Every field that only a rule of ours can find wrong."""
    found = [*_bad_url(given.get("url")), *_unknown(given.get("events", ()))]
    if found:
        raise ValidationFailed(found)


def _bad_url(url: str | None) -> list[FieldError]:
    try:
        if url is not None:
            urls.read(url, to_loopback=config.WEBHOOKS_TO_LOOPBACK)
    except ValueError as error:
        return [FieldError("url", "invalid_value", str(error))]
    return []


def _unknown(wanted: Sequence[str]) -> list[FieldError]:
    known = ", ".join(events.KINDS)
    return [
        FieldError(f"events[{place}]", "invalid_value", f"There is no such event. There are: {known}; * is every one.")
        for place, kind in enumerate(wanted)
        if kind not in _TYPES
    ]
