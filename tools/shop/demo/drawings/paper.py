"""Notebooks, cards, pencils and books."""

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
    MUSTARD,
    NAVY,
    OAK,
    PINK,
    PLUM,
    RED,
    SKY,
    STEEL,
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
    outline,
    path,
    shadow,
    turn,
)


@drawing("paper", "pocket-notebook")
def notebook() -> list[str]:
    cover = outline(230, 130, 330, 520, 18)
    return [
        shadow(410, 666, 220),
        flat(246, 146, 330, 514, CREAM, 14),
        line("M568 170v470M574 170v470", "#d8c7a6", 2),
        inside("cover", cover, box(230, 130, 330, 520, TEAL), flat(230, 130, 44, 520, "#25716e")),
        box(512, 128, 18, 524, INK, 2),
        flat(310, 230, 150, 90, CREAM, 10),
        line("M334 262h102M334 290h64", TEAL, 9),
        path("M360 650h26v72l-13-16-13 16z", RED),
    ]


@drawing("paper", "ring-sketchbook")
def sketchbook() -> list[str]:
    holes = [line(f"M{x} 196v-34q12-26 24 0v30", STEEL, 9) for x in range(186, 620, 48)]
    return [
        shadow(400, 654, 260),
        box(150, 180, 500, 460, WALNUT, 10),
        flat(158, 176, 484, 450, WHITE, 8),
        *[dot(x + 6, 208, 11, "#d9c9b2") for x in range(186, 620, 48)],
        *holes,
        path("M200 560l120-190 70 100 60-80 150 170z", "#dfe4e6"),
        line("M200 560l120-190 70 100 60-80 150 170z", GREY, 6),
        line("M512 330a40 40 0 1 1-2-4z", MUSTARD, 8),
        line("M230 590h150M420 590h90", GREY, 5),
        turn(
            38,
            560,
            480,
            box(546, 330, 32, 240, YELLOW),
            path("M546 568h32l-16 52z", WOOD),
            path("M556 602h12l-6 18z", INK),
            box(546, 310, 32, 30, PINK, 6),
        ),
    ]


@drawing("paper", "greeting-cards")
def greeting_cards() -> list[str]:
    envelope = turn(-8, 330, 460, box(130, 330, 420, 290, "#cda071", 10), path("M136 336l204 170 204-170z", "#b98a5a"))
    flowers = [(470, 330, CORAL), (540, 300, MUSTARD), (600, 350, PINK)]
    card = [
        flat(410, 190, 270, 380, WHITE, 8),
        *[line(f"M{x} {y}Q{x} 450 530 510", FOREST, 7) for x, y, _ in flowers],
        *[dot(x, y, 36, c) + dot(x, y, 14, CREAM) for x, y, c in flowers],
        path("M540 450q50-50 80-10q-30 40-80 10zM528 470q-60-40-80 0q30 34 80 0z", LEAF),
        line("M480 538h110", RED, 9),
    ]
    return [
        shadow(400, 650, 270),
        envelope,
        turn(7, 540, 380, *card),
        turn(-8, 330, 460, dot(340, 500, 30, RED), dot(340, 500, 16, "#b8402f")),
    ]


@drawing("paper", "wrapping-paper")
def wrapping_paper() -> list[str]:
    return [
        shadow(400, 670, 240),
        turn(
            -15, 290, 400, roll("a", 230, RED, [dot(x, y, 15, CREAM) for x in (250, 310) for y in range(170, 650, 70)])
        ),
        turn(
            13, 520, 400, roll("b", 460, FOREST, [line(f"M440 {y}l140-60", MUSTARD, 14) for y in range(180, 760, 64)])
        ),
        turn(-2, 400, 400, roll("c", 345, SKY, [line(f"M{x} 100v600", WHITE, 10) for x in range(358, 460, 26)])),
        turn(
            -2,
            400,
            400,
            line("M340 470h122", RED, 16),
            line("M402 470q-70-60-80-10t80 10q70-60 80-10t-80 10l-30 70m30-70l34 66", RED, 12),
        ),
    ]


def roll(name: str, x: float, colour: str, pattern: list[str]) -> str:
    body = outline(x, 130, 112, 530, 10)
    tube = dot(x + 56, 132, 56, "#d7b78f", 18) + dot(x + 56, 132, 34, "#8f6a45", 10)
    return inside(name, body, box(x, 130, 112, 530, colour), *pattern, path(body, "url(#shade)")) + tube


@drawing("paper", "washi-tape")
def washi_tape() -> list[str]:
    return [
        shadow(400, 660, 250),
        tape(400, 250, 130, CORAL, "#d9734f"),
        tape(262, 480, 150, TEAL, "#25716e"),
        tape(556, 490, 142, MUSTARD, "#bd8527"),
        line("M556 632q70 6 170-10", MUSTARD, 30, "butt"),
        line("M580 634h140", CREAM, 6, "butt", "4 14"),
    ]


def tape(x: float, y: float, r: float, colour: str, edge: str) -> str:
    ring = dot(x + 16, y + 8, r, edge) + ball(x, y, r, colour)
    core = dot(x, y, r * 0.58, "#d9b98f") + dot(x, y, r * 0.48, "#fbf1e2")
    marks = [turn(45 * n, x, y, dot(x, y - r * 0.79, r * 0.08, CREAM)) for n in range(8)]
    return ring + "".join(marks) + core


@drawing("paper", "colouring-pencils")
def colouring_pencils() -> list[str]:
    colours = [RED, CORAL, MUSTARD, YELLOW, LEAF, TEAL, BLUE, PLUM]
    return [
        shadow(400, 684, 230),
        *[crayon(206 + 50 * n, 150 + abs(n - 3.5) * 14, colour) for n, colour in enumerate(colours)],
        box(190, 360, 420, 310, NAVY, 14),
        path("M190 360q210 100 420 0v60q-210 100-420 0z", BLUE),
        line("M250 540h300", CREAM, 12),
        *[dot(270 + 65 * n, 606, 20, c) for n, c in enumerate((RED, MUSTARD, LEAF, SKY, LILAC))],
    ]


def crayon(x: float, top: float, colour: str) -> str:
    wood = path(f"M{x} {top + 70}l19-70 19 70z", WOOD)
    return box(x, top + 68, 38, 320, colour) + wood + path(f"M{x + 11} {top + 30}L{x + 19} {top}l8 30z", colour)


@drawing("paper", "four-seasons-cookbook")
def cookbook() -> list[str]:
    return [
        shadow(410, 672, 240),
        flat(236, 136, 350, 526, CREAM, 8),
        line("M240 650h340M240 642h340", "#d8c7a6", 3),
        box(220, 120, 350, 520, GREEN, 12),
        flat(220, 120, 40, 520, FOREST, 12),
        flat(290, 160, 250, 90, CREAM, 8),
        line("M320 192h190M350 222h130", FOREST, 12),
        dot(415, 430, 128, WHITE),
        dot(415, 430, 98, "#efe6d4"),
        path("M352 450q-20-100 60-110q90 0 76 90q-20 70-76 74q-50 0-60-54z", TERRACOTTA),
        path("M400 350q-6-40 30-56q20 30-6 58zM410 350q30-30 64-16q-20 34-64 16z", LEAF),
        line("M306 350v160M294 350v50q12 20 24 0v-50", INK, 8),
        line("M534 510v-80q-20-40 0-84z", INK, 8),
        line("M360 600h110", CREAM, 10),
    ]


@drawing("paper", "whale-picture-book")
def picture_book() -> list[str]:
    cover = outline(150, 190, 500, 430, 14)
    scene = [
        flat(150, 190, 500, 260, "#f9d98c"),
        dot(540, 280, 46, CORAL),
        path("M150 430q60-30 125 0t125 0t125 0t125 0v200H150z", BLUE),
        move(
            0,
            0,
            path("M230 440q0-130 170-130q130 0 150 80q50-10 60-66q26 60-10 106q-40 120-190 120q-180 0-180-110z", NAVY),
        ),
        path("M236 470q80 60 230 50q-50 30-120 20q-90-10-110-70z", CREAM),
        dot(300, 420, 11, WHITE),
        line("M370 306v-44q-6-40-44-30M370 262q6-40 44-30", SKY, 12),
        path("M150 500q60-30 125 0t125 0t125 0t125 0v130H150z", "#5f93c9"),
        line("M220 588h200", WHITE, 16),
    ]
    return [
        shadow(410, 646, 270),
        flat(164, 204, 500, 432, CREAM, 10),
        inside("book", cover, *scene, path(cover, "url(#shade)"), flat(150, 190, 34, 440, RED)),
        path("M600 620h26v60l-13-14-13 14z", BRASS),
        box(600, 616, 26, 10, OAK),
    ]
