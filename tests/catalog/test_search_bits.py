"""Sets of numbers as integers, against Python's own sets and numbers."""

from array import array

from hypothesis import given, settings
from hypothesis import strategies as st

from chalicelib.search.bits import add, below, bits_of, by_number, highest, members, packed, unpacked

SIZE = 300
sets = st.sets(st.integers(0, SIZE - 1))
quickly = settings(deadline=None)


def numbers_of(planes):
    return {one: sum((plane >> one & 1) << place for place, plane in enumerate(planes)) for one in range(SIZE)}


@quickly
@given(st.lists(sets, max_size=4))
def test_what_is_stored_comes_back_together(each):
    blobs = [packed(array("I", sorted(one)), SIZE) for one in each]

    assert set(members(unpacked(blobs, SIZE))) == set().union(*each)
    assert list(members(unpacked(blobs, SIZE))) == sorted(set().union(*each), reverse=True)


@quickly
@given(st.lists(st.tuples(sets, st.integers(0, 40)), max_size=6), sets, st.integers(0, 300))
def test_numbers_of_documents_add_up_and_sort(additions, among, limit):
    planes, expected = [], dict.fromkeys(range(SIZE), 0)
    for one, weight in additions:
        add(planes, bits_of(one, SIZE), weight)
        expected |= {document: expected[document] + weight for document in one}
    found = bits_of(among, SIZE)

    assert numbers_of(planes) == expected
    assert set(members(below(planes, limit, found))) == {one for one in among if expected[one] < limit}
    assert highest(planes, found) == max((expected[one] for one in among), default=0)
    assert [(n, set(members(group))) for n, group in by_number(planes, found)] == [
        (n, {one for one in among if expected[one] == n})
        for n in sorted({expected[one] for one in among}, reverse=True)
    ]
