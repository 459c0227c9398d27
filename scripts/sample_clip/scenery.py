"""The landscape at dusk: sky, sun, clouds, hills, water, bank and a tree, each at its own distance."""

import cv2
import numpy as np
from paint import HEIGHT, MARGIN, WIDTH, Picture, below, blend, color, glow, gradient, noise, ridge, shift

WIDE = WIDTH + MARGIN
HORIZON = 452
SHORE = 560
SUN = (905.0, 292.0)
SKY = [
    (0.0, "#171a45"), (0.22, "#33295f"), (0.42, "#6b3a78"), (0.6, "#b4507a"),
    (0.75, "#e8756d"), (0.88, "#fba273"), (1.0, "#ffd79a"),
]  # fmt: skip
HILLS = [  # distance factor, base line, height, width of a hill, octaves, colour at the top, colour at the foot
    (0.05, 330, 120, 420, 6, "#a75a86", "#f0987d"),
    (0.12, 375, 90, 300, 6, "#7d4780", "#c8707f"),
    (0.22, 402, 70, 340, 5, "#55386f", "#8e5279"),
    (0.34, 424, 46, 380, 5, "#33285a", "#553a68"),
]


class Scenery:
    """Draws everything that stands still or only drifts; layers are made once."""

    def __init__(self, seed: int) -> None:
        self._rng = np.random.default_rng(seed)
        self._sky = self._make_sky()
        self._clouds = self._make_clouds()
        self._hills = [self._make_hill(number) for number in range(len(HILLS))]
        self._bank, self._bank_alpha = self._make_bank()
        self._tree = self._make_tree()
        self._ripples = noise(self._rng, WIDTH, SHORE - HORIZON, (260, 6), 3) - 0.5
        rows, columns = np.mgrid[HORIZON:SHORE, 0:WIDTH].astype(np.float32)
        self._rows, self._columns = rows, columns

    def behind(self, time: float, camera: float) -> Picture:
        """Sky, clouds and hills at `time` seconds, seen from `camera` pixels to the right."""
        picture = shift(self._sky, camera * 0.01)
        density, lit = (shift(part, camera * 0.03 + 60 - time * 9) for part in self._clouds)
        picture = blend(picture, lit, density)
        for (distance, *_), (paint, alpha) in zip(HILLS, self._hills, strict=True):
            picture = blend(picture, shift(paint, camera * distance), shift(alpha, camera * distance))
        return picture

    def bank(self, picture: Picture, camera: float) -> Picture:
        """The near bank and its path drawn on `picture`."""
        return blend(picture, shift(self._bank, camera), shift(self._bank_alpha, camera))

    def tree(self, picture: Picture, camera: float) -> Picture:
        """The tree in front, drawn on `picture`."""
        return blend(picture, color("#120f26"), shift(self._tree, camera * 1.25))

    def _make_sky(self) -> Picture:
        rows = np.linspace(0, HEIGHT / HORIZON, HEIGHT, dtype=np.float32)
        sky = np.repeat(gradient(SKY, rows)[:, None], WIDE, 1)
        stars = np.zeros((HEIGHT, WIDE), np.float32)
        for _ in range(150):
            x, y = self._rng.random(2) * (WIDE, 230)
            bright = float(self._rng.random() ** 2 * (1 - y / 260))
            cv2.circle(stars, (int(x * 16), int(y * 16)), int(self._rng.uniform(9, 18)), bright, -1, cv2.LINE_AA, 4)
        sky = blend(sky, color("#fff3e6"), stars)
        sky += color("#ff9a5c") * (0.30 * glow(SUN, 330, sky.shape[:2]))[..., None]
        sky += color("#ffd08a") * (0.35 * glow(SUN, 120, sky.shape[:2]))[..., None]
        y, x = np.ogrid[:HEIGHT, :WIDE]
        disc = np.clip(58.5 - np.hypot(x - SUN[0], y - SUN[1]), 0, 1).astype(np.float32)
        face = gradient(
            [(SUN[1] - 58, "#fff0e0"), (SUN[1] + 40, "#ffc79c")], np.arange(HEIGHT, dtype=np.float32)[:, None]
        )
        return np.minimum(blend(sky, face, disc), 1)

    def _make_clouds(self) -> tuple[Picture, Picture]:
        """Coverage, and colour lit from below, where the sun is."""
        field = noise(self._rng, WIDE + 200, HEIGHT, (520, 92), 6)
        rows = np.arange(HEIGHT, dtype=np.float32)[:, None]
        height = np.exp(-(((rows - 215) / 105) ** 2))
        thick = np.maximum(field + 0.30 * height - 0.70, 0) * height
        density = 1 - np.exp(-7 * thick)
        light = np.clip(0.45 + 9.0 * (thick - np.roll(thick, -14, 0)), 0, 1)[..., None]
        lit = color("#6d4a86") * (1 - light) + color("#ffb38f") * light
        return (density * 0.85).astype(np.float32), lit.astype(np.float32)

    def _make_hill(self, number: int) -> tuple[Picture, Picture]:
        _, base, height, cell, octaves, top, foot = HILLS[number]
        line = np.float32(base + height * 0.5) - ridge(self._rng, WIDE, height, cell, octaves)
        alpha = below(line)
        if number >= 2:
            alpha = np.maximum(alpha, self._pines(line, 7 + 5 * (number - 2), 0.45 + 0.2 * (number - 2)))
        depth = np.clip((np.arange(HEIGHT, dtype=np.float32)[:, None] - line[None]) / (HORIZON - base + 20), 0, 1)
        paint = gradient([(0, top), (1, foot)], depth)
        toward_sun = np.exp(-(((np.arange(WIDE) - SUN[0]) / 300) ** 2)).astype(np.float32)[None, :, None]
        return np.minimum(paint + color("#ff9a5c") * toward_sun * (0.20 - 0.04 * number), 1).astype(np.float32), alpha

    def _pines(self, line: Picture, size: int, share: float) -> Picture:
        mask = np.zeros((HEIGHT, WIDE), np.uint8)
        clumps = ridge(self._rng, WIDE, 1, 150, 2)
        x = 0.0
        while x < WIDE - 2:
            if clumps[int(x)] > 1 - share:
                tall = size * self._rng.uniform(1.2, 3.0)
                foot = float(line[int(x)]) + 3
                points = [(x - tall * 0.22, foot), (x + tall * 0.22, foot), (x, foot - tall)]
                cv2.fillConvexPoly(mask, np.array(np.multiply(points, 16), np.int32), 255, cv2.LINE_AA, 4)
            x += self._rng.uniform(0.25, 0.9) * size
        return (mask / np.float32(255)).astype(np.float32)

    def water(self, picture: Picture, time: float, camera: float) -> Picture:
        """What stands above the shore line, mirrored in slow ripples that grow towards us."""
        near = (self._rows - HORIZON) / (SHORE - HORIZON)
        wave = self._ripples
        sway = np.sin(self._rows * 0.55 / (0.25 + near) + time * 1.6 + wave * 14) * (0.6 + 5.0 * near)
        up = HORIZON - (self._rows - HORIZON) * 2.6
        mirrored = cv2.remap(
            picture, self._columns + sway * 1.4, up + sway, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REFLECT
        )
        water = mirrored * color("#d8b4cc") * (1.0 - 0.25 * near[..., None]) + color("#241c4c") * (
            0.12 + 0.14 * near[..., None]
        )
        sun = SUN[0] - camera * 0.01
        streak = np.exp(-(((self._columns - sun + sway * 3) / (26 + 70 * near)) ** 2)) * np.clip(sway * 0.35, 0, 1)
        picture[HORIZON:SHORE] = np.minimum(water + color("#ffb98a") * (streak * 0.5)[..., None], 1)
        return picture

    def _make_bank(self) -> tuple[Picture, Picture]:
        line = SHORE + 4 - ridge(self._rng, WIDE, 16, 260, 3)
        mask = (below(line) * 255).astype(np.uint8)
        for x in np.arange(0, WIDE, 2.3):
            self._blade(mask, x, float(line[int(x)]) + 4, self._rng.uniform(8, 26) * (1 + (self._rng.random() > 0.97)))
        paint = gradient([(SHORE - 20, "#33294f"), (600, "#211b3c")], np.arange(HEIGHT, dtype=np.float32)[:, None])
        paint = blend(np.repeat(paint, WIDE, 1), self._make_path(), self._path_mask())
        sunward = np.exp(-(((np.arange(WIDE) - SUN[0]) / 420) ** 2)).astype(np.float32)[None, :, None]
        return np.clip(paint * (0.86 + 0.40 * sunward), 0, 1).astype(np.float32), mask / np.float32(255)

    def _make_path(self) -> Picture:
        rows = np.repeat(np.arange(HEIGHT, dtype=np.float32)[:, None], WIDE, 1)
        path = gradient([(606, "#77566a"), (630, "#96706f"), (690, "#6f5163")], rows)
        pebbles = noise(self._rng, WIDE, HEIGHT, (34, 7), 4)[..., None] - 0.5
        return (path * (1 + 0.16 * pebbles)).astype(np.float32)

    def _path_mask(self) -> Picture:
        """The path, with grass growing over both its edges."""
        far, near = (612 + ridge(self._rng, WIDE, 8, 300, 3), 690 + ridge(self._rng, WIDE, 10, 260, 3))
        mask = ((below(far) - below(near)) * 255).astype(np.uint8)
        for x in np.arange(0, WIDE, 1.9):
            self._blade(mask, x, float(near[int(x)]) + 3, self._rng.uniform(5, 15), 0)
            self._blade(mask, x, float(far[int(x)]) + 2, self._rng.uniform(2, 5), 0)
        return mask / np.float32(255)

    def _blade(self, mask: Picture, x: float, y: float, tall: float, value: int = 255) -> None:
        lean = self._rng.normal(0, 0.25) * tall
        points = [(x - 1.3, y), (x + 1.3, y), (x + lean * 0.5 + 0.7, y - tall * 0.6), (x + lean, y - tall)]
        cv2.fillPoly(mask, [np.array(np.multiply(points, 16), np.int32)], value, cv2.LINE_AA, 4)

    def _make_tree(self) -> Picture:
        mask = np.zeros((HEIGHT, WIDE), np.uint8)
        trunk = [(-40, 725), (32, 725), (16, 660), (10, 585), (-20, 585)]
        cv2.fillConvexPoly(mask, np.array(np.multiply(trunk, 16), np.int32), 255, cv2.LINE_AA, 4)
        self._branch(mask, (-6.0, 640.0), -1.40, 112, 30)
        return (mask / np.float32(255)).astype(np.float32)

    def _branch(self, mask: Picture, start: tuple[float, float], angle: float, length: float, thick: float) -> None:
        end = (start[0] + np.cos(angle) * length, start[1] + np.sin(angle) * length)
        cv2.line(mask, _fixed(start), _fixed(end), 255, max(1, round(thick)), cv2.LINE_AA, 4)
        if length < 16:
            for _ in range(5):
                spot = (end[0] + self._rng.normal(0, 9), end[1] + self._rng.normal(0, 7))
                axes = (int(self._rng.uniform(3, 6.5) * 16), int(self._rng.uniform(1.5, 2.8) * 16))
                cv2.ellipse(mask, _fixed(spot), axes, self._rng.uniform(0, 180), 0, 360, 255, -1, cv2.LINE_AA, 4)
            return
        for turn in self._rng.normal((-0.42, 0.36), 0.14)[: 2 if length > 20 else 1]:
            self._branch(mask, end, angle + turn, length * self._rng.uniform(0.70, 0.84), thick * 0.68)


def _fixed(point: tuple[float, float]) -> tuple[int, int]:
    return round(point[0] * 16), round(point[1] * 16)
