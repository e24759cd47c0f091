"""Signed events to the shop, at least once: an event leaves the outbox when the shop has answered 2xx."""

import asyncio
import hashlib
import hmac
import json
import time
from collections.abc import Callable

import aiohttp

from tools.shop.payments.methods import METHODS
from tools.shop.payments.models import Event, Intent
from tools.shop.payments.store import Store

_TICK_SECONDS = 0.2
_LONGEST_PAUSE_SECONDS = 300
_GIVE_UP_AFTER = 900  # attempts, three days at the longest pause; Stripe gives up after three days too


def sign(secret: str, body: bytes, now: float) -> str:
    """The Stripe-Signature header (https://docs.stripe.com/webhooks#verify-manually)."""
    seconds = int(now)
    digest = hmac.new(secret.encode(), f"{seconds}.".encode() + body, hashlib.sha256).hexdigest()
    return f"t={seconds},v1={digest}"


def pause(attempts: int) -> float:
    """Seconds to wait after so many failed attempts."""
    return float(min(2**attempts, _LONGEST_PAUSE_SECONDS))


class Webhooks:
    """Pauses are real time; the signature carries the shop's clock, against which the shop checks its age."""

    def __init__(self, store: Store, url: str, secret: str, clock: Callable[[], float]) -> None:
        self._store, self._url, self._secret, self._clock = store, url, secret, clock

    async def run(self) -> None:
        """Until cancelled."""
        async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=10)) as client:
            while True:
                waiting = self._store.deliveries(time.time())
                await asyncio.gather(*(self._deliver(client, event, attempts) for event, attempts in waiting))
                if not waiting:
                    await asyncio.sleep(_TICK_SECONDS)

    async def _deliver(self, client: aiohttp.ClientSession, event: Event, attempts: int) -> None:
        accepted = await self._post(client, event)
        if self._is_sent_twice(event):
            accepted = await self._post(client, event)
        # A crash before this line sends the event again: at least once.
        with self._store.transaction():
            if accepted or attempts + 1 >= _GIVE_UP_AFTER:
                self._store.delivered(event.id)
            else:
                self._store.postpone(event.id, time.time() + pause(attempts))

    def _is_sent_twice(self, event: Event) -> bool:
        intent = self._store.find(Intent, event.payment_intent)
        method = METHODS.get(intent.payment_method or "") if intent else None
        return method is not None and method.webhooks == "twice"

    async def _post(self, client: aiohttp.ClientSession, event: Event) -> bool:
        body = json.dumps(event.json()).encode()
        headers = {"Content-Type": "application/json", "Stripe-Signature": sign(self._secret, body, self._clock())}
        try:
            async with client.post(self._url, data=body, headers=headers, allow_redirects=False) as answer:
                return 200 <= answer.status < 300
        except (aiohttp.ClientError, TimeoutError):
            return False
