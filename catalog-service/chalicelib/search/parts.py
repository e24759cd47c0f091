"""The parts of an index: segments as objects in the bucket, as files, in memory, and several as one."""

import sqlite3
import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from heapq import merge
from pathlib import Path
from typing import IO

import msgspec

from chalicelib import config
from chalicelib.search.bits import bits_of
from chalicelib.search.building import write
from chalicelib.search.documents import Document
from chalicelib.search.segment import Segment
from common.ids import new_id
from common.storage import Changed

FOLDER = "search/"
_PIECE_BYTES = 8 << 20

Changes = Mapping[str, Document | None]  # by id; without a document the product is no more


class Unreadable(Exception):
    """The index, or a part of it, is damaged, lost, or of another format: it has to be made anew."""


class Gone(Changed):
    """A segment is no longer there: as a rule because there is a newer index."""


class Part(msgspec.Struct, frozen=True):
    """A segment's object, and of how many documents it tells something."""

    key: str
    size: int


def living(segments: Sequence[Segment]) -> Iterator[Document]:
    """Each document once, as its latest segment has it, in ascending order of their ids."""
    streams = (_without(segment, dead) for segment, dead in with_dead(segments))
    return merge(*streams, key=lambda document: document.id)


def _without(segment: Segment, dead: int) -> Iterator[Document]:
    return (document for number, document in enumerate(segment.documents()) if not dead >> number & 1)


def with_dead(segments: Sequence[Segment]) -> list[tuple[Segment, int]]:
    """Each with those of its documents of which a later one knows more."""
    found: list[tuple[Segment, int]] = []
    later: set[str] = set()
    for segment in reversed(segments):
        found.insert(0, (segment, bits_of(segment.numbers_of(later), segment.size)))
        if len(found) < len(segments):
            later |= {*segment.ids(), *segment.gone()}
    return found


def in_memory(changes: Changes) -> Segment:
    documents = sorted((one for one in changes.values() if one), key=lambda document: document.id)
    return Segment(write(":memory:", documents, (one for one, document in changes.items() if document is None)))


def download(part: Part) -> Segment:
    """Its file is removed at once, so that a crash leaves none and nobody shares it; the open one stays readable.

    Raises Gone or Unreadable.
    """
    with tempfile.NamedTemporaryFile(suffix=".sqlite") as file:
        _copy(part.key, file)
        file.flush()
        try:
            return Segment.open(file.name)
        except sqlite3.DatabaseError as error:
            raise Unreadable(part.key) from error


def _copy(key: str, file: IO[bytes]) -> None:
    """In pieces, so that a large segment needs no large memory."""
    found = config.bucket.stat(key)
    if found is None:
        raise Gone
    size, etag = found
    try:
        for start in range(0, size, _PIECE_BYTES):
            file.write(config.bucket.read_range(key, start, _PIECE_BYTES, etag))
    except Changed:
        raise Gone from None


def upload(key: str, documents: Iterable[Document], gone: Iterable[str]) -> Part:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "segment.sqlite"
        db = write(str(path), documents, gone)
        written = Segment(db)
        size = written.size + sum(1 for _ in written.gone())
        db.close()
        with path.open("rb") as file:
            config.bucket.put_file(key, file, "application/vnd.sqlite3")
    return Part(key, size)


def new_key() -> str:
    return f"{FOLDER}{new_id('seg')}.sqlite"
