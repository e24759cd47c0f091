"""Things to cook, brew and serve with."""

from .kit import (
    BLUE,
    BRASS,
    CREAM,
    FOREST,
    GREY,
    INK,
    LEAF,
    LINEN,
    MUSTARD,
    NAVY,
    OAK,
    RED,
    SKY,
    STEEL,
    TEAL,
    WALNUT,
    WHITE,
    WOOD,
    ball,
    box,
    dot,
    drawing,
    flat,
    inside,
    line,
    outline,
    path,
    shadow,
    solid,
)


@drawing("kitchen", "everyday-mug")
def mug() -> list[str]:
    body = "M210 270h320v250q0 110-100 110H310q-100 0-100-110z"
    return [
        shadow(390, 634, 190),
        line("M336 210q-26-40 0-76t0-70M410 210q-26-40 0-76t0-70", "#fff", 12),
        line("M526 334h36q70 0 70 84t-70 84h-40", BLUE, 40),
        solid(body, BLUE, True),
        inside("glaze", body, flat(200, 500, 340, 140, CREAM), path("M470 500h70v140h-70z", INK, 0.11)),
        dot(370, 272, 160, "#335d8f", 26),
        dot(370, 278, 138, "#6b4128", 18),
    ]


@drawing("kitchen", "whistling-kettle")
def kettle() -> list[str]:
    return [
        shadow(400, 652, 220),
        line("M232 380q-70-20-116-96", TEAL, 52, "butt"),
        line("M126 296l-40-26", INK, 44, "butt"),
        line("M250 350C250 110 550 110 550 350", INK, 30),
        solid("M190 600q-10-250 210-270q220 20 210 270q0 44-50 44H240q-50 0-50-44z", TEAL, True),
        box(300, 318, 200, 28, "#25716e", 14),
        dot(400, 300, 28, INK),
        box(196, 606, 408, 40, STEEL, 20),
    ]


@drawing("kitchen", "round-teapot")
def teapot() -> list[str]:
    return [
        shadow(400, 640, 220),
        line("M560 370q140-30 130 80t-150 100", CREAM, 36),
        solid("M250 430q-80 0-100-110l-40-40h76q30 20 44 70t60 60z", CREAM),
        ball(400, 460, 200, CREAM, 170, gloss=True),
        path("M290 318q110-60 220 0q-110 44-220 0z", "#ead7b4"),
        dot(400, 268, 30, RED),
        *[dot(x, y, 15, RED) for x, y in SPOTS],
        box(310, 616, 180, 24, "#ead7b4", 12),
    ]


SPOTS = [
    (270, 430),
    (340, 400),
    (420, 420),
    (500, 400),
    (300, 510),
    (380, 490),
    (460, 510),
    (540, 480),
    (420, 570),
    (340, 570),
]


@drawing("kitchen", "oak-cutting-board")
def cutting_board() -> list[str]:
    return [
        shadow(400, 668, 210),
        box(366, 80, 68, 170, WOOD, 34),
        dot(400, 128, 16, "#f5c8b4"),
        box(220, 210, 360, 450, WOOD, 48),
        *[line(f"M{x} 240q{d} 200 0 390", OAK, 5) for x, d in [(280, 16), (330, -20), (470, 22), (525, -12)]],
        dot(370, 470, 88, RED, 84),
        path("M340 392q30-40 60 0q-10 16-30 16t-30-16z", LEAF),
        line("M372 392q4-30 26-40", FOREST, 9),
        path("M306 450q6-34 34-44q-20 34-34 44z", "#fff", 0.5),
        path("M470 560c10-60 70-70 100-30q-20 60-100 30z", LEAF),
        line("M474 558q40-22 80-24", FOREST, 5),
    ]


@drawing("kitchen", "cast-iron-casserole")
def casserole() -> list[str]:
    return [
        shadow(400, 624, 270),
        line("M170 400h-50q-20 34 0 64h50M630 400h50q20 34 0 64h-50", "#b8402f", 28),
        solid("M166 350h468v190q0 80-90 80H256q-90 0-90-80z", RED, True),
        box(140, 330, 520, 36, "#b8402f", 18),
        solid("M172 330q30-110 228-110t228 110z", RED, True),
        box(364, 196, 72, 28, INK, 10),
        box(346, 166, 108, 36, BRASS, 18),
    ]


@drawing("kitchen", "salt-and-pepper-mills")
def mills() -> list[str]:
    return [shadow(400, 672, 230), mill(290, 200, WALNUT), mill(510, 290, WOOD)]


def mill(x: float, top: float, wood: str) -> str:
    waist = (top + 660) / 2 + 10
    body = (
        f"M{x - 60} {top + 90}h120q10 60-22 {waist - top - 110}q-6 40 36 {660 - waist}"
        f"q4 20-20 20h-108q-24 0-20-20q42-{round((660 - waist) * 0.6)} 36-{660 - waist}q-32-60-22-{waist - top - 110}z"
    )
    top_knob = ball(x, top + 44, 58, wood, 52, gloss=True) + dot(x, top - 14, 16, BRASS)
    return solid(body, wood) + top_knob + box(x - 66, top + 82, 132, 18, STEEL, 8)


@drawing("kitchen", "linen-apron")
def apron() -> list[str]:
    return [
        line("M318 220C300 40 500 40 482 220", NAVY, 16),
        line("M240 400q-90 40-120 130M560 400q90 40 120 130", NAVY, 14),
        solid("M310 200h180q0 130 80 190v290H230V390q80-60 80-190z", LINEN),
        line("M320 214h160M246 664h308", "#cbb993", 5, "butt", "14 9"),
        line("M446 460l22-100", OAK, 16),
        dot(474, 340, 26, OAK, 38),
        box(290, 440, 220, 140, "#d8c8a8", 18),
        line("M302 458h196M400 458v116", "#b9a67f", 5, "butt", "14 9"),
    ]


@drawing("kitchen", "coffee-press")
def coffee_press() -> list[str]:
    glass = outline(260, 250, 240, 370, 14)
    return [
        shadow(400, 652, 190),
        line("M380 240V110", STEEL, 12),
        dot(380, 100, 32, INK),
        path(glass, "#fff", 0.75),
        inside("brew", glass, flat(260, 370, 240, 250, "#5b3723"), flat(260, 370, 240, 26, "#a3714a")),
        line("M380 240V352", STEEL, 10),
        box(268, 344, 224, 20, GREY, 8),
        line("M290 280V590", WHITE, 12),
        line("M506 300h60q30 0 30 34v190q0 34-30 34h-60", INK, 30),
        line("M256 300h248M256 590h248", STEEL, 18),
        line("M262 250v400M498 250v400", STEEL, 14),
        path("M250 250l-44-20q10 60 48 80z", STEEL),
        box(246, 226, 268, 34, STEEL, 16),
        path("M250 640h20v24h-20zM490 640h20v24h-20z", INK),
    ]


@drawing("kitchen", "stacking-bowls")
def bowls() -> list[str]:
    rows = [(250, 118, SKY), (370, 150, MUSTARD), (490, 186, CREAM)]
    return [shadow(400, 654, 180), *[bowl(y, half, colour) for y, half, colour in rows]]


def bowl(y: float, half: float, colour: str) -> str:
    foot_half = round(half * 0.5)
    side = f"q-6 110-{foot_half} 140h-{2 * (half - foot_half):.0f}"
    body = f"M{400 - half} {y}h{2 * half}{side}q-{foot_half - 6}-30-{foot_half}-140z"
    foot = box(400 - half * 0.45, y + 134, half * 0.9, 18, colour, 8)
    return foot + solid(body, colour, True) + box(400 - half - 12, y - 10, 2 * half + 24, 24, colour, 12)
