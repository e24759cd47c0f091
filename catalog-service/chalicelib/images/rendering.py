"""Renditions by Pillow (https://pillow.readthedocs.io): in the function that has it from a layer, and nowhere else.

A picture is decoded whole and made anew from its pixels, so that nothing else of it is left: metadata, other formats
hidden behind it, frames of an animation after the first. Memory stays bounded: the size is known before anything is
unpacked, JPEG is decoded at a half, a quarter or an eighth where that is enough, and all else is done on the largest
rendition. 40 million pixels take 820 MB at worst (WebP with alpha, whose decoder holds several copies) and 2 s.
"""

import io
import struct
import zlib
from collections.abc import Mapping

from PIL import Image, ImageCms, UnidentifiedImageError

from chalicelib.storage import fitted

FORMATS = ("PNG", "JPEG", "WEBP")
QUALITY, EFFORT = 80, 2  # effort 4 takes twice as long and saves 8 % of the bytes
_GAP = 2.0  # of a large step, all but the last half is done by averages, which is quick
_ORIENTATION, _ON_ITS_SIDE = 0x0112, 5
_UPRIGHT = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
# What Pillow raises for content that is broken; MemoryError is not among it, so that such a picture is tried again.
_BROKEN = (
    OSError,
    SyntaxError,
    ValueError,
    TypeError,
    LookupError,
    ArithmeticError,
    EOFError,
    struct.error,
    zlib.error,
)


class NoPicture(Exception):
    """The content is no whole picture of these formats, or not of the size that it claims; the text says why."""


def rendered(content: bytes, size: tuple[int, int], sides: Mapping[str, object]) -> dict[str, bytes]:
    """WebP by the pixels of the longest side, or NoPicture. `size` is what the picture has, lying as people see it.

    The same content gives the same bytes.
    """
    try:
        picture = _upright(content, size, max(int(side) for side in sides))
        made = {side: _fitted(picture, size, int(side)) for side in sides}
    except (*_BROKEN, UnidentifiedImageError, Image.DecompressionBombError) as error:
        raise NoPicture(f"{type(error).__name__}: {error}") from error
    return {side: _webp(one) for side, one in made.items()}


def _upright(content: bytes, size: tuple[int, int], side: int) -> Image.Image:
    """The first frame in sRGB, the right way up, no larger than is needed and with nothing but its pixels."""
    with Image.open(io.BytesIO(content), formats=FORMATS) as opened:
        orientation = opened.getexif().get(_ORIENTATION, 1)
        lying = opened.size if orientation < _ON_ITS_SIDE else opened.size[::-1]
        if lying != size:
            raise NoPicture(f"{lying} is not the size that it claims")
        wanted, profile = fitted(*opened.size, side), opened.info.get("icc_profile")
        opened.draft(None, wanted)  # JPEG only: decodes no more than is needed
        opened.load()
        plain = _plain(opened)
    small = _in_srgb(plain.resize(wanted, Image.Resampling.LANCZOS, reducing_gap=_GAP), profile)
    return small.transpose(_UPRIGHT[orientation]) if orientation in _UPRIGHT else small


def _plain(picture: Image.Image) -> Image.Image:
    """In a mode that can be made smaller: grey, RGB, CMYK, or with colours multiplied by alpha, so that what can't be
    seen does not shine through."""
    if picture.mode.startswith("I"):  # 16 bits of grey: converted by Pillow, all but the darkest would be white
        return picture.point(lambda value: value * (1 / 256)).convert("L")
    if picture.has_transparency_data:
        return picture.convert("RGBA").convert("RGBa")
    return picture if picture.mode in ("L", "RGB", "CMYK") else picture.convert("RGB")


def _in_srgb(picture: Image.Image, profile: bytes | None) -> Image.Image:
    """RGB or RGBA as screens show it; a profile that does not fit the picture is left out of account."""
    alpha = None
    if picture.mode == "RGBa":
        picture = picture.convert("RGBA")
        alpha = picture.getchannel("A")
        picture = picture.convert("RGB")
    if profile:
        try:
            source, srgb = ImageCms.ImageCmsProfile(io.BytesIO(profile)), ImageCms.createProfile("sRGB")
            picture = ImageCms.profileToProfile(picture, source, srgb, outputMode="RGB") or picture
        except (ImageCms.PyCMSError, OSError, ValueError):
            pass
    picture = picture.convert("RGB")
    if alpha is not None and alpha.getextrema() != (255, 255):
        picture.putalpha(alpha)
    picture.info = {}  # Pillow would write the profile from here
    return picture


def _fitted(picture: Image.Image, size: tuple[int, int], side: int) -> Image.Image:
    wanted = fitted(*size, side)
    if picture.size == wanted:
        return picture
    return picture.resize(wanted, Image.Resampling.LANCZOS, reducing_gap=_GAP)


def _webp(picture: Image.Image) -> bytes:
    out = io.BytesIO()
    picture.save(out, "WEBP", quality=QUALITY, method=EFFORT)
    return out.getvalue()
