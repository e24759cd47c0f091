"""Ids that sort by the time they were made (ULID: https://github.com/ulid/spec)."""

import secrets
import zlib

from common import clock

_ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"  # Crockford's base 32


def new_id(prefix: str) -> str:
    """`<prefix>_` and 26 characters: 48 bits of milliseconds, then 80 random bits."""
    return f"{prefix}_{encode(int(clock.now() * 1000) << 80 | secrets.randbits(80), 26)}"


def made_at(one: str) -> float:
    """When an id of ours was made, in seconds since the epoch; 0 for anything else."""
    digits = one.rpartition("_")[2][:10]
    if len(digits) < 10 or not set(digits) <= set(_ALPHABET):
        return 0.0
    number = 0
    for digit in digits:
        number = number << 5 | _ALPHABET.index(digit)
    return number / 1000


def shard_of(one: str, shards: int) -> int:
    """The same shard for the same id, in every process and for ever; from 0 to `shards - 1`."""
    return zlib.crc32(one.encode()) % shards


def encode(number: int, length: int) -> str:
    """The number in base 32, most significant digit first, so that text order is number order."""
    return "".join(_ALPHABET[number >> 5 * place & 31] for place in range(length - 1, -1, -1))
