"""Things for the bathroom."""

from .kit import (
    BLUE,
    BRASS,
    CORAL,
    CREAM,
    FOREST,
    GREEN,
    GREY,
    INK,
    LEAF,
    LILAC,
    LINEN,
    MUSTARD,
    OAK,
    PINK,
    RED,
    TEAL,
    TERRACOTTA,
    WALNUT,
    WHITE,
    WOOD,
    YELLOW,
    ball,
    box,
    dot,
    drawing,
    flat,
    inside,
    line,
    move,
    oval,
    path,
    shadow,
    solid,
    turn,
)


def bubble(x: float, y: float, r: float) -> str:
    return dot(x, y, r, WHITE, opacity=0.75) + dot(x - r * 0.3, y - r * 0.35, r * 0.22, "#fff")


@drawing("bath", "lavender-soap")
def soap() -> list[str]:
    return [
        shadow(400, 620, 270),
        *[
            bubble(x, y, r)
            for x, y, r in [(230, 300, 40), (300, 230, 26), (560, 270, 46), (500, 190, 24), (400, 270, 18)]
        ],
        box(190, 350, 420, 180, LILAC, 70, True),
        flat(260, 392, 280, 96, "#b79fd6", 44),
        line("M400 470V416M400 450q-30-4-40-28M400 450q30-4 40-28", CREAM, 9),
        *[dot(x, y, 9, CREAM) for x, y in [(400, 408), (358, 412), (442, 412)]],
        *[box(x, 520, 44, 50, OAK, 8) for x in (220, 330, 440, 540)],
        solid("M130 550h540l-40 56q-10 10-24 10H194q-14 0-24-10z", WOOD),
    ]


@drawing("bath", "waffle-towels")
def towels() -> list[str]:
    return [
        shadow(400, 664, 260),
        *[towel(y, x, c) for y, x, c in [(530, 160, TEAL), (410, 170, CREAM), (290, 164, CORAL)]],
    ]


def towel(y: float, x: float, colour: str) -> str:
    width = 800 - 2 * x
    fold = line(f"M{x + 60} {y + 60}h{width - 70}", INK, 3)
    stripes = flat(x + width - 130, y, 16, 120, WHITE, opacity=0.55) + flat(
        x + width - 100, y, 16, 120, WHITE, opacity=0.55
    )
    end = f'<g stroke-opacity=".25">{fold}</g>' + line(f"M{x + 60} {y + 34}a26 26 0 0 0 0 52", "#00000026", 6)
    return box(x, y, width, 118, colour, 50) + stripes + end


@drawing("bath", "rubber-duck")
def duck() -> list[str]:
    return [
        *[bubble(x, y, r) for x, y, r in [(150, 260, 34), (200, 190, 20), (640, 220, 40), (690, 310, 22)]],
        solid("M130 470q-30-90 40-120q40 60 130 50q60-130 260-20q110 60 60 170q-40 90-220 90q-230 0-270-170z", YELLOW),
        ball(270, 280, 128, YELLOW),
        path("M150 286q-70-10-86 24q30 50 104 26z", "#ef7f45"),
        line("M86 314q40 6 70-6", "#c95f2c", 6),
        dot(250, 250, 22, INK),
        dot(243, 242, 8, WHITE),
        path("M360 450q110-60 210 0q-30 100-130 80q-70-14-80-80z", MUSTARD),
        path("M0 590q50-34 100 0t100 0 100 0 100 0 100 0 100 0 100 0 100 0v210H0z", "#7cc3cf"),
        path("M0 650q50-34 100 0t100 0 100 0 100 0 100 0 100 0 100 0 100 0v150H0z", "#63b1c0"),
    ]


@drawing("bath", "hand-soap-bottle")
def soap_bottle() -> list[str]:
    return [
        shadow(400, 684, 160),
        line("M400 240v-70", INK, 24),
        box(290, 130, 150, 40, INK, 16),
        line("M300 150q-36 0-36 34", INK, 20),
        box(352, 226, 96, 50, INK, 8),
        solid("M330 276h140q70 20 70 100v254q0 44-44 44H304q-44 0-44-44V376q0-80 70-100z", "#b5703c", True),
        box(260, 430, 280, 170, CREAM),
        line("M310 470h180M340 504h120", INK, 10),
        path("M400 580q-44-10-40-56q44 4 40 56zM400 580q44-10 40-56q-44 4-40 56z", LEAF),
    ]


@drawing("bath", "beech-bath-brush")
def bath_brush() -> list[str]:
    bristles = [line(f"M{x} 250v64", CREAM if x % 36 else LINEN, 15, "butt") for x in range(90, 320, 18)]
    bubbles = [(560, 220, 44), (630, 290, 26), (240, 560, 38), (310, 630, 22), (180, 480, 18)]
    wood = [
        line("M300 236H790", WOOD, 42),
        solid("M60 240q0-60 150-60q120 0 170 34l0 44q-50 30-170 30q-150 0-150-48z", OAK),
        dot(770, 236, 9, WALNUT),
        line("M776 236q50-40 60 0t-60 0", RED, 8),
    ]
    return [*[bubble(*b) for b in bubbles], turn(38, 400, 400, move(22, 196, *bristles, *wood, scale=0.86))]


@drawing("bath", "toothbrush-cup")
def toothbrush_cup() -> list[str]:
    return [
        shadow(400, 664, 160),
        brush(340, -12, CORAL),
        brush(460, 11, TEAL),
        box(270, 380, 260, 276, WHITE, 24),
        *[dot(x, y, 11, BLUE) for x, y in SPECKS],
        dot(400, 386, 130, "#dfe8ea", 22),
        path("M296 386a104 14 0 0 1 208 0z", GREY, 0.35),
    ]


SPECKS = [(310, 450), (370, 480), (440, 440), (490, 500), (320, 540), (400, 560), (470, 590), (350, 610), (300, 600)]


def brush(x: float, angle: float, colour: str) -> str:
    bristles = box(x - 46, 130, 32, 110, WHITE, 6) + line(
        f"M{x - 46} 158h30M{x - 46} 186h30M{x - 46} 214h30", "#cfe3ea", 5
    )
    return turn(angle, x, 400, bristles, box(x - 18, 110, 36, 300, colour, 18))


@drawing("bath", "round-wall-mirror")
def wall_mirror() -> list[str]:
    glass = oval(400, 420, 214)
    glints = [path("M250 560L520 190h70L320 600z", "#fff", 0.45), path("M380 640L640 290h30L430 650z", "#fff", 0.45)]
    return [
        line("M300 250L400 120l100 130", WALNUT, 20),
        dot(400, 112, 22, BRASS),
        ball(400, 420, 246, OAK),
        inside("glass", glass, path(glass, "#e9f5f8"), *glints),
        path("M154 700h492v26H154z", WOOD),
        box(520, 610, 70, 92, TERRACOTTA, 10),
        path("M555 612q-60-50-40-110q50 30 40 110zM555 612q60-50 40-110q-50 30-40 110z", FOREST),
        path("M555 612q-26-80 0-130q26 50 0 130z", LEAF),
    ]


@drawing("bath", "seagrass-laundry-basket")
def laundry_basket() -> list[str]:
    body = "M200 320h400l-34 330q-2 20-22 20H256q-20 0-22-20z"
    weave = [
        line(
            f"M180 {y}q12-16 24 0t24 0 24 0 24 0 24 0 24 0 24 0 24 0 24 0 24 0 24 0 24 0 24 0 24 0 24 0 24 0 24 0",
            OAK,
            7,
        )
        for y in range(350, 670, 34)
    ]
    return [
        shadow(400, 680, 210),
        path("M220 320q20-130 130-110q60-60 120 0q110-20 110 110z", WHITE),
        path("M470 210q110-20 110 110H430q70-30 40-110z", PINK),
        inside("basket", body, solid(body, WOOD), *weave, path(body, "url(#shade)")),
        flat(250, 320, 110, 150, GREEN, 8),
        line("M250 436h110M250 450h110", CREAM, 6, "butt"),
        box(184, 300, 432, 40, OAK, 18),
        line("M172 330q-40 50 14 90M628 330q40 50-14 90", WALNUT, 16),
    ]
