"""Addresses of pictures in the service's bucket, and the sizes in which they are shown."""

from chalicelib import config

SIDES = (160, 640, 1600)  # pixels of the longest side: cards, pages, the whole screen


def picture_url(key: str | None) -> str | None:
    """A presigned GET that stays the same for at least 30 minutes, so that browsers cache what is behind it."""
    return config.bucket.presigned_get(key) if key else None


def larger_url(thumb: str | None) -> str | None:
    """Of the next larger rendition beside the one for cards."""
    return picture_url(thumb.removesuffix(f"-{SIDES[0]}.webp") + f"-{SIDES[1]}.webp") if thumb else None


def fitted(width: int, height: int, side: int) -> tuple[int, int]:
    """The size that fits into a square of so many pixels: never enlarged, never without a pixel."""
    longest = max(width, height)
    if longest <= side:
        return width, height
    return max(1, round(width * side / longest)), max(1, round(height * side / longest))
