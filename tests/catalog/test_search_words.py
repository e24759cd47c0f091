"""How text is cut into words, and which words a slip of the pen may have meant."""

import sqlite3
import string

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chalicelib.search.building import write
from chalicelib.search.segment import Segment
from chalicelib.search.words import forms, one_edit_apart, stem, words
from tests.catalog.search_model import distance, document

quickly = settings(deadline=None)
letters = st.text("abcs", min_size=1, max_size=8)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Über-Straße, 35 cm!", ["uber", "strasse", "35", "cm"]),
        ("LUND-DESK-LAMP_Teal.2", ["lund", "desk", "lamp", "teal", "2"]),
        ("Smørrebrød Łódź œuvre", ["smorrebrod", "lodz", "oeuvre"]),
        ("ＡＢＣ ﬁne №5", ["abc", "fine", "no5"]),
        ("İstanbul ΣΊΣΥΦΟΣ", ["istanbul", "σισυφοσ"]),
        ("北欧风格 lamp", ["北欧", "欧风", "风格", "格", "lamp"]),
        ("ガラス", ["カラ", "ラス", "ス"]),
        ("조명", ["조명"]),
        ("it's", ["it", "s"]),
        (" \t🙂 !?_ ", []),
        ("", []),
        ("x" * 200, ["x" * 40]),
    ],
)
def test_words_have_no_case_accents_or_punctuation(text, expected):
    import unicodedata

    assert words(text) == [unicodedata.normalize("NFKD", one) for one in expected]


@pytest.mark.parametrize(
    ("plural", "singular"),
    [
        ("lamps", "lamp"),
        ("candles", "candle"),
        ("boxes", "box"),
        ("glasses", "glass"),
        ("brushes", "brush"),
        ("benches", "bench"),
        ("berries", "berry"),
        ("shoes", "shoe"),
        ("houses", "house"),
        ("vases", "vase"),
        ("knobs", "knob"),
        ("caches", "cache"),
        ("mousses", "mousse"),
    ],
)
def test_an_english_plural_and_its_singular_have_one_stem(plural, singular):
    assert stem(plural) == stem(singular)


@pytest.mark.parametrize(("one", "other"), [("glass", "glaze"), ("brass", "bras"), ("bus", "bu"), ("species", "spec")])
def test_what_only_looks_like_a_plural_is_left_as_it_is(one, other):
    assert stem(one) != stem(other)


@quickly
@given(st.text(st.characters(max_codepoint=0x24F), max_size=60))
def test_words_are_folded_once_and_for_all(text):
    once = words(text)

    assert words(" ".join(once)) == once


@quickly
@given(letters, letters)
def test_one_edit_apart_is_what_the_definition_says(left, right):
    assert one_edit_apart(left, right) == (distance(left, right) <= 1)


@quickly
@given(st.sets(st.text("abcs", min_size=1, max_size=8), min_size=1, max_size=30), letters)
def test_a_word_of_five_letters_finds_all_words_one_edit_away_and_no_other(vocabulary, word):
    documents = [document(number, name=one) for number, one in enumerate(sorted(vocabulary))]
    expected = {
        number
        for number, one in enumerate(documents)
        if len(word) >= 5 and any(distance(term, form) <= 1 for term in one.name for form in forms(word))
    }

    found, _ = Segment(write(":memory:", documents)).alike(word)

    assert {number for number in range(len(documents)) if found >> number & 1} == expected


@quickly
@given(st.data())
def test_any_single_slip_in_a_word_of_five_letters_is_forgiven(data):
    word = data.draw(st.text(string.ascii_lowercase, min_size=5, max_size=12))
    place, letter = data.draw(st.integers(0, len(word) - 2)), data.draw(st.sampled_from(string.ascii_lowercase))
    slips = (
        word[:place] + word[place + 1 :],
        word[:place] + letter + word[place:],
        word[:place] + letter + word[place + 1 :],
        word[:place] + word[place + 1] + word[place] + word[place + 2 :],
    )
    segment = Segment(write(":memory:", [document(1, name=word)]))

    assert all(segment.alike(slip)[0] or len(slip) < 5 for slip in slips)


def test_a_file_that_is_no_segment_is_refused(tmp_path):
    (tmp_path / "segment").write_bytes(b"no database" * 1000)

    with pytest.raises(sqlite3.DatabaseError):
        Segment.open(str(tmp_path / "segment"))
