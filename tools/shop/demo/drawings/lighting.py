"""Lamps, candles and lanterns."""

from math import sin

from .kit import (
    BRASS,
    CREAM,
    INK,
    MUSTARD,
    OAK,
    RED,
    STEEL,
    TEAL,
    WALNUT,
    WHITE,
    YELLOW,
    ball,
    box,
    dot,
    drawing,
    flat,
    glow,
    line,
    path,
    shadow,
    solid,
    turn,
)


@drawing("lighting", "lund-desk-lamp")
def desk_lamp() -> list[str]:
    return [
        shadow(430, 664, 190),
        turn(38, 300, 270, path("M214 326L120 660h360L386 326z", "url(#beam)")),
        line("M470 640L560 420L380 250", TEAL, 18),
        dot(560, 420, 20, INK),
        dot(560, 420, 8, BRASS),
        box(360, 630, 220, 34, TEAL, 17),
        turn(38, 300, 270, solid("M236 200q64-70 128 0l34 120h-196z", TEAL, True), dot(300, 322, 42, YELLOW, 26)),
        turn(38, 300, 270, box(202, 306, 196, 22, INK, 11), box(278, 146, 44, 30, INK, 8)),
    ]


@drawing("lighting", "halla-pendant")
def pendant() -> list[str]:
    return [
        path("M210 430L90 720h620L590 430z", "url(#beam)"),
        line("M400 0V250", INK, 8, "butt"),
        box(372, 222, 56, 50, BRASS, 10),
        dot(400, 436, 56, YELLOW, 44),
        solid("M186 440c0-130 96-180 214-180s214 50 214 180z", RED, True),
        box(176, 428, 448, 22, "#b8402f", 11),
    ]


@drawing("lighting", "moon-paper-lantern")
def paper_lantern() -> list[str]:
    ribs = [line(f"M{400 - w} {y}q{w} {(y - 390) * 0.16} {2 * w} 0", "#e3cfa4", 4) for y, w in RIBS]
    return [
        glow(400, 390, 390),
        line("M400 0V190", INK, 6, "butt"),
        ball(400, 390, 216, WHITE),
        dot(400, 390, 150, "#fff4c8", opacity=0.8),
        *ribs,
        box(346, 168, 108, 20, INK, 8),
        box(346, 594, 108, 16, INK, 8),
    ]


RIBS = [(y, round((216**2 - (y - 390) ** 2) ** 0.5) - 2) for y in range(216, 580, 29)]


@drawing("lighting", "toadstool-lamp")
def toadstool_lamp() -> list[str]:
    return [
        shadow(400, 654, 160),
        glow(400, 440, 260),
        solid("M346 400q12 120-56 250q110 18 220 0q-68-130-56-250z", CREAM),
        solid("M150 420c0-170 130-260 250-260s250 90 250 260q-250 60-500 0z", MUSTARD, True),
        path("M150 420q250 60 500 0q-6 34-40 34q-210 30-420 0q-34 0-40-34z", "#ffe9a8"),
        line("M520 470v88", INK, 4),
        dot(520, 566, 9, BRASS),
    ]


@drawing("lighting", "tripod-floor-lamp")
def tripod_lamp() -> list[str]:
    return [
        shadow(400, 700, 190),
        glow(400, 240, 270),
        line("M400 340L288 696M400 340L512 696", OAK, 20),
        line("M400 340V690", WALNUT, 18),
        box(346, 404, 108, 16, BRASS, 8),
        box(378, 316, 44, 44, INK, 8),
        solid("M300 120h200l70 210H230z", CREAM),
        path("M300 120h200l6 20H294zM236 312h328l6 18H230z", "#e6cf9f"),
    ]


@drawing("lighting", "brass-candle-holder")
def candle_holder() -> list[str]:
    return [
        shadow(400, 650, 190),
        glow(400, 196, 190),
        path("M400 130q54 70 30 112q-30 34-60 0q-24-42 30-112z", "#f5a742"),
        path("M400 178q28 38 14 62q-14 16-28 0q-14-24 14-62z", "#fff2b8"),
        line("M400 236v30", INK, 6),
        box(362, 260, 76, 270, WHITE, 8),
        path("M362 268q20-14 38 0t38 0v34q-8 30-16 4q-8-16-16 6q-8 38-18 4q-6-16-14 2q-8 14-14-6z", "#fff7e4"),
        box(342, 516, 116, 60, BRASS, 14),
        line("M556 600a54 44 0 1 1 54 26", BRASS, 18),
        solid("M230 590h340q-14 60-70 60H300q-56 0-70-60z", BRASS, True),
        box(214, 578, 372, 24, "#dcae5a", 12),
    ]


@drawing("lighting", "festoon-string-lights")
def string_lights() -> list[str]:
    strings = [(250, 0.0), (490, 1.0)]
    wires = ["L".join(f"{x} {hang(x, *string)}" for x in range(20, 790, 10)) for string in strings]
    bulbs = [bulb(x, hang(x, *string)) for string in strings for x in range(85, 740, 105)]
    return [*[line("M" + wire, INK, 8) for wire in wires], *bulbs]


def hang(x: float, level: float, phase: float) -> float:
    """How low the wire hangs at x."""
    return round(level - 60 * sin(x / 125 + phase), 1)


def bulb(x: float, y: float) -> str:
    shape = f"M{x - 14} {y + 38}c-40 40-22 86 14 86s54-46 14-86z"
    lit = glow(x, y + 84, 84) + solid(shape, YELLOW) + dot(x, y + 86, 14, "#fff8d8")
    return lit + box(x - 16, y - 6, 32, 50, INK, 8)


@drawing("lighting", "storm-lantern")
def storm_lantern() -> list[str]:
    return [
        shadow(400, 672, 180),
        line("M262 330C240 90 560 90 538 330", INK, 10),
        box(348, 170, 104, 34, STEEL, 10),
        solid("M300 262q100-110 200 0z", TEAL),
        box(280, 256, 240, 26, INK, 10),
        glow(400, 420, 230),
        path("M310 282h180q60 130-10 240H320q-70-110-10-240z", "#eef8f6", 0.72),
        path("M400 340q48 64 26 110q-26 34-52 0q-22-46 26-110z", "#f5a742"),
        path("M400 390q24 34 12 58q-12 14-24 0q-12-24 12-58z", "#fff2b8"),
        box(380, 466, 40, 60, BRASS, 6),
        line("M330 312q-38 86 0 176", WHITE, 10),
        line("M262 300V540M538 300V540", INK, 12),
        box(286, 516, 228, 30, INK, 10),
        solid("M250 540h300l26 100q-176 60-352 0z", TEAL, True),
        box(216, 632, 368, 36, "#25716e", 16),
        flat(560, 566, 44, 16, BRASS, 8),
    ]
