"""A small drawing kit: flat shapes as SVG text on an 800 × 800 sheet, lit from the left.

A drawing is a function that returns shapes, registered under the slug of its product.
"""

from collections.abc import Callable

INK, CREAM, WHITE = "#2f3542", "#fff3dc", "#fffdf8"
RED, CORAL, TERRACOTTA, PINK = "#d2503d", "#ef8a6c", "#cc7350", "#f0a6b4"
MUSTARD, YELLOW, BRASS = "#e4a336", "#f7cb50", "#cf9b41"
GREEN, LEAF, FOREST = "#6fa56f", "#4f9d69", "#356b4c"
TEAL, BLUE, SKY, NAVY = "#2f8f8b", "#3e6fa8", "#8fbfe0", "#2c3e66"
LILAC, PLUM = "#a58bc9", "#6b4a7d"
WOOD, OAK, WALNUT = "#e0b27c", "#c98f55", "#8f5f3a"
STEEL, GREY, LINEN = "#c3cad1", "#8b95a1", "#e8dcc6"

BACKDROPS = {
    "lighting": "#f6dca6",
    "kitchen": "#f5c8b4",
    "desk": "#c7dcec",
    "garden": "#cbe2bf",
    "bags": "#d9cfec",
    "toys": "#f8ccd6",
    "paper": "#e8d8c3",
    "bath": "#bfe2e3",
}

DEFINITIONS = """<defs>
<linearGradient id="shade"><stop offset=".64" stop-opacity="0"/><stop offset=".64" stop-opacity=".11"/></linearGradient>
<linearGradient id="gloss"><stop offset=".12" stop-color="#fff" stop-opacity="0"/>
<stop offset=".12" stop-color="#fff" stop-opacity=".34"/><stop offset=".2" stop-color="#fff" stop-opacity=".34"/>
<stop offset=".2" stop-color="#fff" stop-opacity="0"/></linearGradient>
<radialGradient id="glow"><stop offset="0" stop-color="#fffbe2" stop-opacity=".95"/>
<stop offset="1" stop-color="#fffbe2" stop-opacity="0"/></radialGradient>
<linearGradient id="beam" x2="0" y2="1"><stop offset="0" stop-color="#fffbe2" stop-opacity=".85"/>
<stop offset="1" stop-color="#fffbe2" stop-opacity="0"/></linearGradient>
<filter id="soft" x="-50%" y="-200%" width="200%" height="500%"><feGaussianBlur stdDeviation="11"/></filter>
</defs>"""

Drawing = Callable[[], list[str]]
DRAWINGS: dict[str, tuple[str, Drawing]] = {}


def drawing(category: str, slug: str) -> Callable[[Drawing], Drawing]:
    """Register the picture of one product."""

    def register(draw: Drawing) -> Drawing:
        DRAWINGS[slug] = (category, draw)
        return draw

    return register


def svg(slug: str) -> str:
    """The whole picture of a product as an SVG document."""
    category, draw = DRAWINGS[slug]
    sheet = f'<rect width="800" height="800" fill="{BACKDROPS[category]}"/>'
    halo = '<circle cx="400" cy="392" r="318" fill="#fff" fill-opacity=".3"/>'
    head = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 800 800" width="800" height="800">'
    return "".join([head, DEFINITIONS, sheet, halo, *draw(), "</svg>"])


def path(d: str, fill: str = "none", opacity: float = 1) -> str:
    return f'<path d="{d}" fill="{fill}" fill-opacity="{opacity}"/>'


def solid(d: str, fill: str, gloss: bool = False) -> str:
    """A filled outline with its right third in shade, and a streak of light if it is glossy."""
    return path(d, fill) + path(d, "url(#shade)") + (path(d, "url(#gloss)") if gloss else "")


def line(d: str, stroke: str, width: float = 10, cap: str = "round", dash: str = "") -> str:
    dashes = f' stroke-dasharray="{dash}"' if dash else ""
    return (
        f'<path d="{d}" fill="none" stroke="{stroke}" stroke-width="{width}" '
        f'stroke-linecap="{cap}" stroke-linejoin="round"{dashes}/>'
    )


def outline(x: float, y: float, w: float, h: float, r: float) -> str:
    """The path of a rounded rectangle."""
    r = min(r, w / 2, h / 2)
    return (
        f"M{x + r} {y}h{w - 2 * r}a{r} {r} 0 0 1 {r} {r}v{h - 2 * r}a{r} {r} 0 0 1 {-r} {r}"
        f"h{2 * r - w}a{r} {r} 0 0 1 {-r} {-r}v{2 * r - h}a{r} {r} 0 0 1 {r} {-r}z"
    )


def box(x: float, y: float, w: float, h: float, fill: str, r: float = 0, gloss: bool = False) -> str:
    """A shaded, rounded rectangle."""
    return solid(outline(x, y, w, h, r), fill, gloss)


def flat(x: float, y: float, w: float, h: float, fill: str, r: float = 0, opacity: float = 1) -> str:
    """A rounded rectangle without shade."""
    return path(outline(x, y, w, h, r), fill, opacity)


def oval(cx: float, cy: float, rx: float, ry: float | None = None) -> str:
    """The path of an ellipse, or of a circle when only one radius is given."""
    ry = rx if ry is None else ry
    return f"M{cx - rx} {cy}a{rx} {ry} 0 1 1 {2 * rx} 0a{rx} {ry} 0 1 1 {-2 * rx} 0z"


def ball(cx: float, cy: float, rx: float, fill: str, ry: float | None = None, gloss: bool = False) -> str:
    """A shaded ellipse."""
    return solid(oval(cx, cy, rx, ry), fill, gloss)


def dot(cx: float, cy: float, rx: float, fill: str, ry: float | None = None, opacity: float = 1) -> str:
    """An ellipse without shade."""
    return path(oval(cx, cy, rx, ry), fill, opacity)


def shadow(cx: float, cy: float, rx: float, ry: float = 20) -> str:
    """The soft shadow that something casts on the floor."""
    return f'<ellipse cx="{cx}" cy="{cy}" rx="{rx}" ry="{ry}" fill="#3a2c1e" fill-opacity=".26" filter="url(#soft)"/>'


def glow(cx: float, cy: float, r: float) -> str:
    """Light around a lamp."""
    return f'<circle cx="{cx}" cy="{cy}" r="{r}" fill="url(#glow)"/>'


def turn(angle: float, cx: float, cy: float, *shapes: str) -> str:
    return f'<g transform="rotate({angle} {cx} {cy})">{"".join(shapes)}</g>'


def move(dx: float, dy: float, *shapes: str, scale: float = 1) -> str:
    return f'<g transform="translate({dx} {dy}) scale({scale})">{"".join(shapes)}</g>'


def mirror(cx: float, *shapes: str) -> str:
    return f'<g transform="translate({2 * cx} 0) scale(-1 1)">{"".join(shapes)}</g>'


def inside(name: str, d: str, *shapes: str) -> str:
    """The shapes, cut to an outline; the name must be unique in its drawing."""
    return f'<clipPath id="{name}"><path d="{d}"/></clipPath><g clip-path="url(#{name})">{"".join(shapes)}</g>'
