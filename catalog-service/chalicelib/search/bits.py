"""Sets of document numbers as integers: bit n stands for document n.

A hundred thousand documents are 12.5 KB, and one `&`, `|` or count over all of them takes a few microseconds. What is
known of each as a number (a score, a price) is kept as planes: plane i is the set of documents whose number has bit i.
"""

from array import array
from collections.abc import Iterable, Iterator

_SPARSE, _DENSE = b"\x00", b"\x01"
_BYTES_OF_A_NUMBER = 4


def bits_of(numbers: Iterable[int], size: int) -> int:
    """The set of these document numbers, all below `size`."""
    found = bytearray(size // 8 + 1)
    for number in numbers:
        found[number >> 3] |= 1 << (number & 7)
    return int.from_bytes(found, "little")


def packed(numbers: "array[int]", size: int) -> bytes:
    """For storing: as a list of the numbers or as the set, whichever is shorter."""
    if len(numbers) * _BYTES_OF_A_NUMBER < size // 8:
        return _SPARSE + numbers.tobytes()
    return _DENSE + packed_bits(bits_of(numbers, size))


def packed_bits(bits: int) -> bytes:
    return bits.to_bytes((bits.bit_length() + 7) // 8, "little")


def unpacked(blobs: Iterable[bytes], size: int) -> int:
    """What is in any of them. Lists are put together first: a set each would cost more than all their numbers."""
    dense, sparse = 0, array("I")
    for blob in blobs:
        if blob[:1] == _DENSE:
            dense |= int.from_bytes(blob[1:], "little")
        else:
            sparse.frombytes(blob[1:])
    return dense | bits_of(sparse, size) if sparse else dense


def add(planes: list[int], bits: int, weight: int) -> None:
    """Add a number to that of each document of the set, in place."""
    for place in range(weight.bit_length()):
        if weight >> place & 1:
            _carry(planes, bits, place)


def _carry(planes: list[int], bits: int, place: int) -> None:
    while bits:
        planes.extend([0] * (place + 1 - len(planes)))
        planes[place], bits = planes[place] ^ bits, planes[place] & bits
        place += 1


def below(planes: list[int], limit: int, among: int) -> int:
    """Those of the set whose number is less than `limit`."""
    if limit >> len(planes):
        return among
    less, same = 0, among
    for place in reversed(range(len(planes))):
        if limit >> place & 1:
            less |= same & ~planes[place]
            same &= planes[place]
        else:
            same &= ~planes[place]
    return less


def highest(planes: list[int], among: int) -> int:
    """The highest number in the set, 0 if there is none."""
    return next(by_number(planes, among), (0, 0))[0]


def by_number(planes: list[int], among: int) -> Iterator[tuple[int, int]]:
    """The set in groups of equal number, the highest first: (number, documents)."""

    def split(place: int, number: int, group: int) -> Iterator[tuple[int, int]]:
        if not group:
            return
        if place < 0:
            yield number, group
            return
        yield from split(place - 1, number | 1 << place, group & planes[place])
        yield from split(place - 1, number, group & ~planes[place])

    yield from split(len(planes) - 1, 0, among)


def members(bits: int) -> Iterator[int]:
    """The document numbers, the highest first."""
    while bits:
        number = bits.bit_length() - 1
        yield number
        bits ^= 1 << number
