"""Optimistic concurrency over HTTP: `ETag: "<version>"` out, `If-Match` in (RFC 9110, 13.1)."""

from dataclasses import dataclass

from common.problems import IfMatchRequired, VersionMismatch


def etag(version: int) -> str:
    return f'"{version}"'


def matches(header: str, version: int) -> bool:
    """Whether one of the header's tags is this version's; a weak tag is compared by its value, `*` is any."""
    tags = [tag.strip().removeprefix("W/") for tag in header.split(",")]
    return "*" in tags or etag(version) in tags


@dataclass(frozen=True)
class Precondition:
    """The If-Match header of a request, carried to where the object's version is known."""

    if_match: str | None = None

    def check(self, version: int, *, required: bool) -> None:
        """Raise IfMatchRequired if it must be sent and was not, VersionMismatch if it names another version."""
        if self.if_match is None:
            if required:
                raise IfMatchRequired
        elif not matches(self.if_match, version):
            raise VersionMismatch
