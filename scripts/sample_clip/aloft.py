"""What is in the air: paper lanterns that rise, and a flock of birds."""

from dataclasses import dataclass

import cv2
import numpy as np
from paint import HEIGHT, WIDTH, Picture, blend, color, gradient

LANTERNS = 13
FLOCK = ((0, 0), (-34, 17), (-30, -15), (-70, 33), (-63, -31), (-104, 50), (-96, -44), (-142, 66))


@dataclass(frozen=True)
class Lantern:
    """A paper lantern: `tall` pixels high, the nearer the taller, rising and swaying."""

    x: float
    y: float
    tall: float
    phase: float

    def draw(self, picture: Picture, time: float, camera: float) -> None:
        """The lantern and its glow at `time`, drawn into `picture`."""
        sway = np.sin(time * 0.9 + self.phase)
        x = self.x + sway * self.tall * 0.22 + time * self.tall * 0.08 - camera * (0.25 + self.tall / 160)
        y = self.y - time * (3 + self.tall * 0.42)
        reach = int(self.tall * 2.2) + 4
        left, top = int(x) - reach, int(y) - reach
        if left < 0 or top < 0 or left + 2 * reach > WIDTH or top + 2 * reach > HEIGHT:
            return
        part = picture[top : top + 2 * reach, left : left + 2 * reach]
        flame = 1 + 0.10 * np.sin(time * 7 + self.phase * 5) + 0.06 * np.sin(time * 13 + self.phase)
        self._paint(part, (x - left, y - top), float(sway) * 0.09, float(flame))

    def _paint(self, part: Picture, center: tuple[float, float], lean: float, flame: float) -> None:
        rows, columns = np.mgrid[: part.shape[0], : part.shape[1]].astype(np.float32)
        across = (columns - center[0]) * np.cos(lean) + (rows - center[1]) * np.sin(lean)
        down = ((rows - center[1]) * np.cos(lean) - (columns - center[0]) * np.sin(lean)) / self.tall
        halo = np.exp(-(across**2 + (down * self.tall - 0.15 * self.tall) ** 2) / (0.95 * self.tall) ** 2)
        part += color("#ff9a4a") * (0.42 * flame * halo)[..., None] * (1 - part)
        wide = self.tall * np.clip(0.40 - 0.13 * down - 2.4 * np.maximum(-0.34 - down, 0) ** 1.6 * 2, 0, 1)
        cover = np.clip(wide - np.abs(across) + 0.5, 0, 1) * np.clip((0.5 - np.abs(down)) * self.tall + 0.5, 0, 1)
        bulge = 1 - 0.28 * (np.abs(across) / np.maximum(wide, 1)) ** 2
        paper = gradient([(-0.5, "#b8452c"), (-0.1, "#f07f35"), (0.3, "#ffc766"), (0.5, "#fff0b8")], down)
        part[:] = np.minimum(blend(part, paper * (bulge * (0.92 + 0.08 * flame))[..., None], cover), 1)


def lanterns(seed: int) -> list[Lantern]:
    """Lanterns at many distances, the far ones first."""
    rng = np.random.default_rng(seed)
    tall = np.sort(rng.uniform(11, 40, LANTERNS))
    columns = rng.permutation(np.linspace(330, 1180, LANTERNS)) + rng.uniform(-30, 30, LANTERNS)
    rows = 440 - (tall - 11) * 3.2 + rng.uniform(-90, 40, LANTERNS)
    phases = rng.uniform(0, 6.28, LANTERNS)
    return [Lantern(*(float(value) for value in values)) for values in zip(columns, rows, tall, phases, strict=True)]


def birds(picture: Picture, time: float, camera: float) -> Picture:
    """A flock crossing the sky, drawn on `picture`."""
    mask = np.zeros(picture.shape[:2], np.uint8)
    for number, (behind, aside) in enumerate(FLOCK):
        drift = 5 * np.sin(time * 0.8 + number * 1.7)
        x = 150 + time * 74 + behind + drift - camera * 0.06
        y = 176 - time * 6 + aside + 0.6 * drift
        _bird(mask, x, y, time * 13.5 + number * 1.3, 12.5 + 1.5 * np.sin(number * 2.1))
    return blend(picture, color("#1d1638"), mask / np.float32(255))


def _bird(mask: Picture, x: float, y: float, beat: float, span: float) -> None:
    lift = 0.35 + 0.55 * np.sin(beat)
    dip = 2.2 * np.cos(beat)
    for side in (-1, 1):
        wrist = (x + side * span * 0.46, y + dip - span * lift * 0.62)
        tip = (x + side * span, y + dip - span * (lift * 0.55 + 0.25 * np.sin(beat - 0.9)))
        outline = [(x - 1.6, y + dip), wrist, tip, (wrist[0], wrist[1] + 2.6), (x + 1.6, y + dip + 2.4)]
        cv2.fillPoly(mask, [np.array(np.multiply(outline, 16), np.int32)], 255, cv2.LINE_AA, 4)
    cv2.ellipse(mask, (round(x * 16), round((y + dip + 1) * 16)), (72, 26), -8, 0, 360, 255, -1, cv2.LINE_AA, 4)
