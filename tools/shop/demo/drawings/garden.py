"""Things for the garden and the window sill."""

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
    OAK,
    PINK,
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
    line,
    mirror,
    move,
    oval,
    path,
    shadow,
    solid,
    turn,
)


def leaf(x: float, y: float, length: float, angle: float, colour: str) -> str:
    """A pointed leaf that grows up from (x, y)."""
    half = length * 0.24
    blade = f"M{x} {y}q{-half * 2} {-length / 2} 0 {-length}q{half * 2} {length / 2} 0 {length}z"
    return turn(angle, x, y, path(blade, colour), line(f"M{x} {y}v{-length * 0.8}", "#2d5c42", 4))


def blossom(x: float, y: float, r: float, petal: str, heart: str = YELLOW) -> str:
    petals = [turn(72 * n, x, y, dot(x, y - r * 0.75, r * 0.52, petal)) for n in range(5)]
    return "".join(petals) + dot(x, y, r * 0.42, heart)


@drawing("garden", "terracotta-pot")
def terracotta_pot() -> list[str]:
    fan = [(-62, 260, LEAF), (62, 260, LEAF), (-38, 330, GREEN), (38, 330, GREEN), (-14, 370, FOREST), (16, 370, LEAF)]
    return [
        shadow(400, 664, 170),
        *[leaf(400, 440, length, angle, colour) for angle, length, colour in fan],
        solid("M262 450h276l-36 196q-2 14-18 14H316q-16 0-18-14z", TERRACOTTA),
        box(240, 414, 320, 64, "#d98463", 10),
    ]


@drawing("garden", "watering-can")
def watering_can() -> list[str]:
    drops = [dot(120 + 34 * n, y, 9, BLUE, 14) for n, y in enumerate((420, 470, 410, 490))]
    return [
        shadow(470, 640, 210),
        *drops,
        line("M362 326C362 110 730 130 690 400Q676 490 600 524", FOREST, 26),
        solid("M372 560L190 316l38-26L380 430z", GREEN),
        turn(-36, 200, 300, solid("M176 318h56l36-82H140z", GREEN), box(132, 220, 144, 20, FOREST, 10)),
        solid("M330 320q0-50 140-50t140 50l20 310q0 10-10 10H320q-10 0-10-10z", GREEN, True),
        dot(470, 318, 118, FOREST, 28),
        box(302, 540, 336, 20, FOREST, 4),
    ]


@drawing("garden", "trowel-and-fork")
def trowel_and_fork() -> list[str]:
    handle = box(270, 110, 60, 210, OAK, 28) + dot(300, 136, 8, WALNUT) + box(276, 290, 48, 44, BRASS, 8)
    trowel = line("M300 334v70", GREY, 22) + solid("M236 400h128v130q0 110-64 160q-64-50-64-160z", STEEL)
    tines = line("M240 660V470q0-40 60-40t60 40v190M300 430V680", STEEL, 24)
    fork = line("M300 334v100", GREY, 22) + tines
    return [turn(10, 400, 400, move(-20, 0, handle, trowel)), turn(-10, 400, 400, move(220, 0, handle, fork))]


@drawing("garden", "cedar-nest-box")
def nest_box() -> list[str]:
    return [
        box(372, 560, 56, 240, WALNUT),
        solid("M240 330L400 190l160 140v290H240z", WOOD),
        *[line(f"M{x} 320v290", OAK, 4) for x in (320, 480)],
        dot(400, 400, 62, "#4a3222"),
        line("M400 510v40", WALNUT, 20),
        solid("M196 356L400 150l204 206-36 30L400 226 232 386z", TEAL),
        box(220, 606, 360, 28, OAK, 8),
        bird(500, 470),
    ]


def bird(x: float, y: float) -> str:
    body = solid(f"M{x - 60} {y + 30}q-10-90 60-96t90 60q6 50 50 70q-120 60-200-34z", SKY)
    wing = path(f"M{x - 10} {y}q70-10 100 40q-70 26-100-40z", BLUE)
    return line(f"M{x + 10} {y + 60}v40M{x + 40} {y + 60}v40", MUSTARD, 7) + body + wing + beak(x, y)


def beak(x: float, y: float) -> str:
    return path(f"M{x - 52} {y - 24}l-44 16 42 16z", MUSTARD) + dot(x - 22, y - 26, 9, INK)


@drawing("garden", "wildflower-seeds")
def seeds() -> list[str]:
    return [
        shadow(400, 690, 190),
        turn(9, 400, 420, packet("#e7b7a0", [])),
        turn(-5, 400, 420, packet(CREAM, POSY)),
        *[turn(angle, x, y, dot(x, y, 13, WALNUT, 8)) for x, y, angle in GRAINS],
    ]


GRAINS = [(180, 660, 20), (230, 690, -30), (610, 680, 40), (660, 640, -10), (570, 706, 0)]
POSY = [
    line("M400 560q-10-120-70-190M400 560q10-140 80-210M400 560V330", FOREST, 9),
    leaf(396, 540, 90, -60, LEAF),
    leaf(404, 540, 90, 60, LEAF),
    blossom(322, 360, 50, LILAC),
    blossom(484, 336, 52, CORAL),
    blossom(402, 296, 58, PINK),
]


def packet(colour: str, picture: list[str]) -> str:
    paper = box(250, 130, 300, 520, colour, 12) + flat(250, 130, 300, 54, GREEN, 12)
    words = line("M310 600h180", FOREST, 16) + line("M350 626h100", FOREST, 8)
    return paper + "".join(picture) + words


@drawing("garden", "leather-garden-gloves")
def gloves() -> list[str]:
    right = turn(9, 560, 420, move(130, 10, GLOVE))
    left = turn(-9, 240, 420, move(-130, 10, mirror(400, GLOVE)))
    return [shadow(400, 690, 260), left, right]


HAND = (
    "M310 480v-250q0-28 28-28t28 28v-46q0-30 30-30t30 30v36q0-26 27-26t27 26v50q0-22 24-22t24 22v150"
    "l40-56q20-26 44-10t6 46l-84 138q-14 26-14 52H322q0-60-12-110z"
)
GLOVE = (
    solid(HAND, MUSTARD)
    + line("M366 230v90M426 220v100M480 250v70", "#b97f22", 7)
    + box(304, 570, 236, 110, GREEN, 18)
    + line("M322 600h200M322 650h200", CREAM, 5, "butt", "14 9")
)


@drawing("garden", "hanging-planter")
def hanging_planter() -> list[str]:
    trails = [(300, 250, -30), (350, 190, -10), (450, 210, 12), (505, 270, 34)]
    return [
        line("M400 0v80M400 80L262 420M400 80L538 420M400 80V420", "#b89b6b", 9),
        dot(400, 86, 18, BRASS),
        *[
            leaf(400 + a * 2, 440, 200, a, c)
            for a, c in [(-50, GREEN), (50, LEAF), (-20, LEAF), (22, GREEN), (0, FOREST)]
        ],
        solid("M240 420h320q0 180-160 180T240 420z", WHITE),
        path("M252 480q20 8 37 0t37 0 37 0 37 0 37 0 37 0 37 0 34 0l-10 36H264z", TERRACOTTA),
        *[vine(x, length, bend) for x, length, bend in trails],
    ]


def vine(x: float, length: float, bend: float) -> str:
    stem = line(f"M{x} 425q{bend} {length / 2} {bend / 2} {length}", FOREST, 6)
    leaves = [
        leaf(x + bend * 0.6, 425 + length * t, 58, side, colour)
        for t, side, colour in [
            (0.25, 120, LEAF),
            (0.45, -120, GREEN),
            (0.7, 120, GREEN),
            (0.9, -125, LEAF),
            (1, 180, LEAF),
        ]
    ]
    return stem + "".join(leaves)


@drawing("garden", "apple-bird-feeder")
def bird_feeder() -> list[str]:
    return [
        line("M400 0v130", "#8a6d46", 8, "butt"),
        path(oval(400, 380, 210) + oval(400, 380, 150), RED).replace("<path", '<path fill-rule="evenodd"'),
        path("M400 170q20-90 110-86q-6 84-110 86z", LEAF),
        line("M400 170v-50", WALNUT, 14),
        dot(400, 380, 150, WHITE, opacity=0.4),
        *[dot(x, y, 42, c) for x, y, c in NUTS],
        path("M250 470h300l-30 50q-120 60-240 0z", RED),
        box(214, 580, 372, 24, OAK, 10),
        bird(560, 500),
    ]


NUTS = [(x, y, (OAK, WOOD, BRASS)[(x // 20 + y // 30) % 3]) for y in (340, 390, 440) for x in (310, 355, 400, 445, 490)]


@drawing("garden", "herb-window-box")
def window_box() -> list[str]:
    herbs = [(190, LEAF, 150), (290, GREEN, 200), (400, FOREST, 170), (500, LEAF, 210), (606, GREEN, 160)]
    return [
        shadow(400, 640, 320),
        *[leaf(x, 480, tall, a, c) for x, c, tall in herbs for a in (-34, 34, -14, 16)],
        *[blossom(x, 300, 24, LILAC, WHITE) for x in (280, 504)],
        ball(400, 462, 290, "#5b4030", 20),
        solid("M90 460h620l-30 160q-2 14-16 14H136q-14 0-16-14z", TEAL),
        box(76, 446, 648, 34, "#25716e", 10),
        *[box(x, 530, 96, 48, CREAM, 8) for x in (190, 352, 514)],
        *[line(f"M{x} 554h52", GREY, 8) for x in (212, 374, 536)],
    ]
