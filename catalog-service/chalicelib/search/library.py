"""The index in the service's bucket: a few immutable segments, and the latest changes beside their list.

`search/index.json` is the only object that changes, each time under the condition of its ETag. What is to be written
is read from the table after that ETag was: so a writer who read the table earlier than another one is refused, reads
again, and the last word is what was read last. New products and changes go there first; from some number on they become
a segment, and segments of like size become one, so that a document is rewritten a few times in its life, however many
there are. Where a document stands in several places the latest counts.
"""

import contextlib
import time
from collections.abc import Callable, Iterable

import msgspec

from chalicelib import config
from chalicelib.search.documents import FORMAT, Document
from chalicelib.search.parts import (
    FOLDER,
    Changes,
    Gone,
    Part,
    Unreadable,
    download,
    in_memory,
    living,
    new_key,
    upload,
)
from chalicelib.search.segment import Segment
from common.problems import Unavailable
from common.storage import Changed

_KEY = FOLDER + "index.json"
MOST_CHANGES = 200
MOST_BYTES = 1_000_000
_RATIO = 4
_ROUNDS = 8
_LONGEST_REBUILD_S = 3600


class Overtaken(Exception):
    """Another rebuild began after this one, or it took too long; the index is as it was."""


class Rebuild(msgspec.Struct, frozen=True):
    """One that is under way: what it will write, and the number of parts that this will replace."""

    key: str
    parts: int
    until: float


class Index(msgspec.Struct, frozen=True):
    """Segments from the oldest to the latest, and changes since. `former` are segments that the last change replaced:
    whoever still has the list before may be reading them."""

    format: int = FORMAT
    parts: list[Part] = []
    changes: dict[str, Document | None] = {}
    former: list[Part] = []
    rebuild: Rebuild | None = None


def load(known: str | None = None) -> tuple[Index | None, str | None]:
    """The index and its ETag, or NotModified if that is the known one; None if there is none."""
    found = config.bucket.read_newer(_KEY, known) if known else config.bucket.read(_KEY)
    if found is None:
        return None, None
    try:
        if msgspec.json.decode(found[0], type=_Format).format == FORMAT:
            return msgspec.json.decode(found[0], type=Index), found[1]
    except msgspec.DecodeError as error:
        raise Unreadable(found[1]) from error
    raise Unreadable(found[1])


class _Format(msgspec.Struct):
    format: int = 0


def apply(read: Callable[[], Changes]) -> bool:
    """Write what is true now of some products, as `read` finds it; whether there is an index to write to.

    Repeated, it writes the same again; a crash leaves at most a segment that no list names.
    """
    gone_from = None
    for _ in range(_ROUNDS):
        index, etag = load()
        if index is None:
            return False
        try:
            _write(index, etag, read())
        except Gone as error:
            if etag == gone_from:
                raise Unreadable(etag) from error
            gone_from = etag
        except Changed:
            continue
        else:
            return True
    raise Unavailable(retry_after=1)


def _write(index: Index, etag: str | None, changes: Changes) -> None:
    if all(one in index.changes and index.changes[one] == change for one, change in changes.items()):
        return  # a repeat
    changed = msgspec.structs.replace(index, changes=index.changes | dict(changes), former=[])
    left_over = [part.key for part in index.former]
    if len(changed.changes) >= MOST_CHANGES or len(msgspec.json.encode(changed)) >= MOST_BYTES:
        changed = _settled(changed)
        left_over = _strays(changed)
    _save(changed, etag)
    for key in left_over:
        config.bucket.delete(key)


def _strays(index: Index) -> list[str]:
    """Segments that a crash left, among others: nobody can name them once this index is saved, for whoever uploaded
    them has an older ETag. A rebuild names its own before."""
    kept = {_KEY, *(part.key for part in (*index.parts, *index.former))}
    if index.rebuild:
        kept.add(index.rebuild.key)
    return [key for key in config.bucket.keys(FOLDER) if key not in kept]


def replace_all(documents: Iterable[Document]) -> int:
    """Begin anew with these, in ascending order of their ids; their number. Raises Overtaken.

    They are read after the beginning is written, and what is written after it stays on top. A crash leaves the index as
    it was; a later rebuild replaces the mark.
    """
    key = _begin()
    part = upload(key, documents, ())
    for _ in range(_ROUNDS):
        with contextlib.suppress(Changed):
            index, etag = load()
            if index and part in index.parts:
                return part.size  # saved in the last round, whose reply was lost
            if index is None or index.rebuild is None or index.rebuild.key != key:
                raise Overtaken
            older, later = index.parts[: index.rebuild.parts], index.parts[index.rebuild.parts :]
            _save(Index(parts=[part, *later], changes=index.changes, former=[*index.former, *older]), etag)
            return part.size
    raise Unavailable(retry_after=1)


def _begin() -> str:
    """Mark the beginning: later changes go to segments of their own. A lost reply is taken for a race: begun again."""
    key = new_key()
    for _ in range(_ROUNDS):
        with contextlib.suppress(Changed):
            try:
                index, etag = load()
            except Unreadable as error:
                index, etag = None, str(error)
            settled = _settled(index, merging=False) if index and index.changes else index or Index()
            rebuild = Rebuild(key, len(settled.parts), time.time() + _LONGEST_REBUILD_S)
            _save(msgspec.structs.replace(settled, rebuild=rebuild), etag)
            return key
    raise Unavailable(retry_after=1)


def _save(index: Index, etag: str | None) -> None:
    config.bucket.replace(_KEY, msgspec.json.encode(index), "application/json", etag=etag)


def _settled(index: Index, *, merging: bool = True) -> Index:
    """The changes as a segment; while the one before it is not much larger, they become one."""
    rebuild = index.rebuild if index.rebuild and time.time() < index.rebuild.until else None
    apart = len(index.parts) if not merging else rebuild.parts if rebuild else 0
    older, merged = list(index.parts), [in_memory(index.changes)]
    size, replaced = len(index.changes), []
    while len(older) > apart and older[-1].size <= size * _RATIO:
        replaced.append(older.pop())
        merged.insert(0, download(replaced[-1]))
        size += replaced[-1].size
    part = upload(new_key(), living(merged), {one for each in merged for one in each.gone()} if older else ())
    return Index(parts=[*older, part], former=[*index.former, *replaced], rebuild=rebuild)


def open_all() -> list[Segment]:
    """The index as it is stored now, from the oldest part to the latest changes."""
    for _ in range(_ROUNDS):
        with contextlib.suppress(Gone):
            index = load()[0] or Index()
            return [*map(download, index.parts), in_memory(index.changes)]
    raise Unavailable(retry_after=1)
