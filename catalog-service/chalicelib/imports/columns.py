"""CSV: what the columns mean, and the product that consecutive rows of one slug make.

A column that is not there names nothing. An empty cell empties what may be empty (description, categories, options,
compare-at and further prices, translations, weight) and names nothing where something must stand (name, status, price,
currency, stock).
"""

import re
from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import Any

from chalicelib import config
from chalicelib.imports.entries import Entry, unreadable
from chalicelib.imports.reading import MAX_RECORD_BYTES, Record
from chalicelib.portable import Some
from common import locales
from common.problems import FieldError

OF_PRODUCT = ("slug", "name", "description", "category_slugs", "status", "images")
OF_VARIANT = ("sku", "price", "currency", "compare_at_price", "stock", "weight_g")
_PLAIN = frozenset({*OF_PRODUCT, *OF_VARIANT})
_FAMILIES = ("option", "name", "description", "price", "compare_at_price")
_WHOLE = re.compile(r"-?[0-9]{1,18}")
_SHIELDED = re.compile(r"'+[=+\-@\t\r]")
_MOST_ROWS = 101  # of one product, kept in memory; a hundred variants are allowed


class HeaderUnknown(Exception):
    """The first row does not name the columns; the text says what is wrong."""


class Columns:
    """What a header says."""

    def __init__(self, names: Sequence[str]) -> None:
        self.names = [_normalised(name.strip()) for name in names]
        self._check()
        self.slug = self.names.index("slug")
        self.options = self._family("option")
        self.currencies = sorted({*self._family("price"), *self._family("compare_at_price")})
        self.locales = sorted({*self._family("name"), *self._family("description")})

    def _family(self, family: str) -> list[str]:
        return [name.partition(":")[2] for name in self.names if name.startswith(f"{family}:")]

    def _check(self) -> None:
        if "slug" not in self.names:
            raise HeaderUnknown("The first row has to name the columns, slug among them.")
        if repeated := sorted({name for name in self.names if self.names.count(name) > 1}):
            raise HeaderUnknown(f"Columns named twice: {', '.join(repeated)[:200]}.")
        if unknown := [name for name in self.names if not _known(name)]:
            raise HeaderUnknown(f"Unknown columns: {', '.join(unknown)[:200]}.")
        if "sku" not in self.names and any(_of_variant(name) for name in self.names):
            raise HeaderUnknown("Columns of variants need the column sku.")

    def cells(self, record: Record) -> dict[str, str]:
        return dict(zip(self.names, map(unshielded, record.cells), strict=True))


def _normalised(name: str) -> str:
    """Languages as they are stored: `name:de-at` is `name:de-AT`."""
    family, _, of = name.partition(":")
    return f"{family}:{locales.normalised(of)}" if of and family in ("name", "description") else name


def _known(name: str) -> bool:
    family, colon, of = name.partition(":")
    return name in _PLAIN or (bool(colon and of) and family in _FAMILIES)


def _of_variant(name: str) -> bool:
    return name in OF_VARIANT or name.partition(":")[0] in ("option", "price", "compare_at_price")


def shielded(text: str) -> str:
    """What a spreadsheet would take for a formula gets an apostrophe, which spreadsheets and imports take away."""
    return f"'{text}" if _SHIELDED.match(f"'{text}") else text


def unshielded(text: str) -> str:
    return text[1:] if _SHIELDED.match(text) else text


def csv_entries(records: Iterator[Record], columns: Columns) -> Iterator[Entry]:
    """Consecutive rows of one slug are a product."""
    width = len(columns.names)
    checked = (_checked(record, width) for record in records)
    for (_, bad), group in groupby(checked, key=lambda one: _key(one, columns)):
        if bad:
            yield from map(unreadable, group)
        else:
            yield _Group(columns, group).entry()


def _checked(record: Record, width: int) -> Record:
    if record.error or len(record.cells) == width:
        return record
    message = f"{len(record.cells)} cells, but {width} columns."
    return Record(record.line, record.end, record.next_line, [], FieldError("", "malformed_row", message))


def _key(record: Record, columns: Columns) -> tuple[str, bool]:
    return ("", True) if record.error else (unshielded(record.cells[columns.slug]), False)


class _Group:
    """The rows of one product, turned into the body of a request."""

    def __init__(self, columns: Columns, group: Iterator[Record]) -> None:
        self._columns = columns
        self._rows: list[tuple[int, dict[str, str]]] = []
        self._count = size = 0
        for record in group:
            self._count += 1
            self._last = record
            if not self._rows or (len(self._rows) < _MOST_ROWS and size < MAX_RECORD_BYTES):
                self._rows.append((record.line, columns.cells(record)))
                size += sum(map(len, record.cells))
        self._first = self._rows[0][1]
        self._errors: list[FieldError] = []
        self._lines: list[int] = []

    def entry(self) -> Entry:
        body = self._product()
        if "sku" in self._columns.names:
            body["variants"] = self._variants()
        if self._count > len(self._rows):
            self._errors.append(FieldError("variants", "limit_reached", "Too many rows of one product, or too large."))
        last = self._last
        return Entry(self._rows[0][0], self._count, last.end, last.next_line, body, self._errors, self._place)

    def _product(self) -> dict[Any, Any]:
        first = self._first
        body: dict[Any, Any] = {"slug": first["slug"]}
        body |= {name: first[name] for name in ("name", "status") if first.get(name)}
        body |= {name: first[name] for name in ("description",) if name in first}
        body |= {name: _list(first[name]) for name in ("category_slugs", "images") if name in first}
        if self._columns.locales:
            body[Some.TRANSLATIONS] = {tag: self._translation(tag) for tag in self._columns.locales}
        self._compare()
        return body

    def _compare(self) -> None:
        """What belongs to the product stands in its first row; later ones repeat it or leave it empty."""
        names = [name for name in self._columns.names if not _of_variant(name) and name != "slug"]
        for number, (_, cells) in enumerate(self._rows):
            for name in names:
                if cells[name] and cells[name] != self._first[name]:
                    message = f"This differs from line {self._rows[0][0]}, where the product begins."
                    self._errors.append(FieldError(f"rows[{number}].{name}", "invalid_value", message))

    def _translation(self, tag: str) -> dict[str, str] | None:
        name, description = (self._first.get(f"{family}:{tag}", "") for family in ("name", "description"))
        if not name and not description:
            return None
        return ({"name": name} if name else {}) | {"description": description}

    def _variants(self) -> list[dict[Any, Any]]:
        """A row without anything of a variant adds none."""
        found = []
        for line, cells in self._rows:
            if any(cells[name] for name in self._columns.names if _of_variant(name) and name != "currency"):
                self._lines.append(line)
                found.append(self._variant(cells))
        return found

    def _variant(self, cells: dict[str, str]) -> dict[Any, Any]:
        currency = cells.get("currency") or config.CURRENCY
        found: dict[Any, Any] = {"sku": cells["sku"]} if cells["sku"] else {}
        if cells.get("price"):
            found["price"] = _money(cells["price"], currency)
        if "compare_at_price" in cells:
            text = cells["compare_at_price"]
            found["compare_at_price"] = _money(text, currency) if text else None
        if "weight_g" in cells:
            found["weight_g"] = _whole(cells["weight_g"] or "0")
        if cells.get("stock"):
            found["stock"] = _whole(cells["stock"])
        if self._columns.options:
            named = ((name, cells[f"option:{name}"]) for name in self._columns.options)
            found["options"] = {name: value for name, value in named if value}
        if self._columns.currencies:
            found[Some.PRICES] = {code: _price(cells, code) for code in self._columns.currencies}
        return found

    def _place(self, field: str) -> tuple[int, str]:
        """The line and the column of a field of the body."""
        if row := re.match(r"rows\[(\d+)\]\.(.*)", field):
            return self._rows[int(row[1])][0], row[2]
        if variant := re.match(r"variants\[(\d+)\]\.?(.*)", field):
            place = int(variant[1])
            return self._lines[place] if place < len(self._lines) else 0, _column(variant[2])
        return self._rows[0][0], _column(field)


def _column(field: str) -> str:
    """`price.amount` → price, `options.Size` → option:Size, `translations.de.name` → name:de."""
    for pattern, column in (
        (r"translations\.([^.]+)\.(\w+)$", r"\2:\1"),
        (r"prices\.([A-Z]+)\.(\w+).*$", r"\2:\1"),
        (r"options\.(.*)$", r"option:\1"),
        (r"(price|compare_at_price)\.currency$", "currency"),
        (r"(price|compare_at_price)\.amount$", r"\1"),
        (r"(category_slugs|images)\[\d+\]$", r"\1"),
    ):
        if re.match(pattern, field):
            return re.sub(pattern, column, field)
    return field


def _price(cells: dict[str, str], code: str) -> dict[str, Any] | None:
    price, compare = cells.get(f"price:{code}", ""), cells.get(f"compare_at_price:{code}", "")
    if not price and not compare:
        return None
    named = {"price": _money(price, code)} if price else {}
    return {**named, "compare_at_price": _money(compare, code) if compare else None}


def _money(text: str, currency: str) -> dict[str, Any]:
    return {"amount": _whole(text), "currency": currency}


def _whole(text: str) -> int | str:
    """A number, or the text, which the checks then refuse."""
    return int(text) if _WHOLE.fullmatch(text.strip()) else text


def _list(text: str) -> list[str]:
    return [one.strip() for one in text.split("|") if one.strip()]
