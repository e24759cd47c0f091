"""All state in one SQLite file; every call of the API is one transaction.

Write-ahead logging without fsync on each commit survives `kill -9` of the process, though not a power cut; that is what
a sandbox needs, and a commit takes 0.1 ms.
"""

import json
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TypeVar

from tools.shop.payments.errors import JSON
from tools.shop.payments.models import Charge, Event, Intent, Record, Refund, new_id

R = TypeVar("R", Intent, Charge, Refund, Event)

_SCHEMA = """
CREATE TABLE IF NOT EXISTS records (
    seq INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT UNIQUE NOT NULL, kind TEXT NOT NULL, created INTEGER NOT NULL,
    payment_intent TEXT NOT NULL, due REAL, body TEXT NOT NULL);
CREATE INDEX IF NOT EXISTS by_kind ON records (kind, seq);
CREATE INDEX IF NOT EXISTS by_intent ON records (payment_intent, kind, seq);
CREATE INDEX IF NOT EXISTS by_due ON records (due) WHERE due IS NOT NULL;
CREATE TABLE IF NOT EXISTS ledger (
    seq INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT UNIQUE NOT NULL, type TEXT NOT NULL, payment_intent TEXT NOT NULL,
    amount INTEGER NOT NULL CHECK (amount > 0), currency TEXT NOT NULL, metadata TEXT NOT NULL,
    created INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS keys (
    key TEXT PRIMARY KEY, path TEXT NOT NULL, parameters TEXT NOT NULL, status INTEGER NOT NULL, body TEXT NOT NULL,
    request_id TEXT NOT NULL, created REAL NOT NULL);
CREATE TABLE IF NOT EXISTS deliveries (event_id TEXT PRIMARY KEY, attempts INTEGER NOT NULL, due REAL NOT NULL);
CREATE INDEX IF NOT EXISTS by_delivery ON deliveries (due);
"""


@dataclass(frozen=True)
class Stored:
    """An answer kept under its idempotency key."""

    key: str
    path: str
    parameters: str
    status: int
    body: JSON
    request_id: str
    created: float


@dataclass(frozen=True)
class Window:
    """Which part of a list: newest first, as Stripe lists everything."""

    limit: int
    before: int | None = None  # sequence numbers of the objects that starting_after and ending_before name
    after: int | None = None
    created: tuple[tuple[str, int], ...] = ()
    payment_intent: str | None = None
    types: tuple[str, ...] = ()


class Store:
    """Not for threads: one event loop uses it, and no transaction awaits anything."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._db = sqlite3.connect(folder / "payments.sqlite3", isolation_level=None)
        self._db.execute("PRAGMA journal_mode = WAL")
        self._db.execute("PRAGMA synchronous = NORMAL")
        self._db.executescript(_SCHEMA)

    def close(self) -> None:
        self._db.close()

    @contextmanager
    def transaction(self) -> Iterator[None]:
        self._db.execute("BEGIN IMMEDIATE")
        try:
            yield
        except BaseException:
            self._db.execute("ROLLBACK")
            raise
        self._db.execute("COMMIT")

    def put(self, record: Record) -> None:
        body = json.dumps(asdict(record))
        self._db.execute(
            "INSERT INTO records (id, kind, created, payment_intent, due, body) VALUES (?, ?, ?, ?, ?, ?) "
            "ON CONFLICT (id) DO UPDATE SET due = excluded.due, body = excluded.body",
            (record.id, record.kind, record.created, record.payment_intent, record.due, body),
        )

    def find(self, kind: type[R], record_id: str) -> R | None:
        row = self._db.execute("SELECT body FROM records WHERE id = ? AND kind = ?", (record_id, kind.kind)).fetchone()
        return kind(**json.loads(row[0])) if row else None

    def position(self, kind: type[R], record_id: str) -> int | None:
        row = self._db.execute("SELECT seq FROM records WHERE id = ? AND kind = ?", (record_id, kind.kind)).fetchone()
        return int(row[0]) if row else None

    def page(self, kind: type[R], window: Window) -> tuple[list[R], bool]:
        """The records, newest first, and whether there are more in the direction of reading."""
        bodies = self._bodies(kind.kind, window)
        records = [kind(**json.loads(body)) for body in bodies[: window.limit]]
        return (records if window.after is None else records[::-1]), len(bodies) > window.limit

    def _bodies(self, kind: str, window: Window) -> list[str]:
        """One more than the limit, if there are more; from the far end of what comes before `ending_before`."""
        conditions = _conditions(kind, window)
        where = " AND ".join(clause for clause, _ in conditions)
        order = "DESC" if window.after is None else "ASC"
        # Every part of the statement is written in this module; values are bound.
        statement = f"SELECT body FROM records WHERE {where} ORDER BY seq {order} LIMIT ?"  # noqa: S608
        rows = self._db.execute(statement, [*(value for _, value in conditions), window.limit + 1])
        return [row[0] for row in rows]

    def due(self, now: float) -> list[Intent | Refund]:
        rows = self._db.execute("SELECT kind, body FROM records WHERE due <= ? ORDER BY due, seq LIMIT 100", (now,))
        return [(Refund if kind == Refund.kind else Intent)(**json.loads(body)) for kind, body in rows.fetchall()]

    def count(self, kind: type[R], intent_id: str) -> int:
        """How many there are of an intent."""
        row = self._db.execute(
            "SELECT COUNT(*) FROM records WHERE payment_intent = ? AND kind = ?", (intent_id, kind.kind)
        ).fetchone()
        return int(row[0])

    def move(self, kind: str, intent: Intent, amount: int, now: float) -> None:
        """Append a movement of money to the ledger, with the intent's metadata as it is now."""
        values = (new_id("mov_"), kind, intent.id, amount, intent.currency, json.dumps(intent.metadata), int(now))
        self._db.execute(
            "INSERT INTO ledger (id, type, payment_intent, amount, currency, metadata, created) "
            "VALUES (?, ?, ?, ?, ?, ?, ?)",
            values,
        )

    def ledger(self) -> list[JSON]:
        rows = self._db.execute(
            "SELECT id, type, payment_intent, amount, currency, metadata, created FROM ledger ORDER BY seq"
        )
        names = [column[0] for column in rows.description]
        return [{**dict(zip(names, row, strict=True)), "metadata": json.loads(row[5])} for row in rows]

    def received(self) -> dict[str, int]:
        """Captured less refunded, by currency."""
        rows = self._db.execute(
            "SELECT currency, SUM(CASE type WHEN 'captured' THEN amount WHEN 'refund_failed' THEN amount "
            "WHEN 'refunded' THEN -amount ELSE 0 END) "
            "FROM ledger GROUP BY currency ORDER BY currency"
        )
        return dict(rows.fetchall())

    def answered(self, key: str, since: float) -> Stored | None:
        row = self._db.execute("SELECT * FROM keys WHERE key = ? AND created >= ?", (key, since)).fetchone()
        if row is None:
            return None
        _, path, parameters, status, body, request_id, created = row
        return Stored(key, path, parameters, status, json.loads(body), request_id, created)

    def keep(self, stored: Stored) -> None:
        values = (stored.key, stored.path, stored.parameters, stored.status, json.dumps(stored.body))
        self._db.execute(
            "INSERT OR REPLACE INTO keys VALUES (?, ?, ?, ?, ?, ?, ?)", (*values, stored.request_id, stored.created)
        )

    def deliver(self, event_id: str, due: float) -> None:
        self._db.execute("INSERT INTO deliveries VALUES (?, 0, ?)", (event_id, due))

    def deliveries(self, now: float) -> list[tuple[Event, int]]:
        """Events to send now, oldest first, each with the number of attempts made."""
        rows = self._db.execute(
            "SELECT body, attempts FROM deliveries JOIN records ON id = event_id WHERE deliveries.due <= ? "
            "ORDER BY seq LIMIT 20",
            (now,),
        )
        return [(Event(**json.loads(body)), attempts) for body, attempts in rows.fetchall()]

    def delivered(self, event_id: str) -> None:
        self._db.execute("DELETE FROM deliveries WHERE event_id = ?", (event_id,))

    def postpone(self, event_id: str, due: float) -> None:
        self._db.execute("UPDATE deliveries SET attempts = attempts + 1, due = ? WHERE event_id = ?", (due, event_id))


def _conditions(kind: str, window: Window) -> list[tuple[str, object]]:
    """SQL conditions, each with the value of its one mark."""
    conditions: list[tuple[str, object]] = [("kind = ?", kind)]
    if window.before is not None:
        conditions.append(("seq < ?", window.before))
    if window.after is not None:
        conditions.append(("seq > ?", window.after))
    if window.payment_intent is not None:
        conditions.append(("payment_intent = ?", window.payment_intent))
    if window.types:
        types = json.dumps(window.types)
        conditions.append(("json_extract(body, '$.type') IN (SELECT value FROM json_each(?))", types))
    return conditions + [(f"created {comparison} ?", moment) for comparison, moment in window.created]
