"""Attributes that PynamoDB lacks: whole numbers that never pass through a float, enums, and typed documents."""

from enum import StrEnum
from typing import Any, TypeVar

import msgspec
from pynamodb.attributes import Attribute
from pynamodb.constants import NUMBER, STRING

T = TypeVar("T")
E = TypeVar("E", bound=StrEnum)


class Whole(Attribute[int]):
    """A whole number; PynamoDB's own goes through floats."""

    attr_type = NUMBER

    def serialize(self, value: int) -> str:
        return str(int(value))

    def deserialize(self, value: str) -> int:
        return int(value)


class Choice(Attribute[E]):
    """A member of a StrEnum, as its text."""

    attr_type = STRING

    def __init__(self, kind: type[E], **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self._kind = kind

    def serialize(self, value: E) -> str:
        return str(value)

    def deserialize(self, value: str) -> E:
        return self._kind(value)


class Document(Attribute[T]):
    """A value of a msgspec type, as JSON text."""

    attr_type = STRING

    def __init__(self, kind: Any, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self._kind = kind

    def serialize(self, value: T) -> str:
        return msgspec.json.encode(value).decode()

    def deserialize(self, value: str) -> T:
        found: T = msgspec.json.decode(value, type=self._kind)
        return found
