"""The index in the service's bucket: a few immutable segments, and the latest changes beside their list.

`search/index.json` is the only object that changes, each time under the condition of its ETag, so that of two writers
one reads again. New products and changes go there first; from some number on they become a segment, and segments of
like size become one, so that a document is rewritten a few times in its life, however many there are. Where a document
stands in several places the latest counts.
"""

import contextlib
import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from heapq import merge
from pathlib import Path

import msgspec

from chalicelib import config
from chalicelib.search.bits import bits_of
from chalicelib.search.segment import Document, Segment, write
from common.ids import new_id
from common.storage import Changed

_KEY = "search/index.json"
MOST_CHANGES = 500
_RATIO = 4
_ROUNDS = 8


class Part(msgspec.Struct, frozen=True):
    """A segment's object, and how many documents it has."""

    key: str
    size: int


class Index(msgspec.Struct, frozen=True):
    """Segments from the oldest to the latest. A change without a document says that the product is no more."""

    parts: list[Part] = []
    changes: dict[str, Document | None] = {}
    former: list[Part] = []  # replaced by the last change: whoever still has the list before may be reading them


def load(known: str | None = None) -> tuple[Index, str | None]:
    """The index and its ETag, or NotModified if that is the known one. Without an object it is empty."""
    found = config.bucket.read_newer(_KEY, known) if known else config.bucket.read(_KEY)
    return (msgspec.json.decode(found[0], type=Index), found[1]) if found else (Index(), None)


def apply(changes: Mapping[str, Document | None]) -> None:
    """Write what is true now of some products. Repeated, it writes the same again; a race is lost by the later writer,
    who reads what the other wrote; a crash leaves at most a segment that no list names."""
    for _ in range(_ROUNDS):
        index, etag = load()
        changed = msgspec.structs.replace(index, changes=index.changes | dict(changes), former=[])
        if len(changed.changes) >= MOST_CHANGES:
            changed = _settled(changed)
        with contextlib.suppress(Changed):
            _save(changed, etag)
            _clear(index.former)
            return
    raise RuntimeError("the index keeps changing")


def replace_all(documents: Iterable[Document]) -> int:
    """Begin anew with these, in ascending order of their ids; what changes meanwhile stays on top. Their number."""
    before, _ = load()
    part = _upload(documents, ())
    for _ in range(_ROUNDS):
        index, etag = load()
        newer = {one: change for one, change in index.changes.items() if before.changes.get(one) != change}
        changed = Index([part], newer, index.parts)
        with contextlib.suppress(Changed):
            _save(changed, etag)
            return part.size
    raise RuntimeError("the index keeps changing")


def _save(index: Index, etag: str | None) -> None:
    config.bucket.replace(_KEY, msgspec.json.encode(index), "application/json", etag=etag)


def _settled(index: Index) -> Index:
    """The changes as a segment; while the one before it is not much larger, they become one."""
    older, merged = list(index.parts), [in_memory(index.changes)]
    size, replaced = len(index.changes), []
    while older and older[-1].size <= size * _RATIO:
        replaced.append(older.pop())
        merged.insert(0, download(replaced[-1]))
        size += replaced[-1].size
    gone: set[str] = set().union(*(one.gone() for one in merged)) if older else set()
    part = _upload(living(merged), gone)
    return Index([*older, part], {}, replaced)


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
        later |= segment.ids()
    return found


def in_memory(changes: Mapping[str, Document | None]) -> Segment:
    documents = sorted((one for one in changes.values() if one), key=lambda document: document.id)
    return Segment(write(":memory:", documents, (one for one, document in changes.items() if document is None)))


def download(part: Part) -> Segment:
    """Its file is removed at once; the open one stays readable."""
    found = config.bucket.read(part.key)
    if found is None:
        raise Changed
    with tempfile.NamedTemporaryFile(suffix=".sqlite") as file:
        file.write(found[0])
        file.flush()
        return Segment.open(file.name)


def _upload(documents: Iterable[Document], gone: Iterable[str]) -> Part:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "segment.sqlite"
        db = write(str(path), documents, gone)
        size = Segment(db).size
        db.close()
        key = f"search/{new_id('seg')}.sqlite"
        config.bucket.put(key, path.read_bytes(), "application/vnd.sqlite3")
    return Part(key, size)


def _clear(parts: Iterable[Part]) -> None:
    for part in parts:
        config.bucket.delete(part.key)
