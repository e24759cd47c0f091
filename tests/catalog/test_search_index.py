"""The index in the bucket, whatever happens to it, against a plain model: it says what the table says."""

import itertools
import threading
from contextlib import suppress

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule
from msgspec.structs import replace

from chalicelib import config
from chalicelib.prices import Price
from chalicelib.search import library, parts
from chalicelib.search.ranking import Filters, Results
from chalicelib.search.reader import Reader
from common.problems import Unavailable
from tests.catalog.search_model import Bucket, document, ranked

SHELVES = {"top": "Home", "below": "Lights"}
WORDS = ("lamp", "lamps", "lamb", "table", "tables", "tablet", "oak", "oaken", "brass", "straße", "灯具", "l-9")
EVERYBODY = frozenset({"active"})
OPEN = Filters(EVERYBODY, "EUR")
texts = st.lists(st.sampled_from(WORDS), max_size=4).map(" ".join)
numbers = st.integers(0, 11)
products = st.builds(
    dict,
    name=st.lists(st.sampled_from(WORDS), min_size=1, max_size=4).map(" ".join),
    text=texts,
    price=st.sampled_from([None, 0, 1, 999, 1000, 1001, 2**36]),
    status=st.sampled_from(["active", "active", "draft"]),
    shelves=st.sampled_from([[], ["top"], ["below", "top"]]),
    prices=st.sampled_from([{}, {"USD": Price(1000)}]),
)
queries = st.lists(st.sampled_from((*WORDS, "la", "t", "tabel", "ligths", "home", "zzzzz")), max_size=3).map(" ".join)
prices = st.sampled_from([None, None, 0, 999, 1000])
filters = st.builds(
    Filters,
    status=st.sampled_from([EVERYBODY, frozenset({"draft"}), frozenset({"active", "draft"})]),
    currency=st.sampled_from(["EUR", "USD"]),
    priced=st.booleans(),
    shelf=st.sampled_from([None, None, "top", "below", "none"]),
    min_price=prices,
    max_price=prices,
)


@pytest.fixture
def bucket(monkeypatch):
    monkeypatch.setattr(config, "bucket", Bucket())
    return config.bucket


@pytest.fixture
def table():
    return Table()


class Table:
    """The truth, and how the stream's handler learns of it."""

    def __init__(self):
        self.rows = {}

    def put(self, number, **fields):
        self.rows[f"prd_{number:04d}"] = document(number, **fields)

    def follow(self, *numbers, during=lambda: None):
        """`during` comes between reading the table and writing the index."""
        library.apply(lambda: self._read(numbers, during)) or self.rebuild()

    def _read(self, numbers, during=lambda: None):
        found = {one: self.rows.get(one) for one in (f"prd_{number:04d}" for number in numbers)}
        during()
        return found

    def rebuild(self, during=lambda: None):
        """`during` comes when half of it is read."""
        rows = [self.rows[one] for one in sorted(self.rows)]
        half = len(rows) // 2
        library.replace_all(itertools.chain(rows[:half], self._nothing(during), rows[half:]))

    @staticmethod
    def _nothing(during):
        during()
        yield from ()


def indexed():
    return {one.id: one for one in parts.living(library.open_all())}


def found(reader, query, wanted=None, number=100, after=None):
    results = Results(reader.segments(), query, wanted or OPEN, LABELS)
    return results.best(number, after)


LABELS = {"top": {"home"}, "below": {"light", "lights"}}


class Index(RuleBasedStateMachine):
    """Changes, in batches, repeated and late, by two writers at once, with merges, rebuilds and crashes between."""

    @initialize(rows=st.lists(products, min_size=5, max_size=10))
    def begin(self, rows):
        self.change(dict(enumerate(rows)))
        self.follow(set())

    def __init__(self):
        super().__init__()
        self.patch = pytest.MonkeyPatch()
        self.bucket = Bucket()
        self.patch.setattr(config, "bucket", self.bucket)
        self.patch.setattr(library, "MOST_CHANGES", 3)
        self.patch.setattr(library, "_RATIO", 0.5)
        self.table, self.reader, self.untold = Table(), Reader(), set()

    @rule(rows=st.dictionaries(numbers, st.one_of(st.none(), products), min_size=1, max_size=5))
    def change(self, rows):
        for number, fields in rows.items():
            if fields is None:
                self.table.rows.pop(f"prd_{number:04d}", None)
            else:
                self.table.put(number, **fields)
        self.untold |= rows.keys()

    @rule(others=st.sets(numbers, max_size=3))
    def follow(self, others):
        self.table.follow(*self.untold, *others)
        self.untold.clear()

    @rule(number=numbers, fields=products)
    def two_writers_at_once(self, number, fields):
        def overtake():
            if not done:
                done.append(True)
                self.table.put(number, **fields)
                self.table.follow(number)

        done: list[bool] = []
        self.table.follow(number, during=overtake)

    @rule(rows=st.dictionaries(numbers, products, max_size=6))
    def rebuild(self, rows):
        def go_on():
            for number, fields in rows.items():
                self.table.put(number, **fields)
                self.table.follow(number)

        self.table.rebuild(during=go_on)

    @rule(steps=st.integers(0, 6))
    def crash(self, steps):
        """The bucket takes so many writes more, then none: nothing is told to anybody."""
        self.bucket.put, self.bucket.replace = dying(self.bucket.put, steps), dying(self.bucket.replace, steps)
        with suppress(Unavailable):
            self.table.rebuild() if steps % 2 else self.table.follow(*self.untold)
        del self.bucket.put, self.bucket.replace

    @rule(query=queries, wanted=filters)
    def search(self, query, wanted):
        self.follow(set())
        self.reader._asked_at = (0.0, 0.0)
        for one, limits in ((query, wanted), (query, OPEN), ("lamp", OPEN), ("", OPEN)):
            hits = found(self.reader, one, limits)
            assert [hit.document.id for hit in hits] == ranked(self.table.rows, one, limits, SHELVES)
            shown = {one: replace(row, name=[], rest=[]) for one, row in self.table.rows.items()}
            assert all(shown[hit.document.id] == hit.document for hit in hits)

    @invariant()
    def what_was_told_is_there(self):
        told = {one: row for one, row in self.table.rows.items() if int(one[4:]) not in self.untold}
        there = {one: row for one, row in indexed().items() if int(one[4:]) not in self.untold}
        assert there == told

    def teardown(self):
        self.patch.undo()


def dying(write, steps):
    count = itertools.count()

    def call(*arguments, **options):
        if next(count) >= steps:
            raise Unavailable
        return write(*arguments, **options)

    return call


Index.TestCase.settings = settings(
    max_examples=30, stateful_step_count=15, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True
)
quickly = settings(max_examples=60, deadline=None)
TestIndex = Index.TestCase


def test_a_rebuild_puts_right_what_was_wrong(bucket, table):
    table.put(1)
    table.follow(1)
    library.apply(lambda: {"prd_0001": document(1, name="wrong"), "prd_0009": document(9)})

    table.rebuild()

    assert indexed() == table.rows


def test_of_two_rebuilds_at_once_the_later_counts(bucket, table):
    table.put(1)

    with pytest.raises(library.Overtaken):
        table.rebuild(during=table.rebuild)

    assert indexed() == table.rows


@pytest.mark.parametrize("content", [b"", b"{", b'{"format": 0}', b"[]"])
def test_a_damaged_or_old_index_serves_on_where_it_is_known_and_can_be_made_anew(bucket, table, content):
    table.put(1)
    table.follow(1)
    known, new = Reader(), Reader()
    found(known, "")
    bucket.objects["search/index.json"] = content
    known._asked_at = (0.0, 0.0)

    assert found(known, "lamp")
    with pytest.raises(Unavailable):
        found(new, "lamp")
    with pytest.raises(parts.Unreadable):
        table.follow(1)
    table.rebuild()
    known._asked_at = new._asked_at = (0.0, 0.0)
    assert len(found(known, "lamp")) == len(found(new, "lamp")) == 1


@pytest.mark.parametrize("half", [True, False])
def test_a_damaged_or_missing_segment_serves_on_where_it_is_known(bucket, table, monkeypatch, half):
    table.put(1)
    table.rebuild()
    known = Reader()
    found(known, "")
    segment = next(key for key in bucket.objects if key.endswith(".sqlite"))
    content = bucket.objects.pop(segment)
    if half:
        bucket.objects[segment] = content[: len(content) // 2]

    with pytest.raises(Unavailable):
        found(Reader(), "lamp")
    assert found(known, "lamp")
    monkeypatch.setattr(library, "MOST_CHANGES", 1)
    with pytest.raises(parts.Unreadable):  # which makes the stream's handler begin anew
        table.follow(1)
    table.rebuild()
    assert found(Reader(), "lamp")


def test_what_is_gone_leaves_the_files_with_the_next_merges(bucket, table, monkeypatch):
    def is_anywhere():
        return any(b"unmentionable" in content for content in bucket.objects.values())

    monkeypatch.setattr(library, "MOST_CHANGES", 2)
    table.put(1, name="unmentionable")
    table.put(2)
    table.follow(1, 2)
    assert is_anywhere()
    table.rows.clear()

    table.follow(1, 2)
    table.follow(1)

    assert not is_anywhere()


def test_segments_that_a_crash_left_are_removed_and_those_of_a_rebuild_are_not(bucket, table, monkeypatch):
    monkeypatch.setattr(library, "MOST_CHANGES", 2)
    for number in range(6):
        table.put(number)

    def upload_and_settle():
        bucket.put(mark.pop(), b"", "")
        for number in range(6):
            table.follow(number)

    def named():
        index, _ = library.load()
        return {part.key for part in (*index.parts, *index.former)}

    table.rebuild()
    bucket.put("search/seg_left.sqlite", b"", "")
    mark = ["search/seg_left_too.sqlite"]
    table.rebuild(during=upload_and_settle)

    assert {*bucket.keys("search/")} - {"search/index.json"} == named()


def test_a_reader_waits_for_a_slow_bucket_only_while_it_has_nothing_to_serve(bucket, table):
    table.put(1)
    table.rebuild()
    reader, answered = Reader(), threading.Event()
    found(reader, "")
    read = bucket.read_newer

    def slow(*arguments):
        answered.wait(20)
        return read(*arguments)

    bucket.read_newer = slow
    table.put(2)
    table.follow(2)
    reader._asked_at = (0.0, 0.0)

    assert len(found(reader, "")) == 1
    answered.set()
    reader._refreshing.join()
    assert len(found(reader, "")) == 2


def test_pages_go_on_where_they_were_while_the_index_moves_on(bucket, table):
    for number in range(10):
        table.put(number)
    table.follow(*range(10))
    reader = Reader()
    first = found(reader, "lamp", number=4)
    table.rows.pop("prd_0006")
    table.put(20)
    table.follow(6, 20)

    second = found(Reader(), "lamp", after=(first[-1].score, first[-1].document.id))

    assert [hit.document.id for hit in [*first, *second]] == [f"prd_{number:04d}" for number in reversed(range(10))]


@quickly
@given(st.lists(products, min_size=3, max_size=8), queries, filters)
def test_a_filter_only_leaves_out_and_moves_nothing(rows, query, wanted):
    segment = parts.in_memory({f"prd_{n:04d}": document(n, **fields) for n, fields in enumerate(rows)})
    open_ = Filters(wanted.status, wanted.currency, wanted.priced)

    def ids(limits):
        return [hit.document.id for hit in Results([(segment, 0)], query, limits, LABELS).best(100)]

    left = set(ids(wanted))
    assert [one for one in ids(open_) if one in left] == ids(wanted)


@quickly
@given(st.lists(products, min_size=3, max_size=8), queries)
def test_counts_are_of_what_is_found(rows, query):
    segment = parts.in_memory({f"prd_{n:04d}": document(n, **fields) for n, fields in enumerate(rows)})
    results = Results([(segment, 0)], query, OPEN, LABELS)
    found = [hit.document for hit in results.best(100)]
    prices = [one.amounts["EUR"] for one in found if "EUR" in one.amounts]

    assert results.by_shelf(["top"]) == {"top": sum("top" in one.shelves for one in found)}
    assert results.by_price([1, 1000]) == [
        sum(price < 1 for price in prices),
        sum(1 <= price < 1000 for price in prices),
        sum(price >= 1000 for price in prices),
    ]


@quickly
@given(queries.filter(str.split))
def test_a_word_in_the_name_comes_before_the_same_in_the_text(query):
    rows = {"prd_0001": document(1, name=query), "prd_0002": document(2, name="other", text=query)}
    results = Results([(parts.in_memory(rows), 0)], query, OPEN, {})

    assert results.best(1)[0].document.id == "prd_0001"
