"""Moto without two things that took a third of a unit test's time; its answers stay the same.

Each value of an item was looked for under ten types and several spellings of each, and every transaction copied all
that the table's stream had ever told. These are moto's private names: the version is pinned.
"""

import copy
from typing import Any

from botocore.model import StructureShape
from moto.core.serialize import BaseJSONSerializer
from moto.dynamodb.models.table import Table

_any_structure = BaseJSONSerializer._serialize_type_structure


def _structure(
    self: BaseJSONSerializer, serialized: dict[str, Any], value: Any, shape: StructureShape, key: str
) -> None:
    """`{"S": "x"}` names its only member itself."""
    if shape.name == "AttributeValue" and key and type(value) is dict and len(value) == 1:
        ((kind, inner),) = value.items()
        if kind in shape.members and inner is not None:
            wrapper = self.MAP_TYPE()
            self._serialize(wrapper, inner, shape.members[kind], kind)
            self._default_serialize(serialized, wrapper, shape, key)
            return
    _any_structure(self, serialized, value, shape, key)


def _before_a_transaction(self: Table, memo: dict[int, Any]) -> Table:
    """What a transaction can change: items, which it changes in place, and the stream, which only grows."""
    kept = copy.copy(self)
    memo[id(self)] = kept
    kept.items = copy.deepcopy(self.items, memo)
    if self.stream_shard is not None:
        kept.stream_shard = copy.copy(self.stream_shard)
        kept.stream_shard.table = kept
        kept.stream_shard.items = list(self.stream_shard.items)
    return kept


def use() -> None:
    """For the whole process."""
    BaseJSONSerializer._serialize_type_structure = _structure
    Table.__deepcopy__ = _before_a_transaction
