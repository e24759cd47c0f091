"""One searchable set of documents as an SQLite file: which documents hold a word, and what is counted of them.

Documents are numbered from 0 in the order of their ids, which are time-ordered, so a higher number is a newer product.
A segment is written once and then only read.
"""

import sqlite3
from array import array
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property, lru_cache

import msgspec

from chalicelib.products.cards import Face
from chalicelib.search.bits import packed, unpacked
from chalicelib.search.words import one_edit_apart, words

_SHORT_PREFIXES = (1, 2, 3)
_PREFIX = "*"  # behind a beginning of words whose documents are kept ready, as too many words have it
_LAST = "\U0010ffff"
_SHORTEST_TYPO = 5
_SCHEMA = """
CREATE TABLE documents (number INTEGER PRIMARY KEY, id TEXT NOT NULL, content BLOB NOT NULL);
CREATE TABLE words (
    word TEXT PRIMARY KEY, backwards TEXT NOT NULL, names BLOB NOT NULL, bodies BLOB NOT NULL
) WITHOUT ROWID;
CREATE TABLE gone (id TEXT PRIMARY KEY) WITHOUT ROWID;
CREATE TABLE sets (kind TEXT, key TEXT, documents BLOB NOT NULL, PRIMARY KEY (kind, key)) WITHOUT ROWID;
"""


class Document(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What is searched of a product beside its name, and the face that is shown of it."""

    id: str
    body: str
    shelves: list[str]
    face: Face


class Found(msgspec.Struct, frozen=True):
    """The documents that hold a word: as it is or as a beginning, in the name or in the rest."""

    name: int = 0
    name_beginning: int = 0
    body: int = 0
    body_beginning: int = 0

    @property
    def any(self) -> int:
        return self.name_beginning | self.body_beginning


def write(path: str, documents: Iterable[Document], gone: Iterable[str] = ()) -> sqlite3.Connection:
    """Make a segment of documents in ascending order of their ids; `:memory:` makes one without a file.

    `gone` are the ids of documents that older segments hold and that are no more.
    """
    db = sqlite3.connect(path, check_same_thread=False, isolation_level=None)
    db.executescript("PRAGMA journal_mode=OFF; PRAGMA synchronous=OFF; BEGIN;" + _SCHEMA)
    index = _Index()
    encode = msgspec.msgpack.Encoder().encode
    db.executemany("INSERT INTO gone VALUES (?)", ((one,) for one in gone))
    for number, document in enumerate(documents):
        index.add(number, document)
        db.execute("INSERT INTO documents VALUES (?, ?, ?)", (number, document.id, encode(document)))
    index.store(db)
    db.execute("CREATE UNIQUE INDEX ids ON documents (id)")
    db.execute("CREATE INDEX backwards ON words (backwards)")
    db.execute("COMMIT")
    return db


class _Index:
    """What is gathered while documents pass by."""

    def __init__(self) -> None:
        self.size = 0
        self.names: dict[str, array[int]] = defaultdict(lambda: array("I"))
        self.bodies: dict[str, array[int]] = defaultdict(lambda: array("I"))
        self.sets: dict[tuple[str, str], array[int]] = defaultdict(lambda: array("I"))

    def add(self, number: int, document: Document) -> None:
        self.size = number + 1
        name = words(document.face.name)
        for word in {*name, *_beginnings(name)}:
            self.names[word].append(number)
        body = words(document.body)
        for word in {*body, *_beginnings(body)}:
            self.bodies[word].append(number)
        for shelf in document.shelves:
            self.sets["shelf", shelf].append(number)
        self.sets["words", f"{min(len(name), 99):02d}"].append(number)
        if document.face.price is not None:
            self._add_price(number, document.face.price.amount)

    def _add_price(self, number: int, price: int) -> None:
        self.sets["priced", ""].append(number)
        for place in range(price.bit_length()):
            if price >> place & 1:
                self.sets["price", f"{place:02d}"].append(number)

    def store(self, db: sqlite3.Connection) -> None:
        none = array("I")
        size = self.size
        rows = (
            (word, word[::-1], packed(self.names.get(word, none), size), packed(self.bodies.get(word, none), size))
            for word in sorted(self.names.keys() | self.bodies.keys())
        )
        db.executemany("INSERT INTO words VALUES (?, ?, ?, ?)", rows)
        sets = ((kind, key, packed(found, size)) for (kind, key), found in self.sets.items())
        db.executemany("INSERT INTO sets VALUES (?, ?, ?)", sets)


def _beginnings(of: Sequence[str]) -> Iterator[str]:
    return (word[:length] + _PREFIX for word in of for length in _SHORT_PREFIXES if length <= len(word))


class Segment:
    """Read by many threads; SQLite serialises them."""

    def __init__(self, db: sqlite3.Connection) -> None:
        self._db = db
        self.size: int = db.execute("SELECT coalesce(max(number), -1) + 1 FROM documents").fetchone()[0]
        self.all = (1 << self.size) - 1
        self._word = lru_cache(maxsize=256)(self._read_word)

    @classmethod
    def open(cls, path: str) -> "Segment":
        return cls(sqlite3.connect(f"file:{path}?mode=ro&immutable=1", uri=True, check_same_thread=False))

    def find(self, word: str) -> Found:
        """The documents of a word, and of words that begin with it."""
        name, body = self._word(word)
        if len(word) <= _SHORT_PREFIXES[-1]:
            name_beginning, body_beginning = self._word(word + _PREFIX)
        else:
            name_beginning, body_beginning = self._beginning(word)
        return Found(name, name_beginning, body, body_beginning)

    def find_alike(self, word: str) -> Found:
        """The documents of words one edit away from a word of five letters or more."""
        name = body = 0
        for one in self._alike(word) if len(word) >= _SHORTEST_TYPO else ():
            names, bodies = self._word(one)
            name, body = name | names, body | bodies
        return Found(0, name, 0, body)

    def holding(self, kind: str, key: str = "") -> int:
        return self._sets.get((kind, key), 0)

    def planes(self, kind: str) -> list[int]:
        keys = sorted(key for each, key in self._sets if each == kind)
        found = [0] * (int(keys[-1]) + 1 if keys else 0)
        for key in keys:
            found[int(key)] = self.holding(kind, key)
        return found

    def keys(self, kind: str) -> list[str]:
        return [key for each, key in self._sets if each == kind]

    def numbers_of(self, ids: Iterable[str]) -> Iterator[int]:
        """Of those that are here."""
        for one in ids:
            row = self._db.execute("SELECT number FROM documents WHERE id = ?", (one,)).fetchone()
            if row:
                yield row[0]

    def ids(self) -> set[str]:
        """Of everything it knows something about: older segments have nothing to say of it."""
        return {one for (one,) in self._db.execute("SELECT id FROM documents UNION ALL SELECT id FROM gone")}

    def gone(self) -> set[str]:
        return {one for (one,) in self._db.execute("SELECT id FROM gone")}

    def older_than(self, document_id: str) -> int:
        """All documents with a smaller id."""
        row = self._db.execute("SELECT max(number) FROM documents WHERE id < ?", (document_id,)).fetchone()
        return (1 << row[0] + 1) - 1 if row[0] is not None else 0

    def document(self, number: int) -> Document:
        row = self._db.execute("SELECT content FROM documents WHERE number = ?", (number,)).fetchone()
        return msgspec.msgpack.decode(row[0], type=Document)

    def documents(self) -> Iterator[Document]:
        """All, in ascending order of their ids."""
        for (content,) in self._db.execute("SELECT content FROM documents ORDER BY number"):
            yield msgspec.msgpack.decode(content, type=Document)

    @cached_property
    def _sets(self) -> dict[tuple[str, str], int]:
        rows = self._db.execute("SELECT kind, key, documents FROM sets")
        return {(kind, key): unpacked(found, self.size) for kind, key, found in rows}

    def _read_word(self, word: str) -> tuple[int, int]:
        row = self._db.execute("SELECT names, bodies FROM words WHERE word = ?", (word,)).fetchone()
        return (unpacked(row[0], self.size), unpacked(row[1], self.size)) if row else (0, 0)

    def _beginning(self, word: str) -> tuple[int, int]:
        rows = self._db.execute("SELECT names, bodies FROM words WHERE word >= ? AND word < ?", (word, word + _LAST))
        name = body = 0
        for names, bodies in rows:
            name, body = name | unpacked(names, self.size), body | unpacked(bodies, self.size)
        return name, body

    def _alike(self, word: str) -> list[str]:
        """Of an edit in the second half the first half is left as it was, else the end is."""
        half, short, long = len(word) // 2, len(word) - 1, len(word) + 1
        start, end = word[:half], word[half + 1 :][::-1]
        rows = self._db.execute(
            "SELECT word FROM words WHERE word >= ? AND word < ? AND length(word) BETWEEN ? AND ?"
            " UNION SELECT word FROM words WHERE backwards >= ? AND backwards < ? AND length(word) BETWEEN ? AND ?",
            (start, start + _LAST, short, long, end, end + _LAST, short, long),
        )
        return [found for (found,) in rows if not found.endswith(_PREFIX) and one_edit_apart(word, found)]
