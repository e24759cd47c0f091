"""What an endpoint's URL says, read once and strictly: the same parts are checked, connected to and sent."""

import re
from urllib.parse import urlsplit

import msgspec

from chalicelib.webhooks import addresses

PORTS = {443, 8443}
_PLAIN = re.compile(r"[!-~]+\Z")
_ODD = re.compile(r"""[\\"<>^`{|}#]""")
_NAME = re.compile(r"(?=.{1,253}\Z)(?:[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9])?\.)*[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\Z")
_NUMBER = re.compile(r"(?:\d+|0x[0-9a-f]*)\Z")  # resolvers take a name that ends so for an address
_NEAR = (".localhost", ".local", ".internal", ".home.arpa")


class Target(msgspec.Struct, frozen=True):
    """`path` holds the query too."""

    secure: bool
    host: str
    port: int
    path: str

    @property
    def authority(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == (443 if self.secure else 80) else f"{host}:{self.port}"


def read(url: str, *, to_loopback: bool) -> Target:
    """Raise ValueError with a sentence for people; `to_loopback` is for development: http and this machine, too."""
    if not _PLAIN.match(url) or _ODD.search(url):
        raise ValueError("A URL is plain ASCII: encode what is not, write the host in its xn-- form, no fragment.")
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise ValueError("This is no URL.") from None
    secure = parts.scheme == "https"
    if not secure and not (to_loopback and parts.scheme == "http"):
        raise ValueError("Only https is called.")
    if "@" in parts.netloc:
        raise ValueError("A URL holds no name and no password; the signature proves who is calling.")
    if port is not None and port not in PORTS and not to_loopback:
        raise ValueError("Only the ports 443 and 8443 are called.")
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return Target(secure, _host(parts.hostname or "", to_loopback), port or (443 if secure else 80), path)


def _host(host: str, to_loopback: bool) -> str:
    """Addresses are looked at here, names when they are called."""
    if ":" in host or _NUMBER.match(host.rpartition(".")[2]):
        known = addresses.is_allowed(host, to_loopback=to_loopback)
    else:
        near = "." not in host or host.endswith(_NEAR)
        known = bool(_NAME.match(host)) and (not near or (to_loopback and host == "localhost"))
    if not known:
        raise ValueError("Only hosts of the public internet are called, by their full name.")
    return host
