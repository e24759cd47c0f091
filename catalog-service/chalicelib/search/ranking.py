"""What a query finds in some segments, best first, and how many there are by category and price.

Every word of the query has to be there, as it is or as the beginning of a word. Where nothing has them all, a word of
five letters or more may also differ by one edit; and if then nothing has them all, what has most of them is found, a
rare word being worth more than a common one: all that has half as much as the best, by that first. A word counts more
in the name than in the rest, whole more than as a beginning, and more in a short name; of equals the newer is first: a
total order. Names of categories count as words of the rest of what stands in them.
"""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import reduce
from heapq import merge
from itertools import islice
from operator import and_, or_

from chalicelib.search.bits import add, below, by_number, highest, members
from chalicelib.search.documents import Document
from chalicelib.search.segment import SHORTEST_SLIP, Segment
from chalicelib.search.words import one_edit_apart, stem, words

MOST_WORDS = 12
_WEIGHTS = (12, 9, 6, 3, 2, 1)  # whole, beginning, alike: in the name, then in the rest
_POINTS_BITS = (MOST_WORDS * 12 + 4).bit_length()
_SHORT_NAMES = ((1, 4), (2, 3), (4, 2), (6, 1))  # up to so many words: so many points

Found = tuple[int, ...]  # the documents that have a word, for each of the weights
Labels = Mapping[str, Collection[str]]  # the terms of each shelf's name


@dataclass(frozen=True)
class Filters:
    """Prices in minor units of the currency, both ends included. With `priced`, only what has a price in it."""

    status: frozenset[str]
    currency: str
    priced: bool = False
    shelf: str | None = None
    min_price: int | None = None
    max_price: int | None = None


@dataclass(frozen=True)
class Hit:
    score: int
    document: Document


@dataclass(frozen=True)
class _Matches:
    """One segment's matches before filters by category and price, with the planes of their scores."""

    segment: Segment
    all: int
    scores: list[int]


class Results:
    """The matches of a query in segments, each given with those of its documents that count no more."""

    def __init__(self, segments: Sequence[tuple[Segment, int]], query: str, filters: Filters, labels: Labels) -> None:
        self._filters = filters
        among = [_among(segment, dead, filters) for segment, dead in segments]
        sought = list(dict.fromkeys(words(query)))[:MOST_WORDS]
        if query.strip() and not sought:
            among = [0] * len(among)
        only = [segment for segment, _ in segments]
        found = [_find(only, word, labels) for word in sought]
        matching = _with_all(found, among)
        worths: list[list[int]] = [[] for _ in only]
        if sought and not any(matching):
            found = [_widened(only, word, known, labels) for word, known in zip(sought, found, strict=True)]
            matching = _with_all(found, among)
            if not any(matching):
                matching, worths = _with_most(found, among)
        self._matches = [
            _Matches(segment, matching[place], _scores(segment, matching[place], [one[place] for one in found], worth))
            for place, (segment, worth) in enumerate(zip(only, worths, strict=True))
        ]

    def best(self, number: int, after: tuple[int, str] | None = None) -> list[Hit]:
        """So many hits, from the one after a score and id."""
        streams = [self._stream(one, after) for one in self._matches]
        return [hit for _, _, hit in islice(merge(*streams, key=lambda one: one[:2], reverse=True), number)]

    def by_shelf(self, shelves: Sequence[str]) -> dict[str, int]:
        """How many match on each, whatever category was asked for."""
        priced = [(one.segment, self._in_price(one, one.all)) for one in self._matches]
        return {
            shelf: sum((found & segment.holding("shelf", shelf)).bit_count() for segment, found in priced)
            for shelf in shelves
        }

    def by_price(self, bounds: Sequence[int]) -> list[int]:
        """How many match below the first bound, from each to the next, and from the last one, whatever price was
        asked for."""
        totals = [0] * (len(bounds) + 1)
        for one in self._matches:
            shelved = self._in_shelf(one, one.all) & one.segment.holding("priced", self._filters.currency)
            planes = one.segment.planes(self._filters.currency)
            cheaper = [below(planes, bound, shelved).bit_count() for bound in bounds]
            for place, (least, most) in enumerate(zip([0, *cheaper], [*cheaper, shelved.bit_count()], strict=True)):
                totals[place] += most - least
        return totals

    def _stream(self, one: _Matches, after: tuple[int, str] | None) -> Iterator[tuple[int, str, Hit]]:
        wanted = self._in_price(one, self._in_shelf(one, one.all))
        for score, group in by_number(one.scores, wanted):
            if after is not None and score >= after[0]:
                group = group & one.segment.older_than(after[1]) if score == after[0] else 0
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
        found &= one.segment.holding("priced", self._filters.currency)
        planes = one.segment.planes(self._filters.currency)
        if most is not None:
            found = below(planes, most + 1, found)
        return found if least is None else found & ~below(planes, least, found)


def _among(segment: Segment, dead: int, filters: Filters) -> int:
    """What the caller may find at all: nothing else can have an influence on what is found."""
    allowed = reduce(or_, (segment.holding("status", status) for status in filters.status), 0)
    priced = segment.holding("priced", filters.currency) if filters.priced else segment.all
    return allowed & priced & ~dead


def _find(segments: Sequence[Segment], word: str, labels: Labels) -> list[Found]:
    """Where a word is, in each segment."""
    whole = _labelled(labels, lambda term: term == stem(word))
    beginning = _labelled(labels, lambda term: term.startswith(word))
    found: list[Found] = []
    for segment in segments:
        name, rest = segment.whole(word)
        name_beginning, rest_beginning = segment.beginning(word)
        rest, rest_beginning = rest | segment.on(whole), rest_beginning | segment.on(beginning)
        found.append((name, name_beginning, 0, rest, rest_beginning, 0))
    return found


def _widened(segments: Sequence[Segment], word: str, known: Sequence[Found], labels: Labels) -> list[Found]:
    """The same, and where a word is that may be meant."""
    if len(word) < SHORTEST_SLIP:
        return list(known)
    alike = _labelled(labels, lambda term: one_edit_apart(term, word) or one_edit_apart(term, stem(word)))
    found: list[Found] = []
    for segment, (name, name_beginning, _, rest, rest_beginning, _) in zip(segments, known, strict=True):
        name_alike, rest_alike = segment.alike(word)
        found.append((name, name_beginning, name_alike, rest, rest_beginning, rest_alike | segment.on(alike)))
    return found


def _labelled(labels: Labels, fits: Callable[[str], bool]) -> list[str]:
    return [shelf for shelf, terms in labels.items() if any(map(fits, terms))]


def _any(found: Found) -> int:
    return reduce(or_, found)


def _with_all(found: Sequence[Sequence[Found]], among: Sequence[int]) -> list[int]:
    """In each segment, what has every word."""
    return [reduce(and_, (_any(one[place]) for one in found), all_) for place, all_ in enumerate(among)]


def _with_most(found: Sequence[Sequence[Found]], among: Sequence[int]) -> tuple[list[int], list[list[int]]]:
    """What has at least half of what the best has of the words, and the planes of what all have."""
    worths: list[list[int]] = [[] for _ in among]
    total = sum(map(int.bit_count, among))
    for one in found:
        holding = [_any(each) & all_ for each, all_ in zip(one, among, strict=True)]
        number = sum(map(int.bit_count, holding))
        for planes, bits in zip(worths, holding, strict=True):
            add(planes, bits, (total // number).bit_length() if number else 0)
    best = max((highest(planes, all_) for planes, all_ in zip(worths, among, strict=True)), default=0)
    least = max(best + 1 >> 1, 1)
    matching = [all_ & ~below(planes, least, all_) for planes, all_ in zip(worths, among, strict=True)]
    return matching, worths


def _scores(segment: Segment, matching: int, found: Sequence[Found], worth: Sequence[int]) -> list[int]:
    """As planes. Of each word the best of its finds counts, after what the words are worth where some are missing."""
    scores = [0] * _POINTS_BITS + [plane & matching for plane in worth]
    for one in found:
        left = matching
        for documents, weight in zip(one, _WEIGHTS, strict=True):
            add(scores, documents & left, weight)
            left &= ~documents
    if found:
        _favour_short_names(segment, matching, scores)
    return scores


def _favour_short_names(segment: Segment, matching: int, scores: list[int]) -> None:
    lower = 0
    for most, points in _SHORT_NAMES:
        lengths = (segment.holding("length", f"{length:02d}") for length in range(lower, most + 1))
        add(scores, reduce(or_, lengths, 0) & matching, points)
        lower = most + 1
