"""Optimistic concurrency over HTTP: `ETag: "<version>"` out, `If-Match` in (RFC 9110, 13.1)."""

from dataclasses import dataclass

from common.problems import IfMatchRequired, VersionMismatch


def etag(version: int, variant: str = "") -> str:
    """`variant` tells representations of one version apart: `"7"` as it is, `"7-de"` in German."""
    return f'"{version}-{variant}"' if variant else f'"{version}"'


def matches(header: str, version: int, variant: str = "") -> bool:
    """Whether one of the header's tags is this representation's; a weak tag is compared by its value, `*` is any."""
    tags = _tags(header)
    return "*" in tags or etag(version, variant) in tags


def names(header: str, version: int) -> bool:
    """Whether one of the header's tags is this version's, in whatever representation it was read."""
    return any(tag == "*" or tag.strip('"').partition("-")[0] == str(version) for tag in _tags(header))


def _tags(header: str) -> list[str]:
    return [tag.strip().removeprefix("W/") for tag in header.split(",")]


@dataclass(frozen=True)
class Precondition:
    """The If-Match header of a request, carried to where the object's version is known."""

    if_match: str | None = None

    def check(self, version: int, *, required: bool) -> None:
        """Raise IfMatchRequired if it must be sent and was not, VersionMismatch if it names another version."""
        if self.if_match is None:
            if required:
                raise IfMatchRequired
        elif not names(self.if_match, version):
            raise VersionMismatch


ANY = Precondition()
