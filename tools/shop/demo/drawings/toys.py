"""Wooden toys and soft friends."""

from .kit import (
    BLUE,
    BRASS,
    CORAL,
    CREAM,
    INK,
    LEAF,
    LILAC,
    MUSTARD,
    NAVY,
    OAK,
    PLUM,
    RED,
    SKY,
    STEEL,
    TEAL,
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
    path,
    shadow,
    solid,
    turn,
)


def wheel(x: float, y: float, r: float, hub: str = WOOD) -> str:
    return dot(x, y, r, INK) + dot(x, y, r * 0.56, hub) + dot(x, y, r * 0.16, INK)


@drawing("toys", "little-racer")
def racer() -> list[str]:
    return [
        shadow(400, 606, 310),
        ball(390, 300, 62, WOOD),
        path("M328 296a62 62 0 0 1 124 0z", BLUE),
        box(322, 288, 150, 20, NAVY, 10),
        solid("M100 540q-20-130 90-150q100-20 130-50h140q20 50 70 56q180 14 180 100q0 44-40 44z", RED, True),
        path("M470 350l60-70 14 6-40 74z", SKY),
        dot(350, 460, 62, WHITE),
        line("M336 436l18-14v80", INK, 16),
        flat(106, 500, 570, 18, CREAM, opacity=0.9),
        wheel(220, 550, 70),
        wheel(580, 550, 70),
        dot(676, 470, 16, YELLOW),
    ]


@drawing("toys", "stacking-rings")
def stacking_rings() -> list[str]:
    rings = [
        (590, 210, RED),
        (520, 184, MUSTARD),
        (450, 158, YELLOW),
        (380, 132, LEAF),
        (310, 106, BLUE),
        (240, 82, LILAC),
    ]
    return [
        shadow(400, 690, 240),
        box(384, 150, 32, 200, OAK, 14),
        ball(400, 150, 52, CORAL),
        *[box(400 - half, y - 36, 2 * half, 72, colour, 36, True) for y, half, colour in rings],
        box(170, 628, 460, 44, WOOD, 22),
    ]


@drawing("toys", "building-blocks")
def blocks() -> list[str]:
    return [
        shadow(400, 670, 270),
        box(180, 520, 130, 140, BLUE, 8),
        box(490, 520, 130, 140, RED, 8),
        solid("M320 660v-60a80 80 0 0 1 160 0v60h-50v-50a30 30 0 0 0-60 0v50z", LEAF),
        box(170, 460, 460, 54, WOOD, 8),
        box(220, 320, 130, 136, MUSTARD, 8),
        box(450, 320, 130, 136, TEAL, 8),
        dot(400, 404, 52, CORAL),
        solid("M196 312L285 190l90 122z", RED),
        solid("M426 312L515 190l90 122z", LILAC),
        path("M252 420V380a33 33 0 0 1 66 0v40z", CREAM, 0.85),
        path("M515 350l13 27 30 4-22 21 5 30-26-14-26 14 5-30-22-21 30-4z", YELLOW),
    ]


@drawing("toys", "wooden-train")
def train() -> list[str]:
    return [
        shadow(400, 640, 340),
        dot(232, 190, 34, WHITE),
        dot(286, 140, 46, WHITE),
        dot(360, 112, 34, WHITE),
        box(52, 430, 40, 24, INK, 8),
        box(470, 250, 200, 36, NAVY, 14),
        box(490, 280, 160, 270, BLUE, 8),
        box(526, 318, 88, 90, CREAM, 14),
        solid("M150 370h350v180H150q-40 0-40-90t40-90z", RED, True),
        box(196, 260, 70, 116, INK, 6),
        box(182, 246, 98, 32, NAVY, 10),
        ball(390, 366, 46, BRASS),
        box(330, 366, 20, 184, BRASS),
        box(96, 540, 570, 34, OAK, 10),
        box(660, 546, 70, 18, INK, 8),
        *[wheel(x, 580, 56, YELLOW) for x in (200, 340)],
        wheel(570, 566, 76, YELLOW),
    ]


@drawing("toys", "barnaby-bear")
def bear() -> list[str]:
    paw = "#d9b48a"
    return [
        shadow(400, 694, 210),
        ball(270, 190, 62, OAK),
        dot(270, 190, 34, paw),
        ball(530, 190, 62, OAK),
        dot(530, 190, 34, paw),
        turn(28, 250, 480, ball(250, 480, 60, OAK, 110)),
        turn(-28, 550, 480, ball(550, 480, 60, OAK, 110)),
        ball(400, 530, 170, OAK, 160),
        dot(400, 550, 104, paw, 100),
        ball(282, 640, 76, OAK, 70),
        ball(518, 640, 76, OAK, 70),
        dot(282, 646, 42, paw),
        dot(518, 646, 42, paw),
        ball(400, 280, 176, OAK, 156),
        dot(400, 334, 82, CREAM, 66),
        dot(400, 304, 32, INK, 22),
        line("M400 322v26q-24 26-44 6M400 348q24 26 44 6", INK, 9),
        dot(326, 262, 17, INK),
        dot(474, 262, 17, INK),
        dot(332, 256, 6, WHITE),
        dot(480, 256, 6, WHITE),
        path("M396 424l-90-34q-10 50 0 84zM404 424l90-34q10 50 0 84z", RED),
        dot(400, 430, 24, "#b8402f"),
    ]


@drawing("toys", "spinning-top")
def spinning_top() -> list[str]:
    body = "M180 360q0-50 220-60q220 10 220 60q0 70-180 230q-40 30-80 0q-180-160-180-230z"
    bands = [flat(160, 350, 480, 34, YELLOW), flat(160, 384, 480, 40, TEAL), flat(160, 424, 480, 36, CREAM)]
    low = [flat(160, 460, 480, 50, BLUE), flat(160, 510, 480, 30, YELLOW), flat(160, 540, 480, 90, RED)]
    return [
        shadow(400, 690, 120),
        line("M150 590q-40-30-40-70M650 590q40-30 40-70M190 650q-70-30-100-70M610 650q70-30 100-70", "#fff", 9),
        turn(8, 400, 680, box(384, 130, 32, 190, WOOD, 14), ball(400, 130, 40, RED)),
        turn(8, 400, 680, path("M382 600h36l-18 84z", INK), inside("top", body, solid(body, RED), *bands, *low)),
        turn(8, 400, 680, path(body, "url(#shade)"), path(body, "url(#gloss)"), dot(400, 330, 190, "#f08b74", 26)),
    ]


@drawing("toys", "dragon-kite")
def kite() -> list[str]:
    knots = [(372, 644, 80), (436, 690, -10), (532, 672, 0), (590, 726, 60)]
    return [
        line("M334 550q-40 60 30 110t110 16t100 16t0 130", NAVY, 7),
        *[turn(a, x, y, path(f"M{x} {y}l-40-20v40zM{x} {y}l40-20v40z", YELLOW)) for x, y, a in knots],
        turn(16, 400, 320, path("M400 60L220 290h180z", RED), path("M400 60l180 230H400z", MUSTARD)),
        turn(16, 400, 320, path("M220 290L400 560V290z", BLUE), path("M580 290L400 560V290z", TEAL)),
        turn(16, 400, 320, line("M400 60v500M220 290h360", CREAM, 9)),
        turn(
            16,
            400,
            320,
            dot(350, 240, 18, WHITE),
            dot(450, 240, 18, WHITE),
            dot(354, 242, 8, INK),
            dot(454, 242, 8, INK),
        ),
        turn(16, 400, 320, line("M360 340q40 40 80 0", WHITE, 11)),
    ]


@drawing("toys", "rainbow-xylophone")
def xylophone() -> list[str]:
    colours = [RED, CORAL, MUSTARD, YELLOW, LEAF, TEAL, BLUE, PLUM]
    return [
        shadow(400, 620, 300),
        path("M120 300L690 350v30L120 340zM120 560L690 480v-30L120 520z", WALNUT),
        *[xylobar(130 + 70 * n, 210 - 12 * n, colour) for n, colour in enumerate(colours)],
        turn(34, 420, 640, line("M300 640h330", OAK, 16), dot(290, 640, 34, RED), dot(282, 632, 10, "#f0907f")),
    ]


def xylobar(x: float, half: float, colour: str) -> str:
    pins = dot(x + 27, 430 - half + 34, 8, STEEL) + dot(x + 27, 430 + half - 34, 8, STEEL)
    return box(x, 430 - half, 54, 2 * half, colour, 14) + pins
