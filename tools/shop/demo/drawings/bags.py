"""Bags to carry things in."""

from .kit import (
    BRASS,
    CORAL,
    CREAM,
    FOREST,
    GREEN,
    INK,
    LINEN,
    MUSTARD,
    NAVY,
    OAK,
    PINK,
    RED,
    SKY,
    STEEL,
    TEAL,
    WALNUT,
    WHITE,
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


@drawing("bags", "field-backpack")
def backpack() -> list[str]:
    return [
        shadow(400, 690, 210),
        line("M350 150q0-70 50-70t50 70", NAVY, 22),
        line("M230 420q-50 60-20 190M570 420q50 60 20 190", "#22304f", 30),
        solid("M220 300q0-170 180-170t180 170v330q0 50-50 50H270q-50 0-50-50z", NAVY),
        solid("M214 310q0-180 186-180t186 180q0 60-40 60H254q-40 0-40-60z", "#3a4f82"),
        box(280, 460, 240, 180, "#3a4f82", 26),
        flat(280, 500, 240, 12, INK, opacity=0.35),
        *[box(x, 330, 34, 150, OAK, 6) + box(x - 6, 404, 46, 34, BRASS, 8) for x in (296, 470)],
        box(352, 220, 96, 54, OAK, 10),
        line("M376 247h48", CREAM, 7),
        dot(400, 508, 12, BRASS),
    ]


@drawing("bags", "market-tote")
def tote() -> list[str]:
    return [
        shadow(400, 680, 220),
        line("M310 330C310 60 490 60 490 330", "#cdbb95", 26),
        path("M440 300q20-130 60-190q30 70 0 200z", GREEN),
        path("M470 310q50-110 120-130q-6 80-70 150z", FOREST),
        solid("M210 290h380l30 350q0 30-30 30H210q-30 0-30-30z", LINEN),
        line("M310 340C310 80 490 80 490 340", CREAM, 26),
        box(290, 320, 40, 60, "#cdbb95", 6),
        box(470, 320, 40, 60, "#cdbb95", 6),
        dot(400, 500, 92, MUSTARD),
        path("M400 408a92 92 0 0 1 0 184z", CORAL),
        line("M340 620h120", NAVY, 12),
    ]


@drawing("bags", "canvas-weekender")
def weekender() -> list[str]:
    return [
        shadow(400, 640, 290),
        line("M290 360C290 130 510 130 510 360", WALNUT, 26),
        solid("M120 600q-20-280 110-290h340q130 10 110 290q0 30-30 30H150q-30 0-30-30z", GREEN),
        solid("M120 560v40q0 30 30 30h500q30 0 30-30v-40z", WALNUT),
        line("M220 330h360", CREAM, 10, "butt", "10 6"),
        box(276, 330, 34, 240, OAK, 4),
        box(490, 330, 34, 240, OAK, 4),
        box(340, 420, 120, 84, OAK, 12),
        dot(400, 462, 12, BRASS),
        *[dot(x, 354, 9, BRASS) for x in (293, 507)],
        line("M136 420q-50-10-60 50M664 420q50-10 60 50", WALNUT, 18),
    ]


@drawing("bags", "city-messenger")
def messenger() -> list[str]:
    return [
        shadow(400, 660, 260),
        line("M180 380C120 40 680 40 620 380", WALNUT, 24),
        box(160, 330, 480, 320, "#9c4536", 34),
        solid("M146 330q0-30 30-30h448q30 0 30 30v150q0 70-70 70H216q-70 0-70-70z", RED),
        line("M176 326h448v148q0 48-52 48H228q-52 0-52-48z", "#f0907f", 4, "butt", "12 9"),
        *[box(x, 470, 44, 130, WALNUT, 8) + box(x - 6, 544, 56, 34, BRASS, 8) for x in (256, 500)],
    ]


@drawing("bags", "sling-belt-bag")
def belt_bag() -> list[str]:
    return [
        shadow(400, 610, 250),
        line("M180 400C30 300 100 150 400 150S770 300 620 400", INK, 30),
        box(350, 124, 100, 54, STEEL, 10),
        solid("M160 420q0-60 60-60h360q60 0 60 60q0 170-130 170H290q-130 0-130-170z", MUSTARD),
        path("M160 420q0-60 60-60h360q60 0 60 60v20H160z", "#f0bb5c"),
        line("M200 440h400", INK, 10),
        line("M572 440v44", STEEL, 10),
        box(280, 486, 240, 70, "#d1922b", 26),
        line("M310 510h180", INK, 7),
    ]


@drawing("bags", "zip-pouch")
def pouch() -> list[str]:
    front = "M150 330q0-30 30-30h440q30 0 30 30v230q0 60-60 60H210q-60 0-60-60z"
    return [
        shadow(400, 630, 250),
        inside(
            "front",
            front,
            solid(front, PINK),
            *[turn(24, 400, 440, flat(x, 120, 34, 700, WHITE, opacity=0.55)) for x in STRIPES],
        ),
        path("M540 300h110v260q0 60-60 60h-50z", INK, 0.08),
        box(140, 286, 520, 40, CORAL, 12),
        line("M160 306h480", CREAM, 8, "butt", "9 6"),
        turn(16, 630, 306, box(616, 296, 60, 22, BRASS, 8), line("M676 307l40 50m-40-50l56 26", RED, 9)),
    ]


STRIPES = range(90, 760, 84)


@drawing("bags", "drawstring-bucket-bag")
def bucket_bag() -> list[str]:
    return [
        shadow(400, 674, 200),
        line("M250 420C180 60 620 60 550 420", OAK, 20),
        solid("M250 320q150-50 300 0l44 310q0 40-40 40H246q-40 0-40-40z", SKY),
        path("M206 560l388 0 8 70q0 40-40 40H246q-40 0-40-40z", WALNUT, 0.9),
        path(
            "M262 316q10-60-20-100q50 30 76 0q30 34 82 0q52 34 82 0q26 30 76 0q-30 40-20 100q-138 40-276 0z", "#a9cfe8"
        ),
        line("M254 336q146 44 292 0", OAK, 14),
        line("M380 354q-20 70-50 110M420 354q20 70 44 120", OAK, 9),
        dot(326, 474, 15, BRASS, 20),
        dot(468, 484, 15, BRASS, 20),
        *[dot(x, y, 10, BRASS) for x, y in [(290, 344), (345, 356), (455, 356), (510, 344)]],
    ]


@drawing("bags", "lunch-bag")
def lunch_bag() -> list[str]:
    return [
        shadow(400, 684, 180),
        box(240, 290, 320, 390, TEAL, 20),
        solid("M240 310V200q0-20 20-20h280q20 0 20 20v110z", "#25716e"),
        flat(240, 226, 320, 8, INK, opacity=0.25),
        flat(240, 262, 320, 8, INK, opacity=0.25),
        line("M340 180q0-60 60-60t60 60", WALNUT, 20),
        box(376, 270, 48, 120, OAK, 10),
        dot(400, 362, 13, BRASS),
        box(300, 450, 200, 120, CREAM, 14),
        line("M330 490h140M330 526h90", TEAL, 12),
    ]
