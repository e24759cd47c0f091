"""Writes segments: which documents hold a word, and what is counted of them, as an SQLite file.

Documents are numbered from 0 in the order of their ids, which are time-ordered, so a higher number is a newer product.
"""

import sqlite3
import zlib
from array import array
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence

import msgspec
from msgspec.structs import replace

from chalicelib.search.bits import packed
from chalicelib.search.documents import Document

SHORT_PREFIXES = (1, 2, 3)
PREFIX = "*"  # behind a beginning of words whose documents are kept ready, as too many words have it
_NONE = array("I")
_TEXTS_TOGETHER = 64
_SCHEMA = """
CREATE TABLE documents (number INTEGER PRIMARY KEY, id TEXT NOT NULL, content BLOB NOT NULL);
CREATE TABLE words (
    word TEXT PRIMARY KEY, backwards TEXT NOT NULL, names BLOB NOT NULL, rests BLOB NOT NULL
) WITHOUT ROWID;
CREATE TABLE texts (number INTEGER PRIMARY KEY, content BLOB NOT NULL);
CREATE TABLE gone (id TEXT PRIMARY KEY) WITHOUT ROWID;
CREATE TABLE sets (kind TEXT, key TEXT, documents BLOB NOT NULL, PRIMARY KEY (kind, key)) WITHOUT ROWID;
"""


def write(path: str, documents: Iterable[Document], gone: Iterable[str] = ()) -> sqlite3.Connection:
    """Make a segment of documents in ascending order of their ids; `:memory:` makes one without a file.

    `gone` are the ids of documents that older segments hold and that are no more.
    """
    db = sqlite3.connect(path, check_same_thread=False, isolation_level=None)
    db.executescript("PRAGMA journal_mode=OFF; PRAGMA synchronous=OFF; BEGIN;" + _SCHEMA)
    db.executemany("INSERT INTO gone VALUES (?)", ((one,) for one in gone))
    gathered = _Gathered()
    db.executemany("INSERT INTO documents VALUES (?, ?, ?)", gathered.passing(documents))
    db.executemany("INSERT INTO texts (content) VALUES (?)", gathered.texts)
    gathered.store(db)
    db.execute("CREATE UNIQUE INDEX ids ON documents (id)")
    db.execute("CREATE INDEX backwards ON words (backwards)")
    db.execute("COMMIT")
    return db


class _Gathered:
    """What is noted while documents pass by."""

    def __init__(self) -> None:
        self.size = 0
        self.texts: list[tuple[bytes]] = []  # only needed to merge segments, so many documents' together are small
        self.names: dict[str, array[int]] = defaultdict(lambda: array("I"))
        self.rests: dict[str, array[int]] = defaultdict(lambda: array("I"))
        self.sets: dict[tuple[str, str], array[int]] = defaultdict(lambda: array("I"))

    def passing(self, documents: Iterable[Document]) -> Iterator[tuple[int, str, bytes]]:
        encode, texts = msgspec.msgpack.Encoder().encode, []
        for number, document in enumerate(documents):
            self.size = number + 1
            self._add(number, document)
            texts.append((document.name, document.rest))
            if len(texts) == _TEXTS_TOGETHER:
                self.texts.append((zlib.compress(encode(texts)),))
                texts.clear()
            yield number, document.id, encode(replace(document, name=[], rest=[]))
        self.texts.append((zlib.compress(encode(texts)),))

    def _add(self, number: int, document: Document) -> None:
        for found, terms in ((self.names, document.name), (self.rests, document.rest)):
            for term in {*terms, *_beginnings(terms)}:
                found[term].append(number)
        for shelf in document.shelves:
            self.sets["shelf", shelf].append(number)
        self.sets["status", document.status].append(number)
        self.sets["length", f"{min(document.length, 99):02d}"].append(number)
        for currency, amount in document.amounts.items():
            self._add_price(number, currency, amount)

    def _add_price(self, number: int, currency: str, amount: int) -> None:
        self.sets["priced", currency].append(number)
        for place in range(amount.bit_length()):
            if amount >> place & 1:
                self.sets["price " + currency, f"{place:02d}"].append(number)

    def store(self, db: sqlite3.Connection) -> None:
        terms = sorted(self.names.keys() | self.rests.keys())
        rows = ((term, term[::-1], self._packed(self.names, term), self._packed(self.rests, term)) for term in terms)
        db.executemany("INSERT INTO words VALUES (?, ?, ?, ?)", rows)
        sets = ((kind, key, packed(found, self.size)) for (kind, key), found in self.sets.items())
        db.executemany("INSERT INTO sets VALUES (?, ?, ?)", sets)

    def _packed(self, found: "Mapping[str, array[int]]", term: str) -> bytes:
        return packed(found.get(term, _NONE), self.size)


def _beginnings(of: Sequence[str]) -> Iterator[str]:
    return (word[:length] + PREFIX for word in of for length in SHORT_PREFIXES if length <= len(word))
