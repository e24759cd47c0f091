"""Source addresses: what is stored of one, and which of them this process has just refused."""

import ipaddress
import math

from chalicelib import config
from common import clock
from common.problems import TooManyRequests

_MOST = 10_000
_NETWORK_BITS = 64  # what one customer has of IPv6
_refused: dict[tuple[str, str], float] = {}


def hashed(address: str) -> str:
    """A keyed hash, as an address belongs to a person; of IPv6 its network, of IPv4 written as IPv6 the IPv4."""
    return config.keyed_hash("source", _network(address)).hex()


def _network(address: str) -> str:
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return address
    if isinstance(found, ipaddress.IPv4Address):
        return str(found)
    return str(found.ipv4_mapped or ipaddress.IPv6Network((int(found), _NETWORK_BITS), strict=False))


def remember(kind: str, source: str, seconds: int) -> None:
    """That the source is refused for so long, so that a flood costs no hash and no call."""
    if len(_refused) >= _MOST:
        _refused.clear()
    _refused[kind, source] = clock.now() + seconds


def check(kind: str, source: str, longest_seconds: int) -> None:
    """Raise TooManyRequests if this process refused the source and its time is not over."""
    left = math.ceil(_refused.get((kind, source), 0.0) - clock.now())
    if 0 < left <= longest_seconds:  # more is from before a developer turned the clock back
        raise TooManyRequests(retry_after=left)


def forget() -> None:
    """As a new process; for tests."""
    _refused.clear()
