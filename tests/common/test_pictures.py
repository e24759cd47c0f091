"""Pictures keep their pixels and lose what else is in them; what is no whole picture is refused."""

import io
import struct
import zlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageChops, ImageCms, ImageOps
from PIL.PngImagePlugin import PngInfo

from common.pictures import look_into

PIXELS = 1_000_000
SECRET = b"Hidden Lane 7, 52.5200N"
TYPES = {"PNG": "image/png", "JPEG": "image/jpeg", "WEBP": "image/webp"}
FORMS = [
    *(("PNG", mode, {}) for mode in ("1", "L", "LA", "P", "RGB", "RGBA", "I;16")),
    *(("JPEG", mode, {}) for mode in ("L", "RGB", "CMYK")),
    ("JPEG", "RGB", {"progressive": True}),
    ("JPEG", "RGB", {"restart_marker_blocks": 2}),
    *(("WEBP", mode, {"lossless": lossless}) for mode in ("RGB", "RGBA") for lossless in (True, False)),
]


def drawn(mode="RGB", size=(60, 40)):
    return Image.radial_gradient("L").resize(size).convert(mode)


def picture(kind="PNG", mode="RGB", size=(60, 40), **options):
    out = io.BytesIO()
    drawn(mode, size).save(out, kind, **options)
    return out.getvalue()


def opened(content):
    image = Image.open(io.BytesIO(content))
    image.load()
    return image


def same_pixels(one, other):
    left, right = opened(one), opened(other)
    return (
        left.mode == right.mode and ImageChops.difference(left.convert("RGBA"), right.convert("RGBA")).getbbox() is None
    )


def exif(orientation=None):
    tags = Image.Exif()
    tags[0x010F] = SECRET.decode()
    tags.get_ifd(0x8825)[29] = SECRET.decode()
    if orientation:
        tags[0x0112] = orientation
    return tags


def chunk(kind, data=b""):
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def png(header, *between, rows=b""):
    chunks = [chunk(b"IHDR", struct.pack(">IIBBBBB", *header)), *between, chunk(b"IDAT", zlib.compress(rows))]
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunks) + chunk(b"IEND")


def texts():
    info = PngInfo()
    info.add_text("Comment", SECRET.decode())
    info.add_text("Packed", SECRET.decode(), zip=True)
    info.add_itxt("XML:com.adobe.xmp", SECRET.decode())
    return info


def with_thumbnail(jpeg):
    """The same picture, with 9 pixels in its JFIF header."""
    return jpeg[:4] + b"\0\x2b" + jpeg[6:18] + b"\x09\x01" + SECRET + b"...." + jpeg[20:]


TALKATIVE = {
    "png texts": picture("PNG", pnginfo=texts()),
    "png exif": picture("PNG", exif=exif()),
    "png unknown chunk": picture("PNG")[:33] + chunk(b"prVt", SECRET) + picture("PNG")[33:],
    "png tail": picture("PNG") + SECRET,
    "jpeg exif": picture("JPEG", exif=exif(6)),
    "jpeg xmp": picture("JPEG", xmp=SECRET),
    "jpeg comment": picture("JPEG", comment=SECRET),
    "jpeg iptc": picture("JPEG").replace(b"\xff\xdb", b"\xff\xed\x00\x19" + SECRET + b"\xff\xdb", 1),
    "jpeg thumbnail": with_thumbnail(picture("JPEG")),
    "jpeg tail": picture("JPEG") + picture("JPEG", comment=SECRET),
    "webp exif": picture("WEBP", exif=exif()),
    "webp xmp": picture("WEBP", xmp=SECRET),
    "webp tail": picture("WEBP") + SECRET,
}


@pytest.mark.parametrize(("kind", "mode", "options"), FORMS)
def test_a_picture_without_metadata_stays_as_it_is(kind, mode, options):
    content = picture(kind, mode, (61, 43), **options)

    assert look_into(content, PIXELS) == (TYPES[kind], 61, 43, content)


@pytest.mark.parametrize("content", TALKATIVE.values(), ids=TALKATIVE)
def test_nothing_is_left_but_the_pixels(content):
    assert SECRET in content
    clean = look_into(content, PIXELS).content

    assert SECRET not in clean
    assert not opened(clean).info.keys() & {"comment", "Comment", "Packed", "XML:com.adobe.xmp", "xmp", "photoshop"}
    assert same_pixels(clean, content)
    assert look_into(clean, PIXELS).content == clean


@pytest.mark.parametrize("kind", TYPES)
@pytest.mark.parametrize("orientation", range(1, 9))
def test_a_picture_keeps_its_orientation_and_tells_the_size_that_people_see(orientation, kind):
    found = look_into(picture(kind, size=(30, 20), exif=exif(orientation)), PIXELS)
    shown = opened(found.content)

    assert dict(shown.getexif()) == ({} if orientation == 1 else {0x0112: orientation})
    assert ImageOps.exif_transpose(shown).size == (found.width, found.height)


@pytest.mark.parametrize("kind", TYPES)
def test_what_the_colours_mean_stays(kind):
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    content = picture(kind, icc_profile=profile)

    assert opened(look_into(content, PIXELS).content).info["icc_profile"] == profile


def animation():
    """Three frames, with XMP in the file and in each frame."""
    out = io.BytesIO()
    frames = [drawn("RGB").rotate(turn) for turn in (0, 90, 180)]
    frames[0].save(out, "WEBP", save_all=True, append_images=frames[1:], duration=100, xmp=SECRET)
    content, hidden = out.getvalue(), b"XMP " + struct.pack("<I", len(SECRET)) + SECRET + b"\0" * (len(SECRET) % 2)
    pieces = content[12:].split(b"ANMF")
    framed = [struct.pack("<I", struct.unpack("<I", one[:4])[0] + len(hidden)) + one[4:] for one in pieces[1:]]
    framed = [one[: 4 + struct.unpack("<I", one[:4])[0] - len(hidden)] for one in framed]
    body = b"WEBP" + b"ANMF".join([pieces[0], *(one + hidden for one in framed)])
    return b"RIFF" + struct.pack("<I", len(body)) + body


def test_an_animation_keeps_its_frames_and_loses_its_metadata():
    assert animation().count(SECRET) == 3
    clean = look_into(animation(), PIXELS)

    assert (opened(clean.content).n_frames, clean.width, clean.height) == (3, 60, 40)
    assert SECRET not in clean.content


def test_a_webp_announces_no_metadata_that_it_has_lost():
    assert picture("WEBP", exif=exif(), xmp=SECRET)[20] & 0x0C == 0x0C
    assert look_into(picture("WEBP", exif=exif(), xmp=SECRET), PIXELS).content[20] & 0x0C == 0


def interlaced(width, height):
    """The rows of an 8-bit grey picture in Adam7's seven passes, white."""
    passes = [(0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2)]
    rows = [len(range(left, width, step)) for left, top, step, down in passes for _ in range(top, height, down)]
    return png((width, height, 8, 0, 0, 0, 1), rows=b"".join(b"\0" + b"\xff" * row for row in rows if row))


@given(st.integers(1, 40), st.integers(1, 40))
def test_an_interlaced_png_is_a_picture_whatever_its_size(width, height):
    content = interlaced(width, height)

    assert opened(content).getextrema() == (255, 255)
    assert look_into(content, PIXELS) == ("image/png", width, height, content)


@pytest.mark.parametrize("content", [picture("PNG"), picture("JPEG"), picture("WEBP"), picture("WEBP", exif=exif())])
def test_a_picture_that_is_cut_off_anywhere_is_refused(content):
    assert {look_into(content[:length], PIXELS) for length in range(len(content) - 1)} == {None}


@pytest.mark.parametrize("kind", TYPES)
def test_a_picture_of_too_many_pixels_is_refused(kind):
    assert look_into(picture(kind, size=(100, 100)), 100 * 100)
    assert look_into(picture(kind, size=(100, 100)), 100 * 100 - 1) is None


def lying_webp(canvas):
    """An extended WebP that announces another size than its pixels have."""
    content = bytearray(picture("WEBP", exif=exif()))
    assert content[12:16] == b"VP8X"
    content[24:30] = (canvas[0] - 1).to_bytes(3, "little") + (canvas[1] - 1).to_bytes(3, "little")
    return bytes(content)


FRAME = b"\xff\xc0\0\x0b\x08\xff\xff\xff\xff\x01\x01\x11\0"
GREY = (2, 2, 8, 0, 0, 0, 0)
ROWS = b"\0ab\0cd"


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"GIF89a" + b"\0" * 20,
        b"<svg xmlns='http://www.w3.org/2000/svg'/>",
        b"\x89PNG\r\n\x1a\n" + chunk(b"IEND"),
        b"\xff\xd8\xff\xd9",
        b"\xff\xd8\xff" + b"\xff" * 1000,
        b"RIFF\x04\0\0\0WEBP",
        picture("PNG").replace(b"IDAT", b"IDAX"),
        png(GREY, rows=ROWS[:-1]),
        png(GREY, rows=ROWS + b"!"),
        png(GREY, chunk(b"IDAT", zlib.compress(ROWS)), rows=ROWS),
        png(GREY, rows=ROWS)[:29] + b"\0\0\0\0" + png(GREY, rows=ROWS)[33:],
        png(GREY, rows=b"\0" * 50_000_000),
        png((2, 2, 3, 0, 0, 0, 0), rows=ROWS),
        png((2, 2, 8, 3, 0, 0, 0), rows=ROWS),
        png((0, 2, 8, 0, 0, 0, 0)),
        png(GREY, chunk(b"IHDR", struct.pack(">IIBBBBB", 9, 9, 8, 0, 0, 0, 0)), rows=ROWS),
        png(GREY, chunk(b"SECR", b"must be known"), rows=ROWS),
        picture("JPEG").replace(b"\xff\xc0", b"\xff\xc9"),
        picture("JPEG").replace(b"\xff\xc4", FRAME + b"\xff\xc4", 1),
        lying_webp((6, 4)),
        lying_webp((600, 400)),
    ],
)
def test_what_is_not_what_it_claims_is_refused(content):
    assert look_into(content, PIXELS) is None


def test_the_smallest_picture_of_the_broken_ones_is_one_when_whole():
    assert look_into(png(GREY, rows=ROWS), PIXELS)


@settings(max_examples=300)
@given(st.sampled_from([*TALKATIVE.values()]), st.data())
def test_whatever_is_changed_in_a_picture_it_is_a_picture_or_refused(content, data):
    place, length = data.draw(st.integers(0, len(content))), data.draw(st.integers(0, 8))
    changed = content[:place] + data.draw(st.binary(max_size=8)) + content[place + length :]
    found = look_into(changed, PIXELS)

    assert found is None or look_into(found.content, PIXELS) == found
