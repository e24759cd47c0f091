"""What a search must find, said as plainly as can be: every product is looked at, word by word."""

import hashlib
from collections.abc import Mapping
from typing import IO, Any

from chalicelib.search.documents import Document, terms
from chalicelib.search.ranking import Filters
from chalicelib.search.words import stem, words
from common.storage import Changed, NotModified

WEIGHTS = {"whole": (12, 3), "beginning": (9, 2), "alike": (6, 1)}


def distance(left: str, right: str) -> int:
    """Edits between two words: letters left out, put in, replaced, or swapped with their neighbour."""
    rows = [list(range(len(right) + 1))]
    for i, a in enumerate(left, 1):
        rows.append([i])
        for j, b in enumerate(right, 1):
            best = min(rows[i - 1][j] + 1, rows[i][j - 1] + 1, rows[i - 1][j - 1] + (a != b))
            if i > 1 and j > 1 and a == right[j - 2] and left[i - 2] == b:
                best = min(best, rows[i - 2][j - 2] + 1)
            rows[i].append(best)
    return rows[-1][-1]


def kind(word: str, term: str) -> str | None:
    """How a word of a query meets a word of a product."""
    if term == stem(word):
        return "whole"
    if term.startswith(word):
        return "beginning"
    if len(word) >= 5 and min(distance(term, word), distance(term, stem(word))) <= 1:
        return "alike"
    return None


def points(word: str, document: Document, names: Mapping[str, str], kinds: tuple[str, ...]) -> int:
    rest = [*document.rest, *(term for shelf in document.shelves for term in terms(names[shelf]))]
    found = [WEIGHTS[k][0] for term in document.name if (k := kind(word, term)) in kinds]
    found += [WEIGHTS[k][1] for term in rest if (k := kind(word, term)) in kinds]
    return max(found, default=0)


def ranked(documents: Mapping[str, Document], query: str, filters: Filters, names: Mapping[str, str]) -> list[str]:
    """Ids, the best first."""
    sought = list(dict.fromkeys(words(query)))[:12]
    there = [one for one in documents.values() if visible(one, filters)]
    if not sought:
        there = [] if query.strip() else there
        return [one.id for one in sorted(there, key=lambda one: one.id, reverse=True) if fits(one, filters)]
    for kinds in (("whole", "beginning"), ("whole", "beginning", "alike")):
        scores = {one.id: [points(word, one, names, kinds) for word in sought] for one in there}
        worth = {one: 0 for one, score in scores.items() if all(score)}
        if worth:
            break
    else:
        worth = worths(scores)
    total = {one: 256 * worth[one] + sum(scores[one]) + short_name(documents[one].length) for one in worth}
    order = sorted(total, key=lambda one: (total[one], one), reverse=True)
    return [one for one in order if fits(documents[one], filters)]


def worths(scores: Mapping[str, list[int]]) -> dict[str, int]:
    """What the words that each has are worth, the rarer the more, of those that have half as much as the best."""
    having = [sum(map(bool, column)) for column in zip(*scores.values(), strict=True)]
    weights = [(len(scores) // number).bit_length() if number else 0 for number in having]
    found = {one: sum(w for w, s in zip(weights, score, strict=True) if s) for one, score in scores.items()}
    return {one: worth for one, worth in found.items() if worth and 2 * worth >= max(found.values())}


def short_name(length: int) -> int:
    return 4 if length <= 1 else 3 if length <= 2 else 2 if length <= 4 else 1 if length <= 6 else 0


def visible(document: Document, filters: Filters) -> bool:
    return document.status in filters.status and (not filters.priced or filters.currency in document.amounts)


def fits(document: Document, filters: Filters) -> bool:
    price = document.amounts.get(filters.currency)
    least, most = filters.min_price, filters.max_price
    priced = (least is None and most is None) or (
        price is not None and (least is None or price >= least) and (most is None or price <= most)
    )
    return priced and (filters.shelf is None or filters.shelf in document.shelves)


class Bucket:
    """S3 in a dictionary, with conditional writes. `failing` makes each call raise."""

    def __init__(self) -> None:
        self.objects: dict[str, bytes] = {}
        self.failing: Exception | None = None

    def read(self, key: str, first_bytes: int | None = None) -> tuple[bytes, str] | None:
        self._fail()
        found = self.objects.get(key)
        return None if found is None else (found, tag(found))

    def read_newer(self, key: str, etag: str) -> tuple[bytes, str] | None:
        found = self.read(key)
        if found and found[1] == etag:
            raise NotModified
        return found

    def stat(self, key: str) -> tuple[int, str] | None:
        found = self.read(key)
        return (len(found[0]), found[1]) if found else None

    def read_range(self, key: str, start: int, length: int, etag: str) -> bytes:
        found = self.read(key)
        if found is None or found[1] != etag:
            raise Changed
        return found[0][start : start + length]

    def put_file(self, key: str, file: IO[bytes], content_type: str) -> None:
        self.put(key, file.read(), content_type)

    def put(self, key: str, content: bytes, content_type: str) -> None:
        self._fail()
        self.objects[key] = content

    def replace(self, key: str, content: bytes, content_type: str, *, etag: str | None) -> None:
        self._fail()
        if (tag(self.objects[key]) if key in self.objects else None) != etag:
            raise Changed
        self.objects[key] = content

    def delete(self, key: str) -> None:
        self._fail()
        self.objects.pop(key, None)

    def keys(self, folder: str) -> list[str]:
        self._fail()
        return sorted(key for key in self.objects if key.startswith(folder))

    def _fail(self) -> None:
        if self.failing:
            raise self.failing


def tag(content: bytes) -> str:
    return hashlib.md5(content, usedforsecurity=False).hexdigest()


def document(number: int, **fields: Any) -> Document:
    """A product by its age, named `lamp` if nothing else is said; `name` and `text` are written as people write."""
    from chalicelib.products.faces import Face
    from common.schemas import Money

    name, text, price = fields.pop("name", "lamp"), fields.pop("text", ""), fields.pop("price", 1000)
    status = fields.pop("status", "active")
    face = Face(
        slug=f"p{number}",
        name=name,
        status=status,
        price=None if price is None else Money(price, "EUR"),
        compare_at_price=None,
        available=True,
        thumb=None,
    )
    known = {"name": terms(name), "rest": terms(text), "length": len(words(name)), "shelves": [], "face": face}
    return Document(id=f"prd_{number:04d}", status=status, **{**known, **fields})
