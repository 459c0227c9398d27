"""Channels: take colours apart and put them together."""

from typing import Literal, NamedTuple

import cv2
import numpy as np

from nodegraph.sdk import Filter, Image, Mask, param
from nodes.filter._pixels import Pixels, alpha_of, as_frame, color_of, gray_of, like, on_color, with_alpha


class Channels(NamedTuple):
    """Four channels, (H, W) each."""

    red: Mask
    green: Mask
    blue: Mask
    alpha: Mask


class SplitChannels(Filter, id="filter.split_channels", category="Filter/Channels"):
    """Give the red, green, blue and alpha channel of an image as masks."""

    def process(self, image: Image) -> Channels:
        blue, green, red = cv2.split(color_of(image))
        return Channels(as_frame(red), as_frame(green), as_frame(blue), _opacity(image))


class MergeChannels(Filter, id="filter.merge_channels", category="Filter/Channels"):
    """Build an image from masks; green, blue and alpha are resized to the red one, a missing colour is black."""

    def process(
        self, red: Mask, green: Mask | None = None, blue: Mask | None = None, alpha: Mask | None = None
    ) -> Image:
        black = np.zeros_like(red)
        parts = [black if part is None else like(part, red) for part in (blue, green)]
        return with_alpha(as_frame(cv2.merge([*parts, red])), None if alpha is None else like(alpha, red))


ChannelName = Literal["luminance", "red", "green", "blue", "alpha", "hue", "saturation", "value"]


class Channel(Filter, id="filter.channel", category="Filter/Channels", title="Channel to Mask"):
    """Give one channel of an image as a mask."""

    channel: ChannelName = param("luminance", "Which channel.")

    def process(self, image: Image) -> Mask:
        if self.channel == "luminance":
            return gray_of(image)
        if self.channel == "alpha":
            return _opacity(image)
        if self.channel in ("blue", "green", "red"):
            return as_frame(cv2.extractChannel(image, ("blue", "green", "red").index(self.channel)))
        hsv = cv2.cvtColor(color_of(image), cv2.COLOR_BGR2HSV_FULL)
        return as_frame(cv2.extractChannel(hsv, ("hue", "saturation", "value").index(self.channel)))


class SwapChannels(Filter, id="filter.swap_channels", category="Filter/Channels"):
    """Send the red, green and blue channels to other places."""

    order: Literal["RBG", "GRB", "GBR", "BRG", "BGR"] = param(
        "BGR", "Where the result's red, green and blue come from."
    )

    def process(self, image: Image) -> Image:
        blue, green, red = ("BGR".index(letter) for letter in reversed(self.order))

        def swap(bgr: Pixels) -> Pixels:
            result = np.empty_like(bgr)
            cv2.mixChannels([bgr], [result], [blue, 0, green, 1, red, 2])
            return result

        return on_color(image, swap)


def _opacity(image: Pixels) -> Pixels:
    alpha = alpha_of(image)
    return np.full(image.shape[:2], 255, np.uint8) if alpha is None else alpha
