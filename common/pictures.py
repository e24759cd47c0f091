"""Pictures by their own bytes: what they are, and the same pixels without anything else.

PNG (W3C PNG 3rd edition), JPEG (ITU T.81) and WebP (RFC 9649) are walked to their last part. What shows the pixels is
kept, by a list of it; the rest goes: EXIF with its places and thumbnails, XMP, texts, and whatever follows the end.
Of EXIF the orientation stays. No library: Pillow alone is as large as a whole service's package.
"""

import re
import struct
import zlib
from collections.abc import Iterable, Iterator
from typing import NamedTuple

_PNG = b"\x89PNG\r\n\x1a\n"
_PNG_KEPT = set(b"IHDR PLTE IDAT IEND tRNS gAMA cHRM sRGB sBIT bKGD pHYs iCCP cICP".split())
_PNG_CHANNELS = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}
_PNG_DEPTHS = {0: (1, 2, 4, 8, 16), 2: (8, 16), 3: (1, 2, 4, 8), 4: (8, 16), 6: (8, 16)}
_ADAM7 = ((0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2))
_INFLATE_BYTES = 1 << 20

_MARKER = re.compile(rb"\xff+([^\x00\xff])", re.DOTALL)
_AFTER_SCAN = re.compile(rb"\xff[^\x00\xff\xd0-\xd7]", re.DOTALL)
_SOF, _SOS, _EOI = frozenset({0xC0, 0xC1, 0xC2}), 0xDA, 0xD9  # baseline, extended, progressive: what browsers show
_JPEG_KEPT = _SOF | {0xC4, 0xDB, 0xDD, _SOS}  # and the tables
_ORIENTATION = 0x0112

_WEBP_KEPT = {b"VP8X", b"VP8 ", b"VP8L", b"ALPH", b"ICCP", b"ANIM", b"ANMF"}
_WEBP_EXIF = 0x08  # flags of VP8X
_WEBP_METADATA = _WEBP_EXIF | 0x04  # and XMP


class Picture(NamedTuple):
    """`content` is what to keep; width and height are those that people see."""

    content_type: str
    width: int
    height: int
    content: bytes


def look_into(content: bytes, max_pixels: int) -> Picture | None:
    """The picture without its metadata; None if it is none of these kinds, broken, cut off or too large."""
    try:
        if content.startswith(_PNG):
            return _png(content, max_pixels)
        if content.startswith(b"\xff\xd8\xff"):
            return _jpeg(content, max_pixels)
        if content[:4] == b"RIFF" and content[8:12] == b"WEBP":
            return _webp(content, max_pixels)
    except (ValueError, IndexError, struct.error, zlib.error):
        pass  # what a parser stumbles over is no picture
    return None


def _check(fine: bool) -> None:
    if not fine:
        raise ValueError


def _png(content: bytes, max_pixels: int) -> Picture:
    chunks = list(_png_chunks(content))
    kinds = [kind for kind, _ in chunks]
    _check(kinds[0] == b"IHDR" and kinds.count(b"IHDR") == 1 and kinds[-1] == b"IEND")
    _check(all(kind in _PNG_KEPT or kind[0] & 0x20 for kind in kinds))  # else a decoder must not go on
    header = struct.unpack(">IIBBBBB", chunks[0][1][8:-4])
    width, height, _, colours = header[:4]
    _check(0 < width * height <= max_pixels and (colours != 3 or b"PLTE" in kinds))
    _check(_inflates_to((chunk[8:-4] for kind, chunk in chunks if kind == b"IDAT"), _png_bytes(*header)))
    turned = next((_orientation(chunk[8:-4]) for kind, chunk in chunks if kind == b"eXIf"), 1)
    kept = [chunk for kind, chunk in chunks if kind in _PNG_KEPT]
    kept[1:1] = [_png_chunk(b"eXIf", _tiff(turned))] if turned != 1 else []
    return Picture("image/png", *_upright(width, height, turned), _PNG + b"".join(kept))


def _png_chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def _png_chunks(content: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Kind and bytes of each chunk to the end of the picture; each has a checksum."""
    at, kind = len(_PNG), b""
    while kind != b"IEND":
        length, kind = struct.unpack_from(">I4s", content, at)
        chunk = content[at : at + length + 12]
        _check(zlib.crc32(chunk[4:-4]) == struct.unpack_from(">I", content, at + length + 8)[0])
        yield kind, chunk
        at += length + 12


def _png_bytes(width: int, height: int, depth: int, colours: int, packing: int, filters: int, interlaced: int) -> int:
    """How long the pixels are unpacked: rows of whole bytes, each behind a byte for its filter."""
    _check(depth in _PNG_DEPTHS.get(colours, ()) and (packing, filters) == (0, 0) and interlaced in (0, 1))
    total = 0
    for left, top, step, down in _ADAM7 if interlaced else ((0, 0, 1, 1),):
        columns, rows = -(-(width - left) // step), -(-(height - top) // down)
        total += rows * (1 + (columns * _PNG_CHANNELS[colours] * depth + 7) // 8) if columns > 0 and rows > 0 else 0
    return total


def _inflates_to(pieces: Iterable[bytes], size: int) -> bool:
    """In steps, and never far beyond the size: a small file can unpack to gigabytes."""
    inflater, seen = zlib.decompressobj(), 0
    for piece in pieces:
        rest = piece
        while rest and seen <= size:
            seen += len(inflater.decompress(rest, _INFLATE_BYTES))
            rest = inflater.unconsumed_tail
    while seen <= size and (more := inflater.decompress(b"", _INFLATE_BYTES)):
        seen += len(more)
    return inflater.eof and seen == size and not inflater.unused_data


def _jpeg(content: bytes, max_pixels: int) -> Picture:
    segments = list(_jpeg_segments(content))
    frames = [segment for marker, segment in segments if marker in _SOF]
    _check(len(frames) == 1 and any(marker == _SOS for marker, _ in segments))
    _check(all(marker in _JPEG_KEPT or 0xE0 <= marker <= 0xEF or marker == 0xFE for marker, _ in segments))
    height, width = struct.unpack_from(">HH", frames[0], 5)
    _check(0 < width * height <= max_pixels)
    turned = next((_orientation(s[10:]) for m, s in segments if m == 0xE1 and s[4:10] == b"Exif\0\0"), 1)
    parts = [b"\xff\xd8", *([_exif(turned)] if turned != 1 else []), *map(_jpeg_part, segments), b"\xff\xd9"]
    return Picture("image/jpeg", *_upright(width, height, turned), b"".join(parts))


def _jpeg_segments(content: bytes) -> Iterator[tuple[int, bytes]]:
    """Marker and bytes of each segment to the end of the picture; a scan's bytes hold its data."""
    at = 2
    while True:
        at = _end_of(_MARKER.match(content, at)) - 2
        marker = content[at + 1]
        if marker == _EOI:
            return
        length = struct.unpack_from(">H", content, at + 2)[0]
        end = at + 2 + length
        _check(length >= 2 and end <= len(content))
        if marker == _SOS:
            end = _end_of(_AFTER_SCAN.search(content, end)) - 2
        yield marker, content[at:end]
        at = end


def _end_of(found: re.Match[bytes] | None) -> int:
    if found is None:
        raise ValueError
    return found.end()


def _jpeg_part(found: tuple[int, bytes]) -> bytes:
    """What stays of a segment. JFIF may hold a thumbnail; ICC and Adobe say what the colours mean."""
    marker, segment = found
    if marker == 0xE0 and segment[4:9] == b"JFIF\0" and len(segment) >= 18:
        return b"\xff\xe0\x00\x10" + segment[4:16] + b"\0\0"
    colours = (marker == 0xE2 and segment[4:16] == b"ICC_PROFILE\0") or (marker == 0xEE and segment[4:9] == b"Adobe")
    return segment if colours or marker in _JPEG_KEPT else b""


def _orientation(tiff: bytes) -> int:
    """EXIF's tag from its first directory; 1, upright, if it is missing or makes no sense."""
    sign = ">" if tiff.startswith(b"MM") else "<"
    try:
        at = struct.unpack_from(f"{sign}I", tiff, 4)[0]
        count = struct.unpack_from(f"{sign}H", tiff, at)[0]
        entries = (struct.unpack_from(f"{sign}HHIH", tiff, at + 2 + 12 * place) for place in range(count))
        found = next((value for tag, kind, _, value in entries if (tag, kind) == (_ORIENTATION, 3)), 1)
    except struct.error:
        return 1
    return found if 1 < found < 9 else 1


def _exif(orientation: int) -> bytes:
    """A JPEG's segment with this one tag."""
    tiff = _tiff(orientation)
    return b"\xff\xe1" + struct.pack(">H", 8 + len(tiff)) + b"Exif\0\0" + tiff


def _tiff(orientation: int) -> bytes:
    """EXIF with this one tag."""
    return struct.pack("<2sHIHHHIHHI", b"II", 42, 8, 1, _ORIENTATION, 3, 1, orientation, 0, 0)


def _upright(width: int, height: int, orientation: int) -> tuple[int, int]:
    """The size that people see: 5 to 8 lie on their side."""
    return (height, width) if orientation >= 5 else (width, height)


def _webp(content: bytes, max_pixels: int) -> Picture:
    length = struct.unpack_from("<I", content, 4)[0]
    _check(8 + length <= len(content))
    chunks = list(_riff(content[12 : 8 + length]))
    kind, data = chunks[0]
    if kind != b"VP8X":
        return _webp_of(_frame_size(kind, data), 1, max_pixels, [(kind, data)])
    canvas = 1 + int.from_bytes(data[4:7], "little"), 1 + int.from_bytes(data[7:10], "little")
    _check(len(data) >= 10 and _frames(chunks, canvas) > 0)
    turned = next((_orientation(one.removeprefix(b"Exif\0\0")) for name, one in chunks if name == b"EXIF"), 1)
    exif = [(b"EXIF", _tiff(turned))] if turned != 1 else []
    header = bytes([data[0] & ~_WEBP_METADATA | (_WEBP_EXIF if exif else 0)]) + data[1:10]
    return _webp_of(canvas, turned, max_pixels, [(kind, header), *map(_webp_part, _kept(chunks[1:])), *exif])


def _webp_of(
    canvas: tuple[int, int], orientation: int, max_pixels: int, chunks: Iterable[tuple[bytes, bytes]]
) -> Picture:
    _check(0 < canvas[0] * canvas[1] <= max_pixels)
    body = b"WEBP" + _joined(chunks)
    return Picture("image/webp", *_upright(*canvas, orientation), b"RIFF" + struct.pack("<I", len(body)) + body)


def _riff(body: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Kind and data of each chunk."""
    at = 0
    while at < len(body):
        kind, length = struct.unpack_from("<4sI", body, at)
        _check(at + 8 + length <= len(body))
        yield kind, body[at + 8 : at + 8 + length]
        at += 8 + length + length % 2


def _joined(chunks: Iterable[tuple[bytes, bytes]]) -> bytes:
    return b"".join(kind + struct.pack("<I", len(data)) + data + b"\0" * (len(data) % 2) for kind, data in chunks)


def _kept(chunks: Iterable[tuple[bytes, bytes]]) -> list[tuple[bytes, bytes]]:
    return [(kind, data) for kind, data in chunks if kind in _WEBP_KEPT]


def _webp_part(chunk: tuple[bytes, bytes]) -> tuple[bytes, bytes]:
    """A frame of an animation has chunks of its own."""
    kind, data = chunk
    return (kind, data[:16] + _joined(_kept(_riff(data[16:])))) if kind == b"ANMF" else chunk


def _frames(chunks: Iterable[tuple[bytes, bytes]], canvas: tuple[int, int]) -> int:
    """How many pictures there are; each must be as large as announced, since decoders make room for what it says."""
    count = 0
    for kind, data in chunks:
        if kind == b"ANMF":
            left, top, width, height = (int.from_bytes(data[place : place + 3], "little") for place in (0, 3, 6, 9))
            _check(2 * left + width < canvas[0] and 2 * top + height < canvas[1])
            _check(_frames(_riff(data[16:]), (1 + width, 1 + height)) == 1)
            count += 1
        elif kind in (b"VP8 ", b"VP8L"):
            _check(_frame_size(kind, data) == canvas)
            count += 1
    return count


def _frame_size(kind: bytes, data: bytes) -> tuple[int, int]:
    if kind == b"VP8L":
        _check(data[0] == 0x2F)
        bits = int.from_bytes(data[1:5], "little")
        return 1 + (bits & 0x3FFF), 1 + (bits >> 14 & 0x3FFF)
    _check(kind == b"VP8 " and data[0] & 1 == 0 and data[3:6] == b"\x9d\x01\x2a")
    width, height = struct.unpack_from("<HH", data, 6)
    return width & 0x3FFF, height & 0x3FFF
