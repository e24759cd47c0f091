"""Passwords that everybody tries first: some 40,000 of public lists, and those made from one with little effort."""

from functools import cache
from pathlib import Path

_LIST = Path(__file__).with_name("common_passwords.txt")
_SHORTEST_RUN = 3
_SHORTEST_LISTED = 4
# Neighbouring keys on the usual layouts, by row and by column, plain and shifted, and the alphabet.
_KEYBOARD = (
    "`1234567890-=qwertyuiop[]asdfghjkl;'zxcvbnm,./",
    "~!@#$%^&*()_+",
    "qwertzuiopüasdfghjklöäyxcvbnm",
    "azertyuiopqsdfghjklmwxcvbn",
    "1qaz2wsx3edc4rfv5tgb6yhn7ujm8ik,9ol.0p;/",
    "!qaz@wsx#edc$rfv%tgb^yhn&ujm*ik<(ol>)p:?",
    "qazwsxedcrfvtgbyhnujmikolp",
    "1q2w3e4r5t6y7u8i9o0p",
    "abcdefghijklmnopqrstuvwxyz",
)


def is_common(password: str) -> bool:
    """Whether it is a listed password, in any case, once or repeated, with digits or keyboard runs around it."""
    text = password.casefold()
    return any(_repeats_listed(text[start:end]) for start in _starts(text) for end in _ends(text) if start < end)


def _starts(text: str) -> list[int]:
    """The places that only digits and keyboard runs stand before."""
    return _reachable(text, _runs())


def _ends(text: str) -> list[int]:
    """The places that only digits and keyboard runs stand behind."""
    backwards = _reachable(text[::-1], _runs())
    return [len(text) - place for place in backwards]


def _reachable(text: str, runs: str) -> list[int]:
    """The lengths of all beginnings of `text` that consist of digits and keyboard runs."""
    reached, places = {0}, []
    for place in range(len(text) + 1):
        if place not in reached:
            continue
        places.append(place)
        if text[place : place + 1].isdigit():
            reached.add(place + 1)
        length = _SHORTEST_RUN
        while place + length <= len(text) and text[place : place + length] in runs:
            reached.add(place + length)
            length += 1
    return places


def _repeats_listed(core: str) -> bool:
    """Whether `core` is a listed password or a keyboard run, any number of times over, or one or two keys in turn."""
    period = (core + core).find(core, 1)
    if len(core) >= _SHORTEST_LISTED and (period < _SHORTEST_RUN or core[:period] in _runs()):
        return True  # the lists leave these out, as they are rules rather than words
    units = (length for length in range(period, len(core) + 1, period) if len(core) % length == 0)
    return any(core[:length] in _listed() for length in units)


@cache
def _runs() -> str:
    """All keyboard rows, forwards and backwards, apart from each other."""
    return "\n".join(row + "\n" + row[::-1] for row in _KEYBOARD)


@cache
def _listed() -> frozenset[str]:
    """Read at the first password that is set: 350 KB, about 8 ms."""
    return frozenset(_LIST.read_text(encoding="utf-8").splitlines())
