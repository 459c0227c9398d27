"""Draw results on a picture: boxes, points, masks. Why this is ours: docs/adr/0007-drawing.md."""

from typing import Literal

import cv2
import numpy as np

from nodegraph.sdk import Color, Detections, Filter, Image, Keypoints, Mask, Segmentation, param
from nodes.filter._composite import over
from nodes.filter._drawing import color_for, font_size, ink, line_width, point, write_label
from nodes.filter._pixels import Pixels, as_frame, color_of, like, on_color, size_of
from nodes.filter.detections import boxes_of


class DrawDetections(Filter, id="filter.draw_detections", category="Filter/Draw", keywords=("boxes", "bounding box")):
    """Draw detected boxes with their labels, every label in a colour of its own that never changes."""

    thickness: float = param(
        3.0, "Width of the lines in a picture 720 high; it grows with the picture.", ge=0, le=50, step=0.5
    )
    fill: float = param(0.0, "Opacity of the boxes' inside.", ge=0, le=1, step=0.05)
    labels: bool = param(True, "Write labels.")
    scores: bool = param(True, "Write scores, in per cent.")
    text_scale: float = param(1.0, "Size of the text.", ge=0.3, le=5, step=0.1)
    single_color: bool = param(False, "Draw all boxes in the colour below.")
    color: Color = param((80, 220, 60), "Colour when there is only one.")

    def process(self, image: Image, detections: Detections) -> Image:
        if not len(detections):
            return image
        canvas = image.copy()
        # The surest box is drawn last, on top.
        order = np.argsort(detections.scores, kind="stable").tolist()
        for index in order:
            self._draw_box(canvas, detections, index)
        for index in order if self.labels or self.scores else ():
            self._draw_label(canvas, detections, index)
        return canvas

    def _draw_box(self, canvas: Pixels, detections: Detections, index: int) -> None:
        (x0, y0), (x1, y1) = _corners(canvas, detections, index)
        color = self._color(detections.labels[index])
        if self.fill > 0:
            part = canvas[max(y0, 0) : max(y1, 0), max(x0, 0) : max(x1, 0)]
            if part.size:
                plain = np.empty((*part.shape[:2], 3), np.uint8)
                plain[:] = color
                part[:] = over(as_frame(part), plain, None, self.fill)
        if self.thickness > 0:
            cv2.rectangle(canvas, (x0, y0), (x1, y1), ink(canvas, color), line_width(canvas, self.thickness))

    def _draw_label(self, canvas: Pixels, detections: Detections, index: int) -> None:
        label, score = detections.labels[index], float(detections.scores[index])
        percent = f"{score:.0%}" if self.scores and np.isfinite(score) else ""
        text = " ".join(part for part in (label if self.labels else "", percent) if part)
        if text:
            corner, _ = _corners(canvas, detections, index)
            write_label(canvas, text, *corner, font_size(canvas, self.text_scale), self._color(label))

    def _color(self, label: str) -> Color:
        return self.color if self.single_color else color_for(label)


def _corners(canvas: Pixels, detections: Detections, index: int) -> tuple[tuple[int, int], tuple[int, int]]:
    left, top, right, bottom = boxes_of(detections)[index].tolist()
    return point(left, top, *size_of(canvas)), point(right, bottom, *size_of(canvas))


class DrawKeypoints(
    Filter, id="filter.draw_keypoints", category="Filter/Draw", keywords=("skeleton", "pose", "landmarks")
):
    """Draw points and the bones between them, one colour per person or object."""

    radius: float = param(
        5.0, "Size of a point in a picture 720 high; it grows with the picture.", ge=0, le=50, step=0.5
    )
    thickness: float = param(3.0, "Width of a bone in a picture 720 high.", ge=0, le=50, step=0.5)
    threshold: float = param(0.3, "Points with a lower score are left out.", ge=0, le=1, step=0.01)
    names: bool = param(False, "Write the points' names.")
    text_scale: float = param(0.8, "Size of the text.", ge=0.3, le=5, step=0.1)

    def process(self, image: Image, keypoints: Keypoints) -> Image:
        if not len(keypoints):
            return image
        canvas = image.copy()
        for number, points in enumerate(keypoints.points):
            self._draw_one(canvas, points, keypoints, color_for(f"object {number}"))
        return canvas

    def _draw_one(
        self, canvas: Pixels, points: "np.ndarray[tuple[int, int], np.dtype[np.float32]]", all: Keypoints, color: Color
    ) -> None:
        # NaN marks a missing point and fails every comparison.
        seen = {
            index: point(x, y, *size_of(canvas))
            for index, (x, y, score) in enumerate(points.tolist())
            if score >= self.threshold and np.isfinite((x, y)).all()
        }
        for first, second in all.edges if self.thickness > 0 else ():
            if first in seen and second in seen:
                width = line_width(canvas, self.thickness)
                cv2.line(canvas, seen[first], seen[second], ink(canvas, color), width, cv2.LINE_AA)
        for index, place in seen.items():
            if self.radius > 0:
                radius = line_width(canvas, self.radius)
                cv2.circle(canvas, place, radius + 1, ink(canvas, (20, 20, 20)), cv2.FILLED, cv2.LINE_AA)
                cv2.circle(canvas, place, radius, ink(canvas, color), cv2.FILLED, cv2.LINE_AA)
            if self.names and all.names:
                write_label(
                    canvas, all.names[index], place[0] + 4, place[1] - 4, font_size(canvas, self.text_scale), color
                )


class DrawSegmentation(
    Filter, id="filter.draw_segmentation", category="Filter/Draw", keywords=("semantic", "label map")
):
    """Lay the colours of a segmentation over an image; the segmentation is enlarged without mixing labels."""

    opacity: float = param(0.55, "How much of the colours is seen.", ge=0, le=1, step=0.05)
    outline: bool = param(True, "Draw a line around every area.")
    background: bool = param(False, "Colour label 0 too, which usually is the background.")

    def process(self, image: Image, segmentation: Segmentation) -> Image:
        labels = np.clip(segmentation.labels, 0, 255).astype(np.uint8)
        labels = as_frame(cv2.resize(labels, size_of(image), interpolation=cv2.INTER_NEAREST))
        colors = as_frame(cv2.LUT(cv2.cvtColor(labels, cv2.COLOR_GRAY2BGR), _palette(segmentation)))
        mask = None if self.background else as_frame(cv2.threshold(labels, 0, 255, cv2.THRESH_BINARY)[1])
        result = over(image, colors, mask, self.opacity)
        if self.outline:
            edges = cv2.morphologyEx(labels, cv2.MORPH_GRADIENT, np.ones((3, 3), np.uint8))
            return on_color(result, lambda bgr: cv2.copyTo(colors, edges, bgr.copy()))
        return result


def _palette(segmentation: Segmentation) -> Pixels:
    """A (1, 256, 3) table: the segmentation's own colours, then stable ones by name or number."""
    names = [segmentation.names[index] if index < len(segmentation.names) else f"label {index}" for index in range(256)]
    table = np.array([color_for(name) for name in names], np.uint8)
    if segmentation.colors is not None:
        table[: len(segmentation.colors)] = segmentation.colors[:256]
    return table.reshape(1, 256, 3)


class DrawMask(Filter, id="filter.draw_mask", category="Filter/Draw", keywords=("overlay", "highlight", "contour")):
    """Show a mask on an image as a colour, an outline, or by darkening the rest; the mask is resized to the image."""

    style: Literal["fill", "outline", "dim the rest"] = param("fill", "How the mask is shown.")
    color: Color = param((60, 120, 255), "Colour of the fill or line.")
    opacity: float = param(0.5, "How much of the colour is seen.", ge=0, le=1, step=0.05)
    thickness: float = param(3.0, "Width of the outline in a picture 720 high.", ge=0.5, le=50, step=0.5)

    def process(self, image: Image, mask: Mask) -> Image:
        mask = like(mask, image)
        if self.style == "outline":
            return self._outlined(image, mask)
        plain = np.zeros_like(color_of(image))
        if self.style == "dim the rest":
            return over(image, plain, as_frame(cv2.bitwise_not(mask)), self.opacity)
        plain[:] = self.color
        return over(image, plain, mask, self.opacity)

    def _outlined(self, image: Image, mask: Mask) -> Image:
        hard = cv2.threshold(mask, 127, 255, cv2.THRESH_BINARY)[1]
        contours, _ = cv2.findContours(hard, cv2.RETR_LIST, cv2.CHAIN_APPROX_SIMPLE)
        canvas = image.copy()
        cv2.drawContours(canvas, contours, -1, ink(canvas, self.color), line_width(canvas, self.thickness), cv2.LINE_AA)
        return canvas
