"""Addresses of pictures in the service's bucket."""

from chalicelib import config


def picture_url(key: str | None) -> str | None:
    """A presigned GET that stays the same for at least 30 minutes, so that browsers cache what is behind it."""
    return config.bucket.presigned_get(key) if key else None
