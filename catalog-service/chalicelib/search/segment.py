"""Reads a segment: one searchable set of documents, written once (see building.py)."""

import sqlite3
import zlib
from collections import defaultdict
from collections.abc import Iterable, Iterator
from functools import cached_property, reduce
from operator import or_

import msgspec
from msgspec.structs import replace

from chalicelib.search.bits import unpacked
from chalicelib.search.building import PREFIX, SHORT_PREFIXES
from chalicelib.search.documents import Document
from chalicelib.search.words import one_edit_apart, stem

SHORTEST_SLIP = 5
_LAST = "\U0010ffff"
_MOST_REMEMBERED = 200
_decode = msgspec.msgpack.Decoder(Document).decode
_decode_texts = msgspec.msgpack.Decoder(list[tuple[list[str], list[str]]]).decode

Pair = tuple[int, int]  # the documents that have something in the name, and those that have it in the rest


class Segment:
    """Read by many threads; SQLite serialises them."""

    def __init__(self, db: sqlite3.Connection) -> None:
        self._db = db
        self.size: int = db.execute("SELECT coalesce(max(number), -1) + 1 FROM documents").fetchone()[0]
        self.all = (1 << self.size) - 1
        self._words: dict[str, Pair] = {}

    @classmethod
    def open(cls, path: str) -> "Segment":
        """Raises sqlite3.DatabaseError if it is none."""
        opened = cls(sqlite3.connect(f"file:{path}?mode=ro&immutable=1", uri=True, check_same_thread=False))
        _ = opened._sets
        return opened

    def whole(self, word: str) -> Pair:
        return self._word(stem(word))

    def beginning(self, word: str) -> Pair:
        """Of words that begin with it."""
        if len(word) <= SHORT_PREFIXES[-1]:
            return self._word(word + PREFIX)
        return self._together("SELECT names, rests FROM words WHERE word >= ? AND word < ?", word, word + _LAST)

    def alike(self, word: str) -> Pair:
        """Of words one edit away from one of five letters or more."""
        name = rest = 0
        if len(word) >= SHORTEST_SLIP:
            for one in {found for form in {word, stem(word)} for found in self._alike(form)}:
                names, rests = self._word(one)
                name, rest = name | names, rest | rests
        return name, rest

    def holding(self, kind: str, key: str) -> int:
        return self._sets.get(kind, {}).get(key, 0)

    def on(self, shelves: Iterable[str]) -> int:
        """What stands on any of them."""
        return reduce(or_, (self.holding("shelf", shelf) for shelf in shelves), 0)

    def planes(self, currency: str) -> list[int]:
        """Of prices: see bits.py."""
        found = self._sets.get("price " + currency, {})
        return [found.get(f"{place:02d}", 0) for place in range(int(max(found, default="-1")) + 1)]

    def numbers_of(self, ids: Iterable[str]) -> Iterator[int]:
        """Of those that are here."""
        for one in ids:
            row = self._db.execute("SELECT number FROM documents WHERE id = ?", (one,)).fetchone()
            if row:
                yield row[0]

    def ids(self) -> Iterator[str]:
        return (one for (one,) in self._db.execute("SELECT id FROM documents"))

    def gone(self) -> Iterator[str]:
        return (one for (one,) in self._db.execute("SELECT id FROM gone"))

    def older_than(self, document_id: str) -> int:
        """All documents with a smaller id."""
        row = self._db.execute("SELECT max(number) FROM documents WHERE id < ?", (document_id,)).fetchone()
        return (1 << row[0] + 1) - 1 if row[0] is not None else 0

    def document(self, number: int) -> Document:
        """Without its words."""
        row = self._db.execute("SELECT content FROM documents WHERE number = ?", (number,)).fetchone()
        return _decode(row[0])

    def documents(self) -> Iterator[Document]:
        """All, in ascending order of their ids."""
        rows = self._db.execute("SELECT content FROM documents ORDER BY number")
        packed = self._db.execute("SELECT content FROM texts ORDER BY number")
        texts = (text for (content,) in packed for text in _decode_texts(zlib.decompress(content)))
        for (content,), (name, rest) in zip(rows, texts, strict=True):
            yield replace(_decode(content), name=name, rest=rest)

    @cached_property
    def _sets(self) -> dict[str, dict[str, int]]:
        found: dict[str, dict[str, int]] = defaultdict(dict)
        for kind, key, documents in self._db.execute("SELECT kind, key, documents FROM sets"):
            found[kind][key] = unpacked([documents], self.size)
        return found

    def _word(self, word: str) -> Pair:
        """Remembers some. No lru_cache: on a method it would keep a segment alive that nobody uses any more."""
        found = self._words.get(word)
        if found is None:
            if len(self._words) >= _MOST_REMEMBERED:
                self._words.clear()
            found = self._words[word] = self._together("SELECT names, rests FROM words WHERE word = ?", word)
        return found

    def _together(self, query: str, *values: str) -> Pair:
        rows = self._db.execute(query, values).fetchall()
        return unpacked((names for names, _ in rows), self.size), unpacked((rests for _, rests in rows), self.size)

    def _alike(self, word: str) -> list[str]:
        """Of an edit in the second half the first half is left as it was, else the end is."""
        half, short, long = len(word) // 2, len(word) - 1, len(word) + 1
        start, end = word[:half], word[half + 1 :][::-1]
        rows = self._db.execute(
            "SELECT word FROM words WHERE word >= ? AND word < ? AND length(word) BETWEEN ? AND ?"
            " UNION SELECT word FROM words WHERE backwards >= ? AND backwards < ? AND length(word) BETWEEN ? AND ?",
            (start, start + _LAST, short, long, end, end + _LAST, short, long),
        )
        return [found for (found,) in rows if not found.endswith(PREFIX) and one_edit_apart(word, found)]
