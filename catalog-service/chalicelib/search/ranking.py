"""What a query finds in some segments, best first, and how many there are by category and price.

Every word of the query is sought, also as a beginning of words; one of five letters or more that is nowhere may differ
by one edit. Documents that hold all words come alone; only if there are none, those that hold most. A word counts more
in the name than in the rest, whole more than as a beginning, and more in a short name; of equals the newer is first: a
total order.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from heapq import merge
from itertools import islice

from chalicelib.search.bits import add, below, by_number, members
from chalicelib.search.segment import Document, Found, Segment
from chalicelib.search.words import words

MOST_WORDS = 12
_NAME, _NAME_BEGINNING, _BODY, _BODY_BEGINNING = 12, 9, 3, 2
_EACH_WORD = 64  # for documents that lack some: more than all other points of one word
_SHORT_NAMES = ((2, 3), (4, 2), (6, 1))  # up to so many words: so many points


@dataclass(frozen=True)
class Filters:
    """Prices in minor units, both ends included."""

    shelf: str | None = None
    min_price: int | None = None
    max_price: int | None = None


@dataclass(frozen=True)
class Hit:
    score: int
    document: Document


@dataclass
class _Matches:
    """One segment's matches before filters, with the planes of their scores."""

    segment: Segment
    all: int
    scores: list[int]


class Results:
    """The matches of a query in segments, each given with those of its documents that count no more."""

    def __init__(self, segments: Sequence[tuple[Segment, int]], query: str, filters: Filters) -> None:
        self._filters = filters
        sought = list(dict.fromkeys(words(query)))[:MOST_WORDS]
        alive = [(segment, segment.all & ~dead) for segment, dead in segments]
        found = [_find(alive, word) for word in sought]
        self._matches = [
            _matches(segment, among, [one[place] for one in found], every=_together(found))
            for place, (segment, among) in enumerate(alive)
        ]

    def best(self, number: int, after: tuple[int, str] | None = None) -> list[Hit]:
        """So many hits, from the one after a score and id."""
        streams = [self._stream(one, after) for one in self._matches]
        return list(islice(_merged(streams), number))

    def counts(self, shelves: Sequence[str], bounds: Sequence[int]) -> tuple[dict[str, int], list[int]]:
        """Matches by shelf, whatever category was asked for, and by price between the bounds, whatever price was."""
        by_shelf = dict.fromkeys(shelves, 0)
        by_price = [0] * (len(bounds) + 1)
        for one in self._matches:
            priced = self._in_price(one, one.all)
            for shelf in shelves:
                by_shelf[shelf] += (priced & one.segment.holding("shelf", shelf)).bit_count()
            shelved = self._in_shelf(one, one.all) & one.segment.holding("priced")
            planes, lower = one.segment.planes("price"), 0
            for place, bound in enumerate(bounds):
                cheaper = below(planes, bound, shelved).bit_count()
                by_price[place], lower = by_price[place] + cheaper - lower, cheaper
            by_price[-1] += shelved.bit_count() - lower
        return by_shelf, by_price

    def _stream(self, one: _Matches, after: tuple[int, str] | None) -> Iterator[tuple[int, str, Hit]]:
        wanted = self._in_price(one, self._in_shelf(one, one.all))
        for score, group in by_number(one.scores, wanted):
            if after is not None:
                if score > after[0]:
                    continue
                if score == after[0]:
                    group &= one.segment.older_than(after[1])
            for number in members(group):
                document = one.segment.document(number)
                yield score, document.id, Hit(score, document)

    def _in_shelf(self, one: _Matches, found: int) -> int:
        shelf = self._filters.shelf
        return found if shelf is None else found & one.segment.holding("shelf", shelf)

    def _in_price(self, one: _Matches, found: int) -> int:
        least, most = self._filters.min_price, self._filters.max_price
        if least is None and most is None:
            return found
        found &= one.segment.holding("priced")
        planes = one.segment.planes("price")
        if most is not None:
            found = below(planes, most + 1, found)
        return found if least is None else found & ~below(planes, least, found)


def _find(alive: Sequence[tuple[Segment, int]], word: str) -> list[Found]:
    """A word in each segment; with a slip of the pen only where no segment has it as it is."""
    found = [_among(segment.find(word), among) for segment, among in alive]
    if any(one.any for one in found):
        return found
    return [_among(segment.find_alike(word), among) for segment, among in alive]


def _among(found: Found, among: int) -> Found:
    return Found(found.name & among, found.name_beginning & among, found.body & among, found.body_beginning & among)


def _together(found: Sequence[Sequence[Found]]) -> bool:
    """Whether any document holds every word."""
    return any(_all(one) for one in zip(*found, strict=True))


def _all(found: Sequence[Found]) -> int:
    together = found[0].any
    for one in found[1:]:
        together &= one.any
    return together


def _matches(segment: Segment, alive: int, found: Sequence[Found], *, every: bool) -> _Matches:
    if not found:
        return _Matches(segment, alive, [])
    matching = _all(found) if every else _any(found)
    scores: list[int] = []
    for one in found:
        left = matching
        for bits, weight in (
            (one.name, _NAME),
            (one.name_beginning, _NAME_BEGINNING),
            (one.body, _BODY),
            (one.body_beginning, _BODY_BEGINNING),
        ):
            add(scores, bits & left, weight + (0 if every else _EACH_WORD))
            left &= ~bits
    _favour_short_names(segment, matching, scores)
    return _Matches(segment, matching, scores)


def _favour_short_names(segment: Segment, matching: int, scores: list[int]) -> None:
    lower = 0
    for most, points in _SHORT_NAMES:
        bits = 0
        for length in range(lower, most + 1):
            bits |= segment.holding("words", f"{length:02d}")
        add(scores, bits & matching, points)
        lower = most + 1


def _any(found: Sequence[Found]) -> int:
    together = 0
    for one in found:
        together |= one.any
    return together


def _merged(streams: Sequence[Iterator[tuple[int, str, Hit]]]) -> Iterator[Hit]:
    """The best of each segment's best, until nobody asks for more."""
    for _, _, hit in merge(*streams, key=lambda one: (one[0], one[1]), reverse=True):
        yield hit
