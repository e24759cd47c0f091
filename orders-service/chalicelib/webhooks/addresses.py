"""Which addresses the shop calls for a merchant: those of the public internet, and nothing near itself.

Narrower than what Python calls global, whose tables differ by version: without the networks that lead elsewhere by
translation or tunnel (NAT64, 6to4, Teredo, mapped), so that no private address hides in a public one
(https://www.iana.org/assignments/iana-ipv4-special-registry, …-ipv6-special-registry).
"""

import ipaddress
import queue
import socket
import threading
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network

from common.deadline import Deadline

_NOT_V4 = [
    IPv4Network(text)
    for text in (
        "0.0.0.0/8",
        "10.0.0.0/8",
        "100.64.0.0/10",
        "127.0.0.0/8",
        "169.254.0.0/16",
        "172.16.0.0/12",
        "192.0.0.0/24",
        "192.0.2.0/24",
        "192.88.99.0/24",
        "192.168.0.0/16",
        "198.18.0.0/15",
        "198.51.100.0/24",
        "203.0.113.0/24",
        "224.0.0.0/3",
    )
]
_V6 = IPv6Network("2000::/3")
_NOT_V6 = [IPv6Network(text) for text in ("2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20")]


class AddressRefused(Exception):
    """A name stands for an address that is not called."""


class NameUnknown(Exception):
    """A name stands for no address."""


def is_public(text: str) -> bool:
    """Whether an address, as text, is one of the public internet."""
    try:
        address = ipaddress.ip_address(text)
    except ValueError:
        return False
    if isinstance(address, IPv4Address):
        return address.is_global and not any(address in network for network in _NOT_V4)
    inside = address in _V6 and address.scope_id is None
    return inside and address.is_global and not any(address in network for network in _NOT_V6)


def is_loopback(text: str) -> bool:
    try:
        address = ipaddress.ip_address(text)
    except ValueError:
        return False
    return address in IPv4Network("127.0.0.0/8") if isinstance(address, IPv4Address) else address == IPv6Address(1)


def is_allowed(text: str, *, to_loopback: bool) -> bool:
    return is_public(text) or (to_loopback and is_loopback(text))


def resolve(host: str, port: int, deadline: Deadline, *, to_loopback: bool) -> list[str]:
    """The addresses to connect to, looked at here and never asked for again: a name can't change behind the check.

    One that is not allowed among them refuses them all. Raises AddressRefused, NameUnknown, or TimeoutError.
    """
    found = list(dict.fromkeys(_looked_up(host, port, deadline.remaining())))
    if not all(is_allowed(one, to_loopback=to_loopback) for one in found):
        raise AddressRefused
    return found


def _looked_up(host: str, port: int, seconds: float) -> list[str]:
    """In a thread, as the resolver knows no deadline; one that hangs is left to end by itself."""
    answer: queue.SimpleQueue[list[str] | None] = queue.SimpleQueue()
    threading.Thread(target=lambda: answer.put(_lookup(host, port)), daemon=True).start()
    try:
        found = answer.get(timeout=seconds)
    except queue.Empty:
        raise TimeoutError from None
    if not found:
        raise NameUnknown
    return found


def _lookup(host: str, port: int) -> list[str] | None:
    try:
        return [str(place[0]) for *_, place in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]
    except (OSError, UnicodeError):
        return None
