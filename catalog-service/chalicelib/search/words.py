"""Text as words: what the index holds and what a query asks for are cut and folded in the same way."""

import re
import unicodedata

_CJK = "\u3005\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\U00020000-\U0003ffff"  # written without spaces
_WORD = re.compile(rf"[{_CJK}]+|[^\W_{_CJK}]+")
_LONGEST = 40
_PLAIN = str.maketrans({"ø": "o", "ł": "l", "đ": "d", "ð": "d", "ħ": "h", "ı": "i", "æ": "ae", "œ": "oe", "þ": "th"})


def words(text: str) -> list[str]:
    """In their order, without case and accents: `Über-Straße` is `uber`, `strasse`.

    Chinese and Japanese, which leave no spaces, are cut into pairs of characters, the last one alone.
    """
    plain = unicodedata.normalize("NFKD", text).casefold()
    kept = "".join(letter for letter in plain if not unicodedata.combining(letter)).translate(_PLAIN)
    return [word for found in _WORD.findall(kept) for word in _cut(found)]


def _cut(word: str) -> list[str]:
    if re.match(f"[{_CJK}]", word):
        return [word[start : start + 2] for start in range(len(word))]
    return [word[:_LONGEST]]


def forms(word: str) -> set[str]:
    """As it is, for beginnings and slips of the pen, and its stem, by which it is found whole."""
    return {word, stem(word)}


def stem(word: str) -> str:
    """An English plural as its singular, by Harman's S-stemmer (1991), which joins hardly any words of different
    meaning, and without the `e` that a plural puts in: `boxes` is `box`, as `cache` is `cach`."""
    if len(word) > 4 and word.endswith("ies") and word[-4] not in "ae":
        return word[:-3] + "y"
    if (len(word) > 3 and word.endswith("es") and word[-3] not in "aeo") or (
        len(word) > 3 and word.endswith("s") and word[-2] not in "us"
    ):
        word = word[:-1]
    return word[:-1] if len(word) > 3 and word.endswith(("sse", "she", "che", "xe", "zze")) else word


def one_edit_apart(left: str, right: str) -> bool:
    """Whether at most one letter was left out, put in, replaced, or swapped with its neighbour."""
    short, long = sorted((left, right), key=len)
    if len(long) - len(short) > 1:
        return False
    start = next((place for place, (a, b) in enumerate(zip(short, long, strict=False)) if a != b), len(short))
    if len(short) < len(long):
        return short[start:] == long[start + 1 :]
    swapped = short[start : start + 2] == long[start : start + 2][::-1] and short[start + 2 :] == long[start + 2 :]
    return swapped or short[start + 1 :] == long[start + 1 :]
