"""Passwords: what is allowed (NIST SP 800-63B), and Argon2id at OWASP's figures (19 MiB, 2 passes, 1 lane)."""

import os
import re
import unicodedata

from chalicelib.accounts.common_passwords import is_common
from chalicelib.errors import PasswordCommon
from common.problems import invalid

SHORTEST = 12
LONGEST = 256
_MEMORY_KIB = 19_456
_PASSES = 2
_SALT_BYTES = 16
_HASH_BYTES = 32


def check(password: str, field: str = "password") -> None:
    """Raise ValidationFailed or PasswordCommon unless it may be set. Length counts after normalisation."""
    normal = _normal(password)
    if len(normal) < SHORTEST:
        raise invalid(field, f"A password has at least {SHORTEST} characters.", "too_short")
    if is_common(normal):
        raise PasswordCommon


def hashed(password: str) -> str:
    """The password's hash with its salt and figures, as one PHC string."""
    text: str = _argon2id(os.urandom(_SALT_BYTES)).derive_phc_encoded(_normal(password).encode())
    return text


def verify(password: str, phc: str | None) -> bool:
    """Whether the password belongs to the hash. Without a hash it takes the same time and says no."""
    from cryptography.exceptions import InvalidKey
    from cryptography.hazmat.primitives.kdf.argon2 import Argon2id

    key = _normal(password).encode()
    if phc is None:
        _argon2id(bytes(_SALT_BYTES)).derive(key)
        return False
    try:
        Argon2id.verify_phc_encoded(key, phc)
    except InvalidKey:
        return False
    return True


def is_outdated(phc: str | None) -> bool:
    """Whether a hash was made with weaker figures than today's, so that the next log-in is to renew it."""
    figures = dict(re.findall(r"([mt])=(\d+)", phc or ""))
    return phc is not None and (int(figures.get("m", 0)) < _MEMORY_KIB or int(figures.get("t", 0)) < _PASSES)


def _argon2id(salt: bytes):  # type: ignore[no-untyped-def]  # noqa: ANN202 - its type is only there once imported
    from cryptography.hazmat.primitives.kdf.argon2 import Argon2id  # 30 ms: not for requests without a password

    return Argon2id(salt=salt, length=_HASH_BYTES, iterations=_PASSES, lanes=1, memory_cost=_MEMORY_KIB)


def _normal(password: str) -> str:
    """One form for every way of typing the same characters (NFKC)."""
    return unicodedata.normalize("NFKC", password)
