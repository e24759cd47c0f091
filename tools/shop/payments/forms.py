"""Form-encoded parameters with brackets (`metadata[order_id]=…`), and reading them strictly.

Reading a parameter marks it as known; `done()` refuses what nobody read.
"""

import re
from collections.abc import Sequence
from typing import Any
from urllib.parse import parse_qsl

from tools.shop.payments.errors import StripeError, invalid

Tree = dict[str, Any]
_NAME = re.compile(r"([^\[\]]+)((?:\[[^\[\]]*\])*)")


def decode(text: str) -> Tree:
    """`a[b]=1&c[]=2` → `{"a": {"b": "1"}, "c": {"0": "2"}}`; lists are maps by position."""
    try:
        pairs = parse_qsl(text, keep_blank_values=True, strict_parsing=bool(text), errors="strict", max_num_fields=1000)
    except ValueError as error:
        raise invalid("Invalid request: the parameters could not be parsed as a form.") from error
    tree: Tree = {}
    for name, value in pairs:
        _place(tree, name, value)
    return tree


def _place(tree: Tree, name: str, value: str) -> None:
    match = _NAME.fullmatch(name)
    if not match:
        raise invalid(f"Invalid request: malformed parameter name '{name}'.", param=name)
    *path, last = [match[1], *re.findall(r"\[([^\[\]]*)\]", match[2])]
    for step in path:
        tree = tree.setdefault(step or str(len(tree)), {})
        if not isinstance(tree, dict):
            raise invalid(f"Invalid request: '{name}' is both a value and a hash.", param=name)
    tree[last or str(len(tree))] = value


class Form:
    """The parameters of one call, or the members of one of them."""

    def __init__(self, values: Tree, inside: str = "") -> None:
        self._values = values
        self._inside = inside
        self._known: set[str] = set()

    def text(self, name: str, *, choices: Sequence[str] = (), most: int = 5000) -> str | None:
        """None if absent; an empty value is refused, as it would unset something that cannot be unset."""
        value = self._take(name)
        if value is None:
            return None
        if not isinstance(value, str):
            raise invalid(f"Invalid string: {value}", param=self._full(name))
        if not value:
            raise self._empty(name)
        if choices and value not in choices:
            raise invalid(f"Invalid {self._full(name)}: must be one of {', '.join(choices)}", param=self._full(name))
        if len(value) > most:
            raise invalid(f"Invalid string: must be at most {most} characters", param=self._full(name))
        return value

    def need_text(self, name: str, *, choices: Sequence[str] = ()) -> str:
        value = self.text(name, choices=choices)
        if value is None:
            raise self._missing(name)
        return value

    def integer(self, name: str, *, least: int | None = None, most: int | None = None) -> int | None:
        text = self.text(name)
        if text is None:
            return None
        if not re.fullmatch(r"-?[0-9]{1,18}", text):
            raise invalid(f"Invalid integer: {text}", code="parameter_invalid_integer", param=self._full(name))
        number = int(text)
        if least is not None and number < least:
            raise self._out_of_range(name, f"This value must be greater than or equal to {least}.")
        if most is not None and number > most:
            raise self._out_of_range(name, f"This value must be less than or equal to {most}.")
        return number

    def need_integer(self, name: str, *, least: int | None = None) -> int:
        number = self.integer(name, least=least)
        if number is None:
            raise self._missing(name)
        return number

    def flag(self, name: str) -> bool | None:
        text = self.text(name)
        if text not in (None, "true", "false"):
            raise invalid(f"Invalid boolean: {text}", param=self._full(name))
        return None if text is None else text == "true"

    def texts(self, name: str, *, choices: Sequence[str] = ()) -> list[str] | None:
        """A list: `name[]=a&name[]=b` or `name[0]=a`."""
        members = self.members(name)
        if members is None:
            return None
        places = sorted(members._values)
        return [members.need_text(place, choices=choices) for place in places]

    def metadata(self) -> dict[str, str] | None:
        """Keys to set; an empty value removes its key, an empty `metadata` removes all (https://docs.stripe.com/metadata)."""
        if self._values.get("metadata") == "":
            self._known.add("metadata")
            return {}
        members = self.members("metadata")
        if members is None:
            return None
        if len(members._values) > 50:
            raise invalid("You can specify at most 50 metadata keys.", param="metadata")
        for key, value in members._values.items():
            if not isinstance(value, str) or len(key) > 40 or len(value) > 500:
                raise invalid(f"Invalid metadata: '{key[:40]}' is too long or not a string.", param="metadata")
        return dict(members._values)

    def members(self, name: str) -> "Form | None":
        value = self._take(name)
        if value is None:
            return None
        if not isinstance(value, dict):
            raise invalid("Invalid object", param=self._full(name))
        return Form(value, self._full(name))

    def is_hash(self, name: str) -> bool:
        return isinstance(self._values.get(name), dict)

    def done(self) -> None:
        for name in self._values:
            if name not in self._known:
                full = self._full(name)
                raise invalid(f"Received unknown parameter: {full}", code="parameter_unknown", param=full)

    def _take(self, name: str) -> Any:
        self._known.add(name)
        return self._values.get(name)

    def _full(self, name: str) -> str:
        return f"{self._inside}[{name}]" if self._inside else name

    def _missing(self, name: str) -> StripeError:
        full = self._full(name)
        return invalid(f"Missing required param: {full}.", code="parameter_missing", param=full)

    def _empty(self, name: str) -> StripeError:
        full = self._full(name)
        message = (
            f"You passed an empty string for '{full}'. We assume empty values are an attempt to unset a parameter; "
            f"however '{full}' cannot be unset. You should remove '{full}' from your request or supply "
            "a non-empty value."
        )
        return invalid(message, code="parameter_invalid_empty", param=full)

    def _out_of_range(self, name: str, message: str) -> StripeError:
        return invalid(message, code="parameter_invalid_integer", param=self._full(name))
