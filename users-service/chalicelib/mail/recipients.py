"""Whom a mail is for, and how an address travels sealed in a job that could not look it up later.

The key is this service's own, so the outbox, the queue and their copies hold nothing that others can read.
"""

import secrets
from base64 import urlsafe_b64decode, urlsafe_b64encode

import msgspec

from chalicelib import config

_NONCE_BYTES = 12


class Recipient(msgspec.Struct, frozen=True):
    email: str
    name: str
    locale: str


def seal(recipient: Recipient) -> str:
    """AES-256-GCM of the recipient; another text each time."""
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    nonce = secrets.token_bytes(_NONCE_BYTES)
    sealed = AESGCM(_key()).encrypt(nonce, msgspec.json.encode(recipient), None)
    return urlsafe_b64encode(nonce + sealed).decode()


def unseal(text: str) -> Recipient:
    """What was sealed, or cryptography's InvalidTag if anybody altered it."""
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    sealed = urlsafe_b64decode(text)
    plain = AESGCM(_key()).decrypt(sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:], None)
    return msgspec.json.decode(plain, type=Recipient)


def _key() -> bytes:
    return config.keyed_hash("mail", "recipients")
