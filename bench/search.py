"""The search index over 100,000 products, beside SQLite's own full-text index (FTS5) over the same ones.

The products are made of the words of the demo range, as shops have them: few words in most names, many rare ones, 40
categories in a tree of two levels. `DIAMONDS=diamonds.csv` (plotnine has it in its package) takes those instead, twice.
"""

import csv
import importlib
import os
import random
import re
import resource
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from functools import partial
from itertools import accumulate
from pathlib import Path
from typing import IO, Any

from common.schemas import Money
from common.storage import NotModified
from tools.shop.demo import catalogue

NUMBER = int(os.environ.get("PRODUCTS", "100000"))
SERVICE = Path(__file__).parents[1] / "catalog-service"
SHELVES = [f"cat_{number:02d}" for number in range(40)]
TURNS = 15
BOUNDS = (1_000, 2_500, 5_000, 10_000, 25_000, 50_000, 100_000)


def main() -> None:
    print(f"load of the machine at the start: {os.getloadavg()[0]:.2f}, {os.cpu_count()} processors")
    with tempfile.TemporaryDirectory() as folder:
        ours(prepare(Path(folder)))
        fts5(Path(folder) / "fts5.sqlite")


def prepare(folder: Path) -> "Folder":
    """The service, with a folder as its bucket."""
    sys.path[:0] = [str(SERVICE), str(SERVICE / "vendor")]
    os.environ.setdefault("AWS_DEFAULT_REGION", "eu-central-1")
    service("config").bucket = bucket = Folder(folder)
    return bucket


class Folder:
    """A bucket without a network: what is measured is this service's own work."""

    def __init__(self, path: Path) -> None:
        self.path = path
        (path / "search").mkdir(exist_ok=True)

    def read(self, key: str) -> tuple[bytes, str] | None:
        file = self.path / key
        return (file.read_bytes(), str(file.stat().st_mtime_ns)) if file.exists() else None

    def read_newer(self, key: str, etag: str) -> tuple[bytes, str] | None:
        found = self.read(key)
        if found and found[1] == etag:
            raise NotModified
        return found

    def stat(self, key: str) -> tuple[int, str]:
        return (self.path / key).stat().st_size, ""

    def read_range(self, key: str, start: int, length: int, _: str) -> bytes:
        with (self.path / key).open("rb") as file:
            file.seek(start)
            return file.read(length)

    def put(self, key: str, content: bytes, *_: str) -> None:
        (self.path / key).write_bytes(content)

    def put_file(self, key: str, file: IO[bytes], _: str) -> None:
        self.put(key, file.read())

    def replace(self, key: str, content: bytes, *_: str, **__: str | None) -> None:
        self.put(key, content)

    def delete(self, key: str) -> None:
        (self.path / key).unlink(missing_ok=True)

    def keys(self, *_: str) -> list[str]:
        return [f"search/{file.name}" for file in (self.path / "search").iterdir()]

    def size(self) -> int:
        return sum(file.stat().st_size for file in self.path.rglob("*") if file.is_file())


def service(module: str) -> Any:
    """A module of catalog-service."""
    return importlib.import_module(f"chalicelib.{module}")


def ours(bucket: Folder) -> None:
    read, library = service("search.reader").Reader, service("search.library")
    before = memory()
    with timed("build, from the products' texts to the object"):
        library.replace_all(document(number, row) for number, row in enumerate(rows()))
    print(f"memory that the build added at most: {memory() - before:.0f} MB")
    print(f"index: {bucket.size() / 1e6:.1f} MB")
    in_a_process_of_its_own(bucket.path)
    reader = read()
    reader.segments()
    report("ours", lambda text, filters: ask(reader, text, filters))
    refreshes(reader, library)


def cold(reader: Any) -> None:
    """In a process that has built nothing: what a function's instance pays and holds."""
    before = current()
    with timed("cold load, without the network"):
        reader._read()
    print(f"memory of the index once loaded: {current() - before:.0f} MB", end="")
    for text, filters in queries():
        ask(reader, text, filters)
    print(f", after the queries {current() - before:.0f} MB")


def refreshes(reader: Any, library: Any) -> None:
    """Changes of one product, while there are few and many of them that are in no segment yet."""
    row = next(rows())
    for pending in (1, library.MOST_CHANGES // 2, library.MOST_CHANGES - 20):
        write(library, [document(number, row) for number in range(pending)])
        writing = median(lambda number: write(library, [document(number, row)]))
        reading = median(lambda _: reader._open(*library.load()))
        print(f"one change, {pending:>3} pending: writing {writing:.1f} ms, reading {reading:.1f} ms of a processor")


def write(library: Any, documents: list[Any]) -> None:
    library.apply(lambda: {one.id: one for one in documents})


def ask(reader: Any, text: str, wanted: dict[str, Any]) -> int:
    """A page of 24 with all facets; how many there are."""
    ranking = service("search.ranking")
    filters = ranking.Filters(frozenset({"active"}), "EUR", **wanted)
    results = ranking.Results(reader.segments(), text, filters, LABELS)
    results.best(25)
    results.by_shelf(SHELVES)
    return sum(results.by_price(BOUNDS))


LABELS = {shelf: [f"department{number:02d}"] for number, shelf in enumerate(SHELVES)}


def fts5(path: Path) -> None:
    """The alternative: bm25 over names and texts, facets by grouping, in one file that is written in place."""
    db = sqlite3.connect(path)
    db.executescript(
        "CREATE VIRTUAL TABLE f USING fts5(name, text, content='', prefix='2 3 4', detail=column,"
        " tokenize='porter unicode61 remove_diacritics 2');"
        "CREATE TABLE d (id INTEGER PRIMARY KEY, shelf TEXT, price INTEGER, face BLOB);"
    )
    with timed("\nFTS5: build"), db:
        for number, (name, text, shelf, price) in enumerate(rows(), 1):
            db.execute("INSERT INTO f (rowid, name, text) VALUES (?, ?, ?)", (number, name, text))
            db.execute("INSERT INTO d VALUES (?, ?, ?, ?)", (number, shelf, price, b"x" * 150))
    print(f"FTS5: {path.stat().st_size / 1e6:.1f} MB")
    report("FTS5", lambda text, filters: ask_fts5(db, text, filters))


def ask_fts5(db: sqlite3.Connection, text: str, wanted: dict[str, Any]) -> int:
    match = " ".join(f'"{word}"*' for word in text.split())
    limits = "d.price BETWEEN ? AND ? AND (? IS NULL OR d.shelf = ?)"
    least, most, shelf = wanted.get("min_price", 0), wanted.get("max_price", 1 << 40), wanted.get("shelf")
    values = (match, least, most, shelf, shelf)
    source = f"FROM f JOIN d ON d.id = f.rowid WHERE f MATCH ? AND {limits}"
    db.execute(f"SELECT d.id, d.face {source} ORDER BY bm25(f, 10, 1) LIMIT 25", values).fetchall()
    found = db.execute(f"SELECT shelf, count(*) {source} GROUP BY 1", values).fetchall()
    bands = " + ".join(f"(d.price >= {bound})" for bound in BOUNDS)
    db.execute(f"SELECT {bands}, count(*) {source} GROUP BY 1", values).fetchall()
    return sum(count for _, count in found)


def report(name: str, ask: Callable[[str, dict[str, Any]], int]) -> None:
    """Each query's median; the mix's p50 and p95 are over all single calls. Beside the time that passed stands that of
    the processor, which a busy machine does not lengthen as much."""
    passed, worked = [], []
    for text, filters in queries():
        times = [seconds(partial(ask, text, filters)) for _ in range(TURNS)]
        passed += [one for one, _ in times]
        worked += [one for _, one in times]
        told = " ".join(f"{key}={value}" for key, value in filters.items())
        usual = statistics.median(one for _, one in times) * 1000
        print(f"{name} {usual:8.2f} ms of a processor, {ask(text, filters):6} found: {text!r} {told}")
    for what, every in (("passed", passed), ("of a processor", worked)):
        cut = statistics.quantiles(every, n=100)
        print(f"{name}: p50 {cut[49] * 1000:.2f} ms, p95 {cut[94] * 1000:.2f} ms {what}")


def queries() -> list[tuple[str, dict[str, Any]]]:
    """Broad, narrow, beginnings, misspelt, several words, one too many, filtered."""
    first, *common = VOCABULARY[:6]
    middle, rare = VOCABULARY[len(VOCABULARY) // 2], VOCABULARY[-40]
    swapped = middle[:2] + middle[3] + middle[2] + middle[4:]
    texts = [first, first[0], first[:2], middle, middle[:4], rare, swapped]
    texts += [f"{first} {common[0]}", f"{common[1]} {middle}", f"{first} {common[2]} {common[3]}"]
    texts += [f"{middle} {rare} {common[4]}", "quartzite"]
    limits = {"min_price": 2_000, "max_price": 90_000}
    filtered: list[tuple[str, dict[str, Any]]] = [
        (first, {"shelf": SHELVES[5]}),
        (first, limits),
        (middle, {**limits, "shelf": SHELVES[7]}),
    ]
    return [*((text, {}) for text in texts), *filtered]


def document(number: int, row: tuple[str, str, str, int]) -> Any:
    documents, words = service("search.documents"), service("search.words").words
    name, text, shelf, price = row
    slug = f"product-{number}"
    face = service("products.cards").Face(
        slug=slug,
        name=name,
        status="active",
        price=Money(price, "EUR"),
        compare_at_price=None,
        available=True,
        thumb=f"images/prd_{number:026d}/img_{number:026d}-160.webp",
    )
    return documents.Document(
        id=f"prd_{number:026d}",
        status="active",
        name=documents.terms(name),
        rest=documents.terms(text, slug),
        length=len(words(name)),
        shelves=sorted({shelf, SHELVES[SHELVES.index(shelf) // 5]}),
        face=face,
    )


def rows() -> Iterator[tuple[str, str, str, int]]:
    """Name, text, category and price: the same ones each time."""
    chance = random.Random(1)
    for number in range(NUMBER):
        shelf, price = chance.choice(SHELVES), int(chance.lognormvariate(8.5, 1.2)) + 99
        if DIAMONDS:
            one = DIAMONDS[number % len(DIAMONDS)]
            name = f"{one['cut']} diamond {one['color']} {one['clarity']} {one['carat']} carat"
            text = f"Depth {one['depth']}, table {one['table']}, {one['x']} by {one['y']} by {one['z']} mm"
            yield name, text, shelf, int(one["price"]) * 100 + number // len(DIAMONDS)
        else:
            words = chance.choices(VOCABULARY, cum_weights=WEIGHTS, k=chance.randint(2, 6))
            text = " ".join(chance.choices(VOCABULARY, cum_weights=WEIGHTS, k=chance.randint(12, 60)))
            yield " ".join(words).capitalize(), text, shelf, price


def vocabulary() -> list[str]:
    """The demo range's words by how often they are used, then as many compounds of two as a large range has."""
    counted: dict[str, int] = {}
    for goods in catalogue.load().goods:
        for word in re.findall("[a-z]+", f"{goods.body['name']} {goods.body['description']}".lower()):
            counted[word] = counted.get(word, 0) + 1
    found = sorted((word for word in counted if len(word) > 3), key=lambda word: (-counted[word], word))
    chance = random.Random(2)
    compounds = {chance.choice(found) + chance.choice(found) for _ in range(20_000)}
    return [*found, *sorted(compounds)]


def diamonds() -> list[dict[str, str]]:
    path = os.environ.get("DIAMONDS")
    if not path:
        return []
    with Path(path).open(newline="") as file:
        return list(csv.DictReader(file))


DIAMONDS = diamonds()
VOCABULARY = (
    ["diamond", "ideal", "premium", "carat", "good", "depth", "table", "fair", "very", "vvs2"] * 5  # as queries only
    if DIAMONDS
    else vocabulary()
)
WEIGHTS = list(accumulate(1 / (place + 10) for place in range(len(VOCABULARY))))  # as words are used: Zipf's law


class timed:  # noqa: N801 - used as a statement
    def __init__(self, what: str) -> None:
        self.what = what

    def __enter__(self) -> None:
        self.wall, self.cpu = time.perf_counter(), time.process_time()

    def __exit__(self, *_: object) -> None:
        wall, cpu = time.perf_counter() - self.wall, time.process_time() - self.cpu
        print(f"{self.what}: {wall:.2f} s ({cpu:.2f} s of a processor)")


def seconds(call: Callable[[], object]) -> tuple[float, float]:
    """That passed, and of the processor."""
    started = time.perf_counter(), time.thread_time()
    call()
    return time.perf_counter() - started[0], time.thread_time() - started[1]


def median(call: Callable[[int], object]) -> float:
    """Milliseconds of a processor."""
    return statistics.median(seconds(partial(call, number))[1] for number in range(9)) * 1000


def memory() -> float:
    """The most that this process has had, in MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def current() -> float:
    """What this process has now, in MB."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * resource.getpagesize() / 1e6


def in_a_process_of_its_own(folder: Path) -> None:
    sys.stdout.flush()
    subprocess.run([sys.executable, "-m", "bench.search", str(folder)], check=True)


if __name__ == "__main__":
    prepare(Path(sys.argv[1]))
    cold(service("search.reader").Reader())
