"""Drawn pictures that the models recognise something in."""

import cv2
import numpy as np


def draw_scene(width: int = 320, height: int = 240) -> np.ndarray:
    """A green field under a blue sky with a textured red disc."""
    rng = np.random.default_rng(7)
    image = np.zeros((height, width, 3), np.uint8)
    image[: height // 2] = (210, 160, 90)
    image[height // 2 :] = (60, 150, 70)
    noise = cv2.GaussianBlur(rng.integers(0, 255, (height, width, 3), np.uint8), (0, 0), 2)
    image = cv2.addWeighted(image, 0.8, noise, 0.2, 0)
    cv2.circle(image, (width // 2, height // 2), height // 4, (40, 50, 220), -1)
    cv2.circle(image, (width // 2 - 15, height // 2 - 10), 6, (250, 250, 250), -1)
    return image


def draw_street(people: list[tuple[int, int, int]]) -> np.ndarray:
    """uint8 (360, 640, 3): people standing, each (middle, foot, height) in pixels."""
    image = np.full((360, 640, 3), (170, 175, 180), np.uint8)
    image[240:] = (120, 125, 130)
    noise = np.random.default_rng(1).integers(0, 40, image.shape, np.uint8)
    image = cv2.add(image, cv2.GaussianBlur(noise, (0, 0), 3))
    for middle, foot, height in people:
        _draw_person(image, middle, foot, height / 100)
    return cv2.GaussianBlur(image, (3, 3), 0)


def _draw_person(image: np.ndarray, middle: int, foot: int, unit: float) -> None:
    def at(x: float, y: float) -> tuple[int, int]:
        return round(middle + x * unit), round(foot - y * unit)

    coat = (60, 45, 40)
    cv2.ellipse(image, at(0, 91), (round(6 * unit), round(8 * unit)), 0, 0, 360, (110, 140, 180), -1, cv2.LINE_AA)
    outline = [at(-13, 80), at(-6, 84), at(6, 84), at(13, 80), at(11, 48), at(-11, 48)]
    cv2.fillPoly(image, [np.array(outline, np.int32)], coat, cv2.LINE_AA)
    for side in (-1, 1):
        cv2.line(image, at(13 * side, 79), at(15 * side, 48), coat, round(5 * unit), cv2.LINE_AA)
        cv2.line(image, at(5 * side, 50), at(7 * side, 4), (40, 30, 30), round(9 * unit), cv2.LINE_AA)
        cv2.line(image, at(7 * side, 2), at(11 * side, 1), (20, 20, 20), round(4 * unit), cv2.LINE_AA)


def draw_portraits(faces: list[tuple[int, int, int]]) -> np.ndarray:
    """uint8 (360, 640, 3): faces that look at us, each (x, y, half its height) in pixels."""
    image = np.full((360, 640, 3), (120, 110, 100), np.uint8)
    image = cv2.add(image, np.random.default_rng(1).integers(0, 20, image.shape, np.uint8))
    for x, y, radius in faces:
        _draw_face(image, x, y, radius)
    return cv2.GaussianBlur(image, (0, 0), 2)


def _draw_face(image: np.ndarray, cx: int, cy: int, unit: int) -> None:
    def at(x: float, y: float) -> tuple[int, int]:
        return round(cx + x * unit), round(cy + y * unit)

    def oval(x: float, y: float, wide: float, high: float, colour: tuple[int, int, int], end: int = 360) -> None:
        axes = max(1, round(wide * unit)), max(1, round(high * unit))
        cv2.ellipse(image, at(x, y), axes, 0, 0, end, colour, -1, cv2.LINE_AA)

    oval(0, 0, 0.78, 1, (150, 180, 220))
    cv2.ellipse(image, at(0, -0.62), (round(0.8 * unit), round(0.5 * unit)), 0, 180, 360, (40, 50, 60), -1, cv2.LINE_AA)
    for side in (-1, 1):
        oval(0.33 * side, -0.2, 0.22, 0.13, (90, 110, 140))
        oval(0.33 * side, -0.18, 0.15, 0.08, (230, 230, 230))
        oval(0.33 * side, -0.18, 0.08, 0.08, (30, 30, 30))
        oval(0.1 * side, 0.22, 0.07, 0.05, (90, 110, 150))
        cv2.line(image, at(0.15 * side, -0.36), at(0.52 * side, -0.38), (40, 50, 60), round(0.08 * unit), cv2.LINE_AA)
    cv2.line(image, at(0, -0.1), at(0, 0.15), (180, 205, 240), round(0.14 * unit), cv2.LINE_AA)
    oval(0, 0.52, 0.3, 0.08, (80, 80, 150))
    oval(0, 0.85, 0.5, 0.12, (110, 140, 180), 180)
