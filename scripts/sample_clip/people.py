"""People who walk: a jointed figure in side view, with joint angles of a normal gait."""

from dataclasses import dataclass

import cv2
import numpy as np
from paint import Picture, blend, color

# Joint angles in degrees at equal steps of one stride, from heel strike to heel strike of the same foot, in the shape
# that gait analysis reports: hip flexion, knee flexion, ankle dorsiflexion.
HIP = (30, 29, 26, 21, 15, 9, 3, -3, -8, -11, -11, -6, 2, 12, 21, 28, 33, 35, 33, 31)
KNEE = (5, 12, 18, 19, 16, 12, 9, 7, 7, 11, 20, 34, 50, 60, 62, 55, 40, 22, 7, 2)
ANKLE = (0, -5, -6, -1, 3, 5, 7, 9, 10, 10, 5, -8, -17, -15, -7, -1, 1, 2, 1, 0)
Point = tuple[float, float]
FINE = 2  # figures are drawn this many times larger, then averaged down


@dataclass(frozen=True)
class Look:
    """Colours of the clothes; `skirt` is how far a coat reaches below the hip, in thighs."""

    coat: str
    trousers: str
    skin: str
    hair: str
    scarf: str
    skirt: float = 0.25


@dataclass(frozen=True)
class Walker:
    """A person: where they are at time 0 (pixels), where their feet are, how tall, how fast (pixels a second)."""

    look: Look
    start: float
    ground: float
    tall: float
    speed: float
    phase: float

    def draw(self, picture: Picture, time: float, camera: float) -> Picture:
        """The person at `time`, drawn on `picture` with a soft shadow on the ground."""
        x = self.start + self.speed * time - camera
        half, top = round(self.tall * 0.62), round(self.ground - self.tall * 1.12)
        left = int(np.floor(x)) - half
        if left >= picture.shape[1] or left + 2 * half <= 0:
            return picture
        size = (round(self.tall * 1.25), 2 * half)
        picture = blend(picture, color("#1c1534"), 0.5 * self._shadow(x, picture.shape[:2]))
        figure, alpha = self._figure(time, size, (x - left, self.ground - top))
        return _paste(picture, figure, alpha, (left, top))

    def _shadow(self, x: float, shape: tuple[int, int]) -> Picture:
        y = np.arange(shape[0], dtype=np.float32)[:, None] - self.ground - 1
        along = np.arange(shape[1], dtype=np.float32)[None] - x
        return np.exp(-((along / (0.24 * self.tall)) ** 2) - (y / (0.022 * self.tall)) ** 2).astype(np.float32)

    def _figure(self, time: float, size: tuple[int, int], feet: Point) -> tuple[Picture, Picture]:
        # a stride covers about 0.86 of the height: that keeps the standing foot where it is
        stride = (time * abs(self.speed) / (self.tall * 0.86) + self.phase) % 1.0
        canvas = _Canvas(size[0] * FINE, size[1] * FINE)
        _draw_body(canvas, self.look, stride, self.tall * FINE, (feet[0] * FINE, feet[1] * FINE), time)
        paint, alpha = canvas.lit()
        paint, alpha = (cv2.resize(part, size[::-1], interpolation=cv2.INTER_AREA) for part in (paint, alpha))
        if self.speed < 0:
            axis = 2 * feet[0]
            flip = np.array([[-1, 0, axis], [0, 1, 0]], np.float32)
            paint, alpha = (cv2.warpAffine(part, flip, size[::-1]) for part in (paint, alpha))
        return paint, alpha


class _Canvas:
    """Premultiplied paint and coverage, filled shape by shape."""

    def __init__(self, height: int, width: int) -> None:
        self.paint = np.zeros((height, width, 3), np.float32)
        self.alpha = np.zeros((height, width), np.float32)

    def fill(self, mask: Picture, tint: Picture) -> None:
        """One shape, a little rounded: its edges on the side of the light are lighter, those away from it darker."""
        pad = 6 * FINE
        x, y, width, height = cv2.boundingRect(mask)
        part = (slice(max(y - pad, 0), y + height + pad), slice(max(x - pad, 0), x + width + pad))
        cover = mask[part].astype(np.float32) / 255
        soft = cv2.GaussianBlur(cover, (0, 0), 2.5 * FINE)
        slope = cv2.Sobel(soft, cv2.CV_32F, 1, 0, ksize=3) - 0.6 * cv2.Sobel(soft, cv2.CV_32F, 0, 1, ksize=3)
        shade = np.clip(1 - 0.9 * FINE / 3 * slope, 0.7, 1.25)[..., None]
        self.paint[part] = self.paint[part] * (1 - cover[..., None]) + np.minimum(tint * shade, 1) * cover[..., None]
        self.alpha[part] = np.maximum(self.alpha[part], cover)

    def limb(self, points: list[Point], widths: list[float], tint: Picture) -> None:
        """A chain of tapered, rounded segments."""
        mask = np.zeros(self.alpha.shape, np.uint8)
        for start, end, wide, narrow in zip(points, points[1:], widths, widths[1:], strict=False):
            _segment(mask, start, end, wide / 2, narrow / 2)
        self.fill(mask, tint)

    def shape(self, points: list[Point], tint: Picture, round_off: float = 3.0) -> None:
        """A filled outline with rounded corners."""
        mask = np.zeros(self.alpha.shape, np.uint8)
        cv2.fillPoly(mask, [np.array(np.multiply(points, 16), np.int32)], 255, cv2.LINE_AA, 4)
        soft = cv2.GaussianBlur(mask, (0, 0), round_off * FINE).astype(np.float32) / 255
        self.fill((np.clip((soft - 0.5) * 2 * FINE + 0.5, 0, 1) * 255).astype(np.uint8), tint)

    def ellipse(self, center: Point, axes: Point, angle: float, tint: Picture) -> None:
        """A filled ellipse; axes are radii."""
        mask = np.zeros(self.alpha.shape, np.uint8)
        cv2.ellipse(mask, _fixed(center), _fixed(axes), angle, 0, 360, 255, -1, cv2.LINE_AA, 4)
        self.fill(mask, tint)

    def lit(self) -> tuple[Picture, Picture]:
        """The figure with a warm rim of low sun along its upper edges."""
        step = 2.4 * FINE
        moved = cv2.warpAffine(
            self.alpha, np.array([[1, 0, -step * 0.5], [0, 1, step]], np.float32), self.alpha.shape[::-1]
        )
        rim = cv2.GaussianBlur(np.clip(self.alpha - moved, 0, 1), (0, 0), FINE * 0.7)[..., None]
        dusk = self.paint * color("#f0b4c4") + color("#2a1c50") * 0.10 * self.alpha[..., None]
        return np.minimum(dusk + color("#ffb070") * 0.55 * rim, 1).astype(np.float32), self.alpha


def _fixed(point: Point) -> tuple[int, int]:
    return round(point[0] * 16), round(point[1] * 16)


def _segment(mask: Picture, a: Point, b: Point, wide: float, narrow: float) -> None:
    start, end = np.array(a), np.array(b)
    along = (end - start) / max(float(np.hypot(*(end - start))), 1e-6)
    across = np.array([-along[1], along[0]])
    outline = [start + across * wide, end + across * narrow, end - across * narrow, start - across * wide]
    cv2.fillConvexPoly(mask, np.array(np.multiply(outline, 16), np.int32), 255, cv2.LINE_AA, 4)
    for center, radius in ((a, wide), (b, narrow)):
        cv2.circle(mask, _fixed(center), round(radius * 16), 255, -1, cv2.LINE_AA, 4)


def _angle(table: tuple[int, ...], stride: float) -> float:
    """The joint angle in radians at `stride` 0..1, between the table's rows."""
    steps = np.arange(len(table) + 1) / len(table)
    return float(np.radians(np.interp(stride % 1.0, steps, [*table, table[0]])))


def _leg(stride: float, tall: float) -> list[Point]:
    """Hip, knee, ankle, heel and toe relative to the hip, walking to the right."""
    hip, knee = _angle(HIP, stride), _angle(KNEE, stride)
    shin, foot = hip - knee, hip - knee + _angle(ANKLE, stride)
    points = [np.zeros(2)]
    points.append(points[-1] + 0.245 * tall * np.array([np.sin(hip), np.cos(hip)]))
    points.append(points[-1] + 0.235 * tall * np.array([np.sin(shin), np.cos(shin)]))
    down, ahead = np.array([np.sin(foot), np.cos(foot)]), np.array([np.cos(foot), -np.sin(foot)])
    points.append(points[2] + tall * (0.035 * down - 0.018 * ahead))
    points.append(points[2] + tall * (0.035 * down + 0.095 * ahead))
    return [(float(point[0]), float(point[1])) for point in points]


def _arm(stride: float, tall: float) -> list[Point]:
    swing = np.radians(4 + 22 * np.cos(2 * np.pi * stride))
    bent = swing + np.radians(22 + 14 * np.cos(2 * np.pi * stride))
    elbow = 0.17 * tall * np.array([np.sin(swing), np.cos(swing)])
    hand = elbow + 0.16 * tall * np.array([np.sin(bent), np.cos(bent)])
    return [(0.0, 0.0), (float(elbow[0]), float(elbow[1])), (float(hand[0]), float(hand[1]))]


def _moved(points: list[Point], x: float, y: float) -> list[Point]:
    return [(px + x, py + y) for px, py in points]


def _draw_body(canvas: _Canvas, look: Look, stride: float, tall: float, feet: Point, time: float) -> None:
    near, far = _leg(stride, tall), _leg(stride + 0.5, tall)
    lowest = max(max(point[1] for point in leg) for leg in (near, far))
    x, y = feet[0], feet[1] - lowest - 0.012 * tall
    shoulder = (x + 0.012 * tall, y - 0.285 * tall)
    far_arm, near_arm = (_moved(_arm(stride + half, tall), *shoulder) for half in (0.0, 0.5))
    _draw_arm(canvas, far_arm, tall, color(look.coat) * 0.62, color(look.skin) * 0.7)
    _draw_leg(canvas, _moved(far, x, y), tall, color(look.trousers) * 0.72)
    _draw_leg(canvas, _moved(near, x, y), tall, color(look.trousers))
    _draw_torso(canvas, look, (x, y), tall, near[1][0], far[1][0])
    _draw_head(canvas, look, (x + 0.02 * tall, y - 0.40 * tall), tall, time)
    _draw_arm(canvas, near_arm, tall, color(look.coat) * 0.92, color(look.skin))


def _draw_leg(canvas: _Canvas, leg: list[Point], tall: float, tint: Picture) -> None:
    hip, knee, ankle, heel, toe = leg
    shoe = color("#1a1526")
    canvas.limb([heel, toe], [0.046 * tall, 0.034 * tall], shoe)
    canvas.limb([ankle, heel], [0.05 * tall, 0.046 * tall], shoe)
    canvas.limb([hip, knee, ankle], [0.112 * tall, 0.08 * tall, 0.056 * tall], tint)


def _draw_arm(canvas: _Canvas, arm: list[Point], tall: float, tint: Picture, skin: Picture) -> None:
    (ex, ey), (hx, hy) = arm[1], arm[2]
    canvas.ellipse((hx + 0.12 * (hx - ex), hy + 0.12 * (hy - ey)), (0.023 * tall, 0.026 * tall), 0, skin)
    canvas.limb(arm, [0.075 * tall, 0.06 * tall, 0.046 * tall], tint)


def _draw_torso(canvas: _Canvas, look: Look, hip: Point, tall: float, near_knee: float, far_knee: float) -> None:
    x, y = hip
    hem = y + look.skirt * 0.245 * tall
    front, back = max(near_knee, far_knee) * look.skirt * 0.7, min(near_knee, far_knee) * look.skirt * 0.7
    outline = [
        (x - 0.030 * tall, y - 0.335 * tall), (x + 0.045 * tall, y - 0.335 * tall), (x + 0.078 * tall, y - 0.27 * tall),
        (x + 0.082 * tall, y - 0.15 * tall), (x + 0.072 * tall, y - 0.02 * tall), (x + 0.072 * tall + front, hem),
        (x - 0.072 * tall + back, hem), (x - 0.078 * tall, y - 0.02 * tall), (x - 0.068 * tall, y - 0.15 * tall),
        (x - 0.074 * tall, y - 0.26 * tall),
    ]  # fmt: skip
    canvas.shape(outline, color(look.coat))


def _draw_head(canvas: _Canvas, look: Look, center: Point, tall: float, time: float) -> None:
    x, y = center
    skin, hair = color(look.skin), color(look.hair)
    canvas.limb([(x - 0.012 * tall, y + 0.09 * tall), (x, y)], [0.058 * tall, 0.05 * tall], skin * 0.8)
    canvas.ellipse((x - 0.022 * tall, y - 0.004 * tall), (0.052 * tall, 0.066 * tall), 0, hair)
    profile = [
        (-0.006, -0.044), (0.040, -0.040), (0.050, -0.004), (0.062, 0.012), (0.049, 0.018), (0.046, 0.046),
        (0.022, 0.060), (-0.006, 0.034), (-0.004, -0.004),
    ]  # fmt: skip
    face = [(x + right * tall, y + down * tall) for right, down in profile]
    canvas.shape(face, skin, 0.8)
    canvas.ellipse((x + 0.002 * tall, y - 0.044 * tall), (0.050 * tall, 0.030 * tall), -8, hair)
    wave = [np.sin(time * 5.2 - step * 0.8) * 0.006 * tall * step for step in range(6)]
    tail = [(x - (0.02 + 0.035 * step) * tall, y + (0.082 + 0.016 * step) * tall + wave[step]) for step in range(6)]
    canvas.limb(
        tail,
        [0.045 * tall, 0.042 * tall, 0.04 * tall, 0.038 * tall, 0.036 * tall, 0.03 * tall],
        color(look.scarf) * 0.8,
    )
    ends = [(x - 0.042 * tall, y + 0.078 * tall), (x + 0.034 * tall, y + 0.086 * tall)]
    canvas.limb(ends, [0.052 * tall, 0.046 * tall], color(look.scarf))


def _paste(picture: Picture, paint: Picture, alpha: Picture, corner: tuple[int, int]) -> Picture:
    left, top = corner
    x0, x1 = max(left, 0), min(left + alpha.shape[1], picture.shape[1])
    y0, y1 = max(top, 0), min(top + alpha.shape[0], picture.shape[0])
    part = (slice(y0 - top, y1 - top), slice(x0 - left, x1 - left))
    out = picture.copy()
    out[y0:y1, x0:x1] = out[y0:y1, x0:x1] * (1 - alpha[part][..., None]) + paint[part]
    return out
