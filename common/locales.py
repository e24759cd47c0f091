"""Language tags (BCP 47, RFC 5646), and which of several translations a reader gets (RFC 4647, lookup)."""

from collections.abc import Iterator, Mapping
from typing import TypeVar

T = TypeVar("T")

# Language, script, region and variants; no extensions and private use, which name no translation.
TAG = (
    r"^[A-Za-z]{2,3}(?:-[A-Za-z]{4})?(?:-(?:[A-Za-z]{2}|[0-9]{3}))?"
    r"(?:-(?:[A-Za-z0-9]{5,8}|[0-9][A-Za-z0-9]{3}))*$(?!\n)"
)
MAX_LENGTH = 35


def normalised(tag: str) -> str:
    """As RFC 5646 recommends to write it: `zh-hant-tw` is `zh-Hant-TW`."""
    language, *others = tag.split("-")
    return "-".join([language.lower(), *(_subtag(one) for one in others)])


def _subtag(one: str) -> str:
    if len(one) == 4 and one.isalpha():
        return one.title()
    return one.upper() if len(one) == 2 else one.lower()


def fallbacks(tag: str) -> Iterator[str]:
    """The tag, then ever shorter ones: `de-AT` is followed by `de`."""
    parts = normalised(tag).split("-")
    yield from ("-".join(parts[:length]) for length in range(len(parts), 0, -1))


def chosen(translations: Mapping[str, T], tag: str | None) -> T | None:
    """The nearest translation for a reader of this language, or None: then it is shown as it is."""
    if not tag or not translations:
        return None
    return next((translations[one] for one in fallbacks(tag) if one in translations), None)
