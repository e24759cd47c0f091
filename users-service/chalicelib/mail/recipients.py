"""Whom a mail is for, and how an address travels sealed in a job that could not look it up later.

The key is this service's own, so the outbox, the queue and their copies hold nothing that others can read.
"""

import msgspec

from chalicelib import config
from common import sealing


class Recipient(msgspec.Struct, frozen=True):
    email: str
    name: str
    locale: str


def seal(recipient: Recipient) -> str:
    return sealing.seal(msgspec.json.encode(recipient), _key())


def unseal(text: str) -> Recipient:
    """What was sealed, or cryptography's InvalidTag if anybody altered it."""
    return msgspec.json.decode(sealing.unseal(text, _key()), type=Recipient)


def _key() -> bytes:
    return config.keyed_hash("mail", "recipients")
