"""Things for the writing desk."""

from .kit import (
    BLUE,
    BRASS,
    CORAL,
    CREAM,
    GREEN,
    GREY,
    INK,
    LEAF,
    MUSTARD,
    NAVY,
    OAK,
    PINK,
    RED,
    STEEL,
    TEAL,
    TERRACOTTA,
    WHITE,
    WOOD,
    YELLOW,
    ball,
    box,
    dot,
    drawing,
    flat,
    line,
    mirror,
    path,
    shadow,
    solid,
    turn,
)


def pencil(x: float, length: float, angle: float, colour: str) -> str:
    """A pencil that points up out of (x, 470)."""
    top = 470 - length
    shaft = box(x - 18, top + 54, 36, length + 60, colour)
    tip = path(f"M{x - 18} {top + 56}L{x} {top}l18 56z", WOOD) + path(f"M{x - 7} {top + 22}L{x} {top}l7 22z", INK)
    return turn(angle, x, 470, shaft, tip)


@drawing("desk", "pencil-pot")
def pencil_pot() -> list[str]:
    return [
        shadow(400, 662, 160),
        pencil(330, 250, -14, YELLOW),
        pencil(470, 270, 13, RED),
        pencil(420, 320, 3, BLUE),
        pencil(372, 290, -5, LEAF),
        solid("M270 400h260l-16 250q0 14-20 14H306q-20 0-20-14z", TERRACOTTA, True),
        path("M275 500l250 0-3 56H278z", CREAM, 0.75),
        box(256, 386, 288, 32, "#b8603f", 12),
    ]


@drawing("desk", "round-alarm-clock")
def alarm_clock() -> list[str]:
    ticks = [turn(30 * n, 400, 420, line("M400 262v22", INK, 10)) for n in range(12)]
    return [
        shadow(400, 660, 180),
        line("M290 590l-50 66M510 590l50 66", INK, 24),
        turn(-34, 300, 220, solid("M228 236q0-84 72-84t72 84z", BRASS, True)),
        turn(34, 500, 220, solid("M428 236q0-84 72-84t72 84z", BRASS, True)),
        line("M400 214v-50", INK, 14),
        dot(400, 156, 20, INK),
        ball(400, 420, 220, TEAL),
        dot(400, 420, 178, WHITE),
        *ticks,
        line("M400 420V318", INK, 14),
        line("M400 420l80 48", INK, 14),
        line("M400 420l-60 110", RED, 6),
        dot(400, 420, 15, RED),
    ]


@drawing("desk", "paper-scissors")
def scissors() -> list[str]:
    blade = solid("M372 450L470 90q30 60 10 150L430 470z", STEEL)
    handle = line("M404 460q40 80 96 96", NAVY, 34) + line(RING, NAVY, 34)
    return [
        turn(14, 400, 440, mirror(400, blade, handle), blade, handle),
        turn(14, 400, 440, dot(400, 440, 22, BRASS), line("M390 440h20", INK, 5)),
    ]


RING = "M500 540c60-20 110 30 100 90s-80 70-120 30s-40-100 20-120z"


@drawing("desk", "brass-ballpoint-pen")
def ballpoint_pen() -> list[str]:
    pen = [
        path("M388 690l12 50 12-50z", GREY),
        solid("M368 600h64l-18 92h-28z", BRASS),
        box(362, 330, 76, 276, BRASS, 6, True),
        box(362, 316, 76, 24, INK, 4),
        box(362, 110, 76, 210, "#dcae5a", 10, True),
        box(380, 64, 40, 52, INK, 10),
        line("M436 140h22v150", INK, 14),
    ]
    return [line("M120 640q60-90 110 0t110-10t70 20", NAVY, 10), turn(40, 400, 400, *pen)]


@drawing("desk", "letter-tray")
def letter_tray() -> list[str]:
    return [shadow(400, 652, 250), *[tray(y, sheets) for y, sheets in [(220, WHITE), (370, CREAM), (520, WHITE)]]]


def tray(y: float, sheet: str) -> str:
    paper = turn(-3, 400, y, flat(230, y + 6, 340, 60, sheet)) + flat(216, y + 26, 350, 50, "#f0e4cc")
    return (
        box(180, y - 60, 26, 190, OAK, 8)
        + box(594, y - 60, 26, 190, OAK, 8)
        + paper
        + solid(f"M190 {y + 40}h420l10 70q0 20-20 20H200q-20 0-20-20z", WOOD)
        + path(f"M340 {y + 40}h120q-10 40-60 40t-60-40z", "#b98850")
    )


@drawing("desk", "tape-dispenser")
def tape_dispenser() -> list[str]:
    return [
        shadow(400, 636, 270),
        solid("M130 620q-10-70 50-120q60-150 200-150q110 0 160 130h110q40 0 40 60v80z", CORAL, True),
        dot(376, 430, 150, "#cfa86a"),
        ball(376, 430, 132, YELLOW),
        dot(376, 430, 78, "#c9704f"),
        dot(376, 430, 54, WHITE),
        dot(376, 430, 16, GREY),
        line("M470 530q90 0 190-66", "#f3dc92", 16, "butt"),
        path("M640 440l70 0 0 44-60 0z", STEEL),
        line("M652 440l8-14 8 14 8-14 8 14 8-14 8 14 8-14", STEEL, 7),
        box(120, 604, 580, 32, "#c9704f", 14),
    ]


@drawing("desk", "perpetual-calendar")
def calendar() -> list[str]:
    return [
        shadow(400, 650, 220),
        solid("M190 640L250 190h300l60 450z", OAK),
        box(216, 180, 368, 24, WOOD, 10),
        *[box(x, 260, 130, 170, WHITE, 14) for x in (262, 408)],
        line("M305 312l28-16v104M300 400h66", INK, 16),
        line("M505 306q-8-16-34-14t-28 36t24 28t36-10t0-40q8 92-52 92", INK, 15),
        box(262, 460, 276, 70, CREAM, 12),
        line("M290 495h84M394 495h40M456 495h54", RED, 14),
        box(190, 560, 420, 80, WOOD, 14),
        *[dot(x, 600, 16, colour) for x, colour in [(260, RED), (330, MUSTARD), (400, LEAF), (470, TEAL), (540, BLUE)]],
    ]


@drawing("desk", "arc-bookends")
def bookends() -> list[str]:
    books = [(262, 60, 290, RED), (326, 48, 330, NAVY), (378, 66, 270, MUSTARD), (448, 52, 310, GREEN)]
    return [
        shadow(390, 636, 280),
        *[volume(x, w, h, c) for x, w, h, c in books],
        turn(9, 540, 624, volume(516, 44, 300, PINK)),
        solid("M250 624V420q-140 40-150 204z", OAK),
        path("M222 624v-120q-60 30-74 120z", "#a8713f"),
        solid("M584 624V420q140 40 150 204z", OAK),
        path("M612 624v-120q60 30 74 120z", "#a8713f"),
    ]


def volume(x: float, w: float, h: float, colour: str) -> str:
    top = 624 - h
    bands = flat(x, top + 36, w, 14, CREAM) + flat(x, 570, w, 14, CREAM)
    return box(x, top, w, h, colour, 6) + bands + flat(x + w / 2 - 6, top + 80, 12, 80, CREAM, 4, 0.8)
