"""Text as words: what the index holds and what a query asks for are cut and folded in the same way."""

import re
import unicodedata

_WORD = re.compile(r"[^\W_]+")
_LONGEST = 40


def words(text: str) -> list[str]:
    """In their order: without case and accents, an English plural as its singular; `Über Lamps` is `uber`, `lamp`."""
    plain = unicodedata.normalize("NFKD", text.casefold())
    kept = "".join(letter for letter in plain if not unicodedata.combining(letter))
    return [_singular(word[:_LONGEST]) for word in _WORD.findall(kept)]


def _singular(word: str) -> str:
    """Harman's S-stemmer (1991), which only takes plurals back: it never joins words of different meaning."""
    if len(word) > 4 and word.endswith("ies") and word[-4] not in "ae":
        return word[:-3] + "y"
    if len(word) > 3 and word.endswith("es") and word[-3] not in "aeo":
        return word[:-1]
    if len(word) > 3 and word.endswith("s") and word[-2] not in "us":
        return word[:-1]
    return word


def one_edit_apart(left: str, right: str) -> bool:
    """Whether one letter was left out, put in, replaced, or swapped with its neighbour."""
    short, long = sorted((left, right), key=len)
    if len(long) - len(short) > 1:
        return False
    start = next((place for place, (a, b) in enumerate(zip(short, long, strict=False)) if a != b), len(short))
    if len(short) < len(long):
        return short[start:] == long[start + 1 :]
    swapped = short[start : start + 2] == long[start : start + 2][::-1] and short[start + 2 :] == long[start + 2 :]
    return swapped or short[start + 1 :] == long[start + 1 :]
