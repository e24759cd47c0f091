"""Draws the pictures of the demo catalogue: `python -m tools.shop.demo.draw [--sheet FILE] [SLUG ...]`.

For authors only. It needs resvg-py and Pillow; the shop itself uses the finished files in pictures/.
"""

import argparse
import importlib
import io
from pathlib import Path

from PIL import Image

from .drawings import DRAWINGS, svg

PICTURES = Path(__file__).parent / "pictures"


def render(slug: str) -> Image.Image:
    # Imported by name: it is an author's tool and not a dependency of the shop.
    png = importlib.import_module("resvg_py").svg_to_bytes(svg_string=svg(slug))
    return Image.open(io.BytesIO(bytes(png))).convert("RGB")


def contact_sheet(pictures: list[Image.Image], columns: int = 4, size: int = 400) -> Image.Image:
    """Everything on one picture, to be looked at."""
    sheet = Image.new("RGB", (columns * size, -(-len(pictures) // columns) * size))
    for number, picture in enumerate(pictures):
        sheet.paste(picture.resize((size, size)), (number % columns * size, number // columns * size))
    return sheet


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("slugs", nargs="*", help="what to draw; all when none is given")
    options.add_argument("--sheet", type=Path, help="also write a contact sheet here")
    chosen = options.parse_args()
    slugs = chosen.slugs or list(DRAWINGS)
    pictures = [render(slug) for slug in slugs]
    PICTURES.mkdir(exist_ok=True)
    for slug, picture in zip(slugs, pictures, strict=True):
        picture.save(PICTURES / f"{slug}.webp", quality=86, method=6)
    if chosen.sheet:
        contact_sheet(pictures).save(chosen.sheet)


if __name__ == "__main__":
    main()
