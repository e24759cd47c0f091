"""Sends what endpoints want to know: at once when an event comes, and again from the sweep until they have it.

At least once. Whoever tries a delivery writes first that it does, under the revision that it read: of two workers one
fails its condition and leaves. If it dies, the delivery is due again after LEASE_SECONDS.
"""

import json
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from typing import TypeVar

from msgspec.structs import replace

from chalicelib import config
from chalicelib.webhooks import deliveries, models, queue, retries, sending, signing
from chalicelib.webhooks.sending import Outcome
from chalicelib.webhooks.signing import SecretUnreadable
from chalicelib.webhooks.webhook import Delivery, Endpoint, delivery_id
from common import clock, events, logs, tracing
from common.events import Event

LEASE_SECONDS = 30
AT_ONCE = 10  # requests to one endpoint at a time, in one sweep
SLOW_AFTER_SECONDS, SLOW_FOR_SECONDS = 2.0, 60.0
_slow: dict[str, tuple[float, float]] = {}
_log = logs.logger(__name__)

T = TypeVar("T")
Job = tuple[Endpoint, Delivery, str]


def hear(message: str) -> None:
    """A message of the queue: an event of this service, or the reminder of a first retry."""
    reminder = queue.reminded(message)
    if reminder is None:
        send_event(events.received(message))
    elif not _is_slow(reminder.endpoint_id):
        _try_due(reminder.endpoint_id, [reminder.delivery_id])


def send_event(event: Event) -> None:
    """Note a delivery for each endpoint that wants the event, then try them.

    Written first and sent then: a repeat after a crash finds them noted and leaves them to the sweep, so does an event
    that comes twice. An endpoint that kept this process waiting a moment ago is left to the sweep as well.
    """
    tracing.start(event.traceparent)
    wanting = [one for one in models.list_endpoints() if one.wants(event.type)]
    if not wanting:
        return
    body, now = payload(event), int(clock.now())
    deliveries.keep_body(event.id, body, now)
    noted = [(one, _noted(one, event, now)) for one in wanting]
    fresh = [(one, made) for one, made in noted if deliveries.add(made)]
    _try([(one, made, body) for one, made in fresh if made.attempts], heard=True)


def payload(event: Event) -> str:
    """What merchants get. The order's version is among the data, since deliveries may come in any order."""
    data = {**event.data, "order_version": event.version}
    return json.dumps({"id": event.id, "type": event.type, "created_at": event.at, "data": data})


def retry(may_go_on: Callable[[], bool]) -> None:
    """Try all that is due, each endpoint by itself: one that hangs or has a thousand waiting delays no other."""
    active = [one.id for one in models.list_endpoints() if one.active]
    _all(lambda one: _retry(one, may_go_on), active)


def _retry(endpoint_id: str, may_go_on: Callable[[], bool]) -> None:
    """A few at a time, the longest waiting first, until nothing is left that nobody else has in hand."""
    while may_go_on():
        ids = deliveries.list_due(endpoint_id, clock.now(), AT_ONCE)
        if not ids or not _try_due(endpoint_id, ids) or len(ids) < AT_ONCE:
            return


def _try_due(endpoint_id: str, ids: list[str]) -> int:
    """Take those that are due, and try them; how many there were."""
    endpoint, found = deliveries.read_due(endpoint_id, ids)
    if endpoint is None or not endpoint.active:
        return 0
    now = int(clock.now())
    taken = [(one, _taken(one, now)) for one in found if one.due is not None and one.due <= now]
    mine = [after for before, after in taken if deliveries.replace(before, after)]
    bodies = deliveries.find_bodies(mine) if mine else []
    _try([(endpoint, one, body or "") for one, body in zip(mine, bodies, strict=True)])
    return len(mine)


def _noted(endpoint: Endpoint, event: Event, now: int) -> Delivery:
    made = Delivery(
        id=delivery_id(event.id),
        endpoint_id=endpoint.id,
        event_id=event.id,
        type=event.type,
        due=now,
        started=now,
        created_at=now,
    )
    return made if _is_slow(endpoint.id) else _taken(made, now)


def _taken(one: Delivery, now: int) -> Delivery:
    return replace(
        one, attempts=one.attempts + 1, last_attempt_at=now, due=now + LEASE_SECONDS, revision=one.revision + 1
    )


def _try(jobs: Sequence[Job], *, heard: bool = False) -> None:
    _all(lambda job: _try_one(*job, heard=heard), jobs)


def _try_one(endpoint: Endpoint, taken: Delivery, body: str, *, heard: bool) -> None:
    """One request, and what came of it, unless somebody has asked for it anew meanwhile.

    After an event was just heard, a slow endpoint's first retry is left to the next sweep, without a reminder.
    """
    began = clock.real()
    outcome = _sent(endpoint, taken, body) if body else Outcome(error="body_expired")
    _note_speed(endpoint.id, outcome, clock.elapsed(began))
    by_sweep = heard and _is_slow(endpoint.id)
    done = _after(taken, outcome, int(clock.now()), by_sweep=by_sweep)
    deliveries.replace(taken, done)
    facts = {"endpoint_id": endpoint.id, "delivery_id": taken.id, "attempt": taken.attempts, "now": done.status}
    _log.info("webhook_tried", extra=facts | {"status": outcome.status, "error": outcome.error})
    if done.due is not None and taken.attempts == 1 and not by_sweep:
        queue.remind(done, int(clock.now()))


def _sent(endpoint: Endpoint, taken: Delivery, body: str) -> Outcome:
    """Signed at this moment by every secret that is still good."""
    now, raw = int(clock.now()), body.encode()
    try:
        keys = [signing.unseal(one.text, endpoint.id) for one in endpoint.signing(now)]
    except SecretUnreadable:
        return Outcome(error="secret_unreadable")
    headers = {
        "Content-Type": "application/json",
        "User-Agent": "shop-webhooks/1",
        "Shop-Delivery": taken.id,
        signing.HEADER: signing.signature(raw, reversed(keys), now),
    }
    return sending.post(endpoint.url, headers, raw, to_loopback=config.WEBHOOKS_TO_LOOPBACK)


def _after(taken: Delivery, outcome: Outcome, now: int, *, by_sweep: bool) -> Delivery:
    told = replace(taken, response_status=outcome.status, error=outcome.error, revision=taken.revision + 1)
    if outcome.received:
        return replace(told, status="delivered", due=None)
    due = now + 1 if by_sweep else retries.next_try(taken.started, now)
    return replace(told, due=due, status="pending" if due is not None else "failed")


def _note_speed(endpoint_id: str, outcome: Outcome, took: float) -> None:
    if outcome.error == "timeout" or took > SLOW_AFTER_SECONDS:
        _slow[endpoint_id] = clock.real()
    else:
        _slow.pop(endpoint_id, None)


def _is_slow(endpoint_id: str) -> bool:
    return endpoint_id in _slow and clock.elapsed(_slow[endpoint_id]) < SLOW_FOR_SECONDS


def _all(do: Callable[[T], object], each: Sequence[T]) -> None:
    """At the same time, each in the trace in hand; the first error is raised when all are done."""
    if len(each) < 2:
        list(map(do, each))
        return
    with ThreadPoolExecutor(len(each)) as pool:
        list(pool.map(lambda one, context: context.run(do, one), each, [copy_context() for _ in each]))
