"""A product as a file names it: what its rows say, where each field stands, and what is wrong with it."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import msgspec

from chalicelib.imports.reading import Record
from common import validation
from common.problems import FieldError, Problem

Place = Callable[[str], tuple[int, str]]


class Mistake(msgspec.Struct, frozen=True, kw_only=True):
    """A line of the file of errors."""

    line: int
    slug: str | None
    field: str
    code: str
    message: str


@dataclass
class Entry:
    """`body` has what is named, as POST /products takes it. `place` tells line and name of a field of the body."""

    line: int
    rows: int
    end: int
    next_line: int
    body: dict[Any, Any]
    errors: list[FieldError] = field(default_factory=list)
    place: Place = lambda name: (0, name)

    @property
    def slug(self) -> str | None:
        slug = self.body.get("slug")
        return slug if isinstance(slug, str) and len(slug) <= 100 else None

    @property
    def skus(self) -> set[str]:
        variants = self.body.get("variants")
        found = variants if isinstance(variants, list) else []
        return {one["sku"] for one in found if isinstance(one, dict) and isinstance(one.get("sku"), str)}

    def mistakes(self, errors: list[FieldError]) -> list[Mistake]:
        return [self._mistake(error) for error in errors]

    def _mistake(self, error: FieldError) -> Mistake:
        line, name = self.place(error.field)
        return Mistake(line=line or self.line, slug=self.slug, field=name, code=error.code, message=error.message)


def unreadable(record: Record) -> Entry:
    errors = [record.error] if record.error else []
    return Entry(record.line, 1, record.end, record.next_line, {}, errors)


def text_entries(records: Iterator[Record]) -> Iterator[Entry]:
    """A product a line, as JSON."""
    for record in records:
        if record.error:
            yield unreadable(record)
            continue
        body, errors = _parsed(record.cells[0])
        yield Entry(record.line, 1, record.end, record.next_line, body, errors)


def _parsed(text: str) -> tuple[dict[str, Any], list[FieldError]]:
    try:
        value = validation.decode_json(text.encode())
    except Problem as problem:
        return {}, [FieldError("", problem.code, str(problem))]
    if not isinstance(value, dict):
        return {}, [FieldError("", "wrong_type", "A line is a JSON object.")]
    return value, []
