"""Files of rows, read in pieces: lines with their places, and the records that they make up.

A place is a byte, so that reading can go on there another time, in another process.
"""

import codecs
import csv
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from common.problems import FieldError

MAX_RECORD_BYTES = 1024 * 1024
_PIECE_BYTES = 1024 * 1024
csv.field_size_limit(MAX_RECORD_BYTES)

ReadRange = Callable[[int, int], bytes]


@dataclass(frozen=True)
class Line:
    """One line with its end. Of one that is too long only the beginning is kept."""

    number: int
    end: int
    content: bytes
    complete: bool


@dataclass(frozen=True)
class Record:
    """What begins on a line: cells, or a line's text as the only one; or why it can't be read."""

    line: int
    end: int
    next_line: int
    cells: list[str]
    error: FieldError | None = None


class NotUtf8(Exception):
    """A file is not UTF-8."""


def lines(read: ReadRange, size: int, position: int, number: int) -> Iterator[Line]:
    """The lines from a place on, in pieces of a megabyte."""
    rest, dropped, at = b"", 0, position
    while position < size:
        piece = read(position, min(_PIECE_BYTES, size - position))
        position += len(piece)
        *whole, rest = (rest + piece).split(b"\n")
        for content in whole:
            at += dropped + len(content) + 1
            yield _line(number, at, content + b"\n", dropped)
            number, dropped = number + 1, 0
        if len(rest) > MAX_RECORD_BYTES:
            rest, dropped = rest[:MAX_RECORD_BYTES], dropped + len(rest) - MAX_RECORD_BYTES
    if rest:
        yield _line(number, at + dropped + len(rest), rest, dropped)


def _line(number: int, end: int, content: bytes, dropped: int) -> Line:
    complete = not dropped and len(content) <= MAX_RECORD_BYTES
    return Line(number, end, content if complete else content[:1000], complete)


class Checked:
    """Reads a file from its beginning to its end; NotUtf8 if it is not."""

    def __init__(self, read: ReadRange) -> None:
        self._read = read
        self._decoder = codecs.getincrementaldecoder("utf-8")()

    def __call__(self, start: int, length: int) -> bytes:
        piece = self._read(start, length)
        self._decode(piece)
        return piece

    def finish(self) -> None:
        self._decode(b"", final=True)

    def _decode(self, piece: bytes, *, final: bool = False) -> None:
        try:
            self._decoder.decode(piece, final=final)
        except UnicodeDecodeError:
            raise NotUtf8 from None


def text_records(found: Iterator[Line]) -> Iterator[Record]:
    """A record a line; empty lines are none."""
    for line in found:
        text = _text(line).strip()
        if not line.complete:
            yield Record(line.number, line.end, line.number + 1, [], _too_long())
        elif text:
            yield Record(line.number, line.end, line.number + 1, [text])


class _TooLong(Exception):
    pass


class _Lines:
    """Gives the CSV reader lines and remembers those that the record in hand is made of."""

    def __init__(self, found: Iterator[Line]) -> None:
        self._found = found
        self._again: deque[Line] = deque()
        self.taken: list[Line] = []
        self._size = 0

    def __iter__(self) -> "_Lines":
        return self

    def __next__(self) -> str:
        line = self._again.popleft() if self._again else next(self._found)
        self.taken.append(line)
        self._size += len(line.content)
        if not line.complete or self._size > MAX_RECORD_BYTES:
            raise _TooLong
        return _text(line)

    def done(self) -> tuple[Line, Line]:
        """The first and the last line of the record."""
        first, last = self.taken[0], self.taken[-1]
        self.taken, self._size = [], 0
        return first, last

    def give_back(self) -> Line:
        """A record that can't be read costs its first line only: reading goes on after that."""
        self._again.extendleft(reversed(self.taken[1:]))
        return self.done()[0]


def csv_records(found: Iterator[Line]) -> Iterator[Record]:
    """Rows by RFC 4180; empty lines are none."""
    source = _Lines(found)
    reader = csv.reader(source, strict=True)
    while True:
        try:
            cells = next(reader)
        except StopIteration:
            return
        except _TooLong:
            yield _unreadable(source, _too_long())
        except csv.Error as error:
            yield _unreadable(source, FieldError("", "malformed_row", f"Not a row of CSV: {error}."))
        else:
            first, last = source.done()
            if cells:
                yield Record(first.number, last.end, last.number + 1, cells)
            continue
        reader = csv.reader(source, strict=True)


def _unreadable(source: _Lines, error: FieldError) -> Record:
    first = source.give_back()
    return Record(first.number, first.end, first.number + 1, [], error)


def _too_long() -> FieldError:
    return FieldError("", "too_long", "A row may have at most 1 MiB. Are its quotes closed?")


def _text(line: Line) -> str:
    """The file was looked over: what does not decode is the cut end of a line that is too long."""
    text = line.content.decode("utf-8", "replace" if not line.complete else "strict")
    return text.removeprefix("\ufeff") if line.number == 1 else text
