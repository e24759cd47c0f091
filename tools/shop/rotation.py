"""Gives a service a new key to sign with, so that no request fails; or takes a leaked key away at once.

The list of keys is one secret in SSM. A rotation is one write of it: the new key will sign from a moment `delay_s`
ahead, the old ones end `LONGEST_TOKEN_SECONDS + MARGIN_SECONDS` after that. Why no request fails, on any instance:

1. Every instance reads the list again once what it holds is `reload_seconds` old, before its next use of it, and counts
   that age from before it asked (common/keyring.py). While one request reads, others may go on with the old list, for
   as long as two attempts at SSM may take: `SLACK_SECONDS` covers that, SSM's own lag, and clocks that differ a little.
   So what an instance answers later than reload + slack after the write, it answers from the new list.
2. No token is signed with the new key earlier than reload + slack + `BETWEEN_FETCHES_SECONDS` after the write.
3. A verifier that meets the new key's id has the key, or fetches the key set, and by 1 and 2 the answer has the key in
   it. It does not fetch if it did so less than `BETWEEN_FETCHES_SECONDS` before (common/auth.py); but then that answer
   came from the new list too. If the fetch fails, the request gets a 503 that may be repeated, never a 401.
4. An old key stays published until every token that was signed with it has expired, even by an instance that could not
   read the list for `MARGIN_SECONDS`.
5. Nothing in between keeps key sets: services ask each other at their own addresses (JWKS_URLS), not through the edge;
   urllib3 has no cache, API Gateway's is off, and the request says `Cache-Control: no-cache`.
6. Which key signs follows from the list and the token's `iat`, so a lost answer to a refresh is repeated word for word
   while the keys change.

What this leaves open: an instance that can't read SSM for longer than the delay while others can, and in stage local
a clock that is moved while the new key waits.

A key that has leaked is replaced at once instead: tokens signed with it are refused once verifiers have fetched the key
set again, within five minutes, mostly when they meet the new key's id. People's requests get a 401 then, new tokens may
get one for `BETWEEN_FETCHES_SECONDS` more, and sessions go on: refresh tokens are not signed with these keys.
"""

import json
import math
import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from common.auth import BETWEEN_FETCHES_SECONDS
from common.keyring import Key, read_keys, reload_seconds
from tools.shop.service_secrets import new_pem, prefix

SLACK_SECONDS = 8.0
LONGEST_TOKEN_SECONDS = 600
MARGIN_SECONDS = 300

Change = Callable[[Sequence[Key]], Sequence[Key]]


class Refused(Exception):
    """The keys were left as they are; the text says why."""


def delay_s(stage: str) -> float:
    """From the write to the first token of the new key."""
    return reload_seconds(stage) + BETWEEN_FETCHES_SECONDS + SLACK_SECONDS


def new_key(signs_from: float = 0.0) -> Key:
    return Key(secrets.token_urlsafe(8), new_pem(), signs_from)


def rotated(held: Sequence[Key], new: Key, now: float) -> list[Key]:
    """The list with the new key; the others get an end, and those past theirs are dropped."""
    if any(key.signs_from > now for key in held):
        raise Refused("A rotation is under way: its new key does not sign yet (see `keys list`).")
    end = new.signs_from + LONGEST_TOKEN_SECONDS + MARGIN_SECONDS
    return [*(replace(key, until=min(key.until, end)) for key in held if key.until > now), new]


@dataclass(frozen=True)
class KeyStore:
    """The secret `signing-keys` of one service."""

    ssm: Any
    service: str

    @property
    def name(self) -> str:
        return f"{prefix(self.service)}signing-keys"

    def read(self, version: int | None = None) -> tuple[tuple[Key, ...], int]:
        """The list and its version, which SSM counts up by one with each write."""
        name = self.name if version is None else f"{self.name}:{version}"
        found = self.ssm.get_parameter(Name=name, WithDecryption=True)["Parameter"]
        return read_keys(found["Value"]), int(found["Version"])

    def change(self, change: Change) -> None:
        """Write what `change` makes of the list.

        SSM knows no conditional write, but the version tells whether anything was written between reading and writing.
        If it was not this write itself, sent twice after a lost reply, then their list is put back and Refused is
        raised: it has the old keys and their new one, and ours has signed nothing. A crash before that leaves the old
        keys and ours, and the other command finds at its end that its key is gone.
        """
        held, version = self.read()
        wanted = tuple(change(held))
        written = self._write(wanted)
        between = [self.read(one)[0] for one in range(version + 1, written)]
        theirs = [keys for keys in between if keys != wanted]
        if theirs:
            self._write(theirs[-1])
            raise Refused("The keys were changed by somebody else at the same moment; theirs were kept.")

    def put(self, keys: Sequence[Key]) -> None:
        """Write this list whatever was there; again is the same as once."""
        self._write(keys)

    def _write(self, keys: Sequence[Key]) -> int:
        text = json.dumps([_entry(key) for key in keys])
        return int(self.ssm.put_parameter(Name=self.name, Type="SecureString", Value=text, Overwrite=True)["Version"])


def _entry(key: Key) -> dict[str, object]:
    """A time that means always or never is left out."""
    times = {"signs_from": key.signs_from or None, "until": key.until if key.until < math.inf else None}
    return {"kid": key.kid, "pem": key.pem, **{name: time for name, time in times.items() if time is not None}}
