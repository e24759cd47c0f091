"""Strict JSON, and every bad field of a value at once instead of only the first."""

import json
import re
from collections.abc import Iterator
from itertools import islice
from types import UnionType
from typing import Annotated, Any, NoReturn, TypeVar, Union, get_args, get_origin

import msgspec

from common.problems import FieldError, MalformedJson, ValidationFailed

T = TypeVar("T")
_MAX_DEPTH = 64
# What is told of a body of 256 KiB fits into Lambda's 6 MB of an answer; a list that we take has at most 250 items.
_MOST_ERRORS = 1000
_MOST_LOOKED_AT = 1000
_LONGEST_MESSAGE = 2000
_LONG_PATTERN = re.compile(r" matching regex '.{200,}'", re.DOTALL)
_PLACE = " - at `$"
_CODES = (
    (re.compile(r"^Invalid enum value"), "invalid_value"),  # it quotes the value, which may hold any of these words
    (re.compile(r"required field"), "missing"),
    (re.compile(r"unknown field"), "unknown_field"),
    (re.compile(r"`array` of length <=|`object` of length <="), "limit_reached"),
    (re.compile(r"of length <="), "too_long"),
    (re.compile(r"of length >="), "too_short"),
    (re.compile(r"matching regex"), "wrong_format"),
    (re.compile(r"[<>]=? ?-?\d"), "out_of_range"),
    (re.compile(r"^Expected `.*`, got"), "wrong_type"),
)


def decode_json(raw: bytes) -> Any:
    """JSON as RFC 8259 means it and a bit stricter: no duplicate keys, no NaN, no lone surrogates, 64 levels."""
    try:
        text = raw.decode("utf-8")
        value = json.loads(text, object_pairs_hook=_unique, parse_constant=_refuse)
        if "\\u" in text:
            json.dumps(value, ensure_ascii=False).encode("utf-8")  # an escaped lone surrogate fails here
    except RecursionError:
        raise MalformedJson("The body is nested too deeply.") from None
    except ValueError:
        raise MalformedJson from None
    if text.count("{") + text.count("[") > _MAX_DEPTH and _depth(value) > _MAX_DEPTH:
        raise MalformedJson("The body is nested too deeply.")
    return value


def convert(value: Any, kind: type[T]) -> T:
    """The value as `kind`, or ValidationFailed with every field that is wrong, up to a thousand."""
    try:
        return msgspec.convert(value, kind)
    except msgspec.ValidationError as error:
        found = list(islice(_errors(value, kind, ""), _MOST_ERRORS)) or [_field_error(error, "")]
        raise ValidationFailed(found) from None


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) != len(pairs):
        raise ValueError("duplicate key")
    return members


def _refuse(constant: str) -> NoReturn:
    raise ValueError(constant)


def _depth(value: Any) -> int:
    depth, level = 0, [value]
    while level:
        depth += 1
        level = [child for parent in level for child in _children(parent)]
    return depth - 1


def _children(value: Any) -> list[Any]:
    if isinstance(value, dict):
        return list(value.values()) or [None]
    return (value or [None]) if isinstance(value, list) else []


def _errors(value: Any, kind: Any, at: str) -> Iterator[FieldError]:
    """Walk value and type together, no further than asked; the leaves and what spans fields are left to msgspec."""
    found = False
    for error in _inner_errors(value, _plain(kind, value), at):
        found = True
        yield error
    if not found or _too_many(value, kind):
        yield from _own_error(value, kind, at)


def _inner_errors(value: Any, plain: Any, at: str) -> Iterator[FieldError]:
    if isinstance(plain, type) and issubclass(plain, msgspec.Struct) and isinstance(value, dict):
        yield from _struct_errors(value, plain, at)
    elif get_origin(plain) is list and isinstance(value, list):
        (item,) = get_args(plain)
        for place, one in enumerate(islice(value, _MOST_LOOKED_AT)):
            yield from _errors(one, item, f"{at}[{place}]")
    elif get_origin(plain) is dict and isinstance(value, dict):
        item = get_args(plain)[1]
        for name, one in islice(value.items(), _MOST_LOOKED_AT):
            yield from _errors(one, item, _join(at, name))


def _struct_errors(value: dict[str, Any], kind: type[msgspec.Struct], at: str) -> Iterator[FieldError]:
    fields = {field.encode_name: field for field in msgspec.structs.fields(kind)}
    if kind.__struct_config__.forbid_unknown_fields:
        for name in value.keys() - fields.keys():
            yield FieldError(_join(at, name), "unknown_field", "This field is not known here.")
    for name, field in fields.items():
        if name in value:
            yield from _errors(value[name], field.type, _join(at, name))
        elif field.required:
            yield FieldError(_join(at, name), "missing", "This field is required.")


def _own_error(value: Any, kind: Any, at: str) -> Iterator[FieldError]:
    try:
        msgspec.convert(value, kind)
    except msgspec.ValidationError as error:
        yield _field_error(error, at)


def _too_many(value: Any, kind: Any) -> bool:
    limits = [meta.max_length for meta in getattr(kind, "__metadata__", ()) if isinstance(meta, msgspec.Meta)]
    return isinstance(value, list) and any(limit is not None and len(value) > limit for limit in limits)


def _plain(kind: Any, value: Any) -> Any:
    """The type without Annotated, and of a union the member that the value looks like."""
    while get_origin(kind) is Annotated:
        kind = get_args(kind)[0]
    if get_origin(kind) in (Union, UnionType):
        containers = [_plain(member, value) for member in get_args(kind)]
        fitting = [member for member in containers if isinstance(value, _shape(member))]
        return fitting[0] if fitting else None
    return kind


def _shape(kind: Any) -> Any:
    """What a value of the type is in JSON, for isinstance; Literal is no type, and its values have no inside."""
    shape = get_origin(kind) or kind
    if not isinstance(shape, type):
        return ()
    return dict if issubclass(shape, msgspec.Struct) else shape


def _field_error(error: msgspec.ValidationError, at: str) -> FieldError:
    """No pattern looks for the place: the message may quote a value of 256 KiB that is made to be slow to search."""
    text = str(error)
    before, found, place = text.rpartition(_PLACE)
    message, inside = (before, place[:-1]) if found and place.endswith("`") else (text, "")
    message = message[:_LONGEST_MESSAGE]
    code = next((code for pattern, code in _CODES if pattern.search(message)), "invalid_value")
    message = _LONG_PATTERN.sub(" that is one of those in the service's description", message)
    return FieldError(_join(at, inside.lstrip(".")) if inside else at, code, message)


def _join(at: str, name: str) -> str:
    return f"{at}.{name}" if at and name and not name.startswith("[") else at + name
