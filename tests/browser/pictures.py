"""Pictures to upload."""

import io

from PIL import Image


def png(colour: str) -> bytes:
    written = io.BytesIO()
    Image.new("RGB", (640, 480), colour).save(written, "PNG")
    return written.getvalue()
