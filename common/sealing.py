"""Text that only this service can read again: AES-256-GCM under a key of its own."""

import secrets
from base64 import urlsafe_b64decode, urlsafe_b64encode

_NONCE_BYTES = 12


def seal(plain: bytes, key: bytes, about: bytes = b"") -> str:
    """Another text each time. It can be read again only with the same `about`, such as the id of what it belongs to."""
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    nonce = secrets.token_bytes(_NONCE_BYTES)
    return urlsafe_b64encode(nonce + AESGCM(key).encrypt(nonce, plain, about)).decode()


def unseal(text: str, key: bytes, about: bytes = b"") -> bytes:
    """What was sealed, or cryptography's InvalidTag if anybody altered or moved it, or the key is another."""
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    sealed = urlsafe_b64decode(text)
    return AESGCM(key).decrypt(sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:], about)
