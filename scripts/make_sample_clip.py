"""Draw the sample clip: people walk by a lake at dusk while lanterns rise. Usage: make_sample_clip.py FILE [--frame N]

The camera stands still for eight seconds, so that background subtraction works, then pans, so that near things move
more than far ones. The same bytes of picture every time; --frame writes one PNG instead.
"""

import sys
from fractions import Fraction
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parent / "sample_clip"))

import av
import cv2
import numpy as np
from aloft import birds, lanterns
from numpy.typing import NDArray
from paint import FPS, HEIGHT, SECONDS, WIDTH, ease
from people import Look, Walker
from scenery import Scenery

SEED = 7
PEOPLE = (  # the far ones first
    Walker(Look("#8a5fb0", "#b7bfd6", "#c98f72", "#2c1a22", "#f0c46a", 0.55), 1420, 640, 250, -128, 0.3),
    Walker(Look("#2f9a94", "#c9ccc4", "#cf977c", "#5a2f2a", "#f2d3a0", 0.75), 1060, 646, 256, -158, 0.45),
    Walker(Look("#d9584f", "#cfd6ee", "#d39b7e", "#3a2318", "#f3e6cf", 0.35), -860, 662, 268, 172, 0.7),
    Walker(Look("#f0a63c", "#a9b6e6", "#d79a7c", "#3a2230", "#c8413f", 0.25), 190, 670, 272, 178, 0.1),
)


class Scene:
    """The whole scene; `frame` draws any moment of it."""

    def __init__(self) -> None:
        self._scenery = Scenery(SEED)
        self._lanterns = lanterns(SEED)
        self._grain = np.random.default_rng(SEED).uniform(0, 1, (HEIGHT, WIDTH, 1)).astype(np.float32)

    def frame(self, number: int) -> NDArray[np.uint8]:
        """Frame `number` as uint8 BGR; a fixed grain keeps gradients from banding."""
        time = number / FPS
        camera = 230 * ease((time - 8) / (SECONDS - 8))
        picture = birds(self._scenery.behind(time, camera), time, camera)
        for lantern in self._lanterns:
            lantern.draw(picture, time, camera)
        picture = self._scenery.bank(self._scenery.water(picture, time, camera), camera)
        for person in PEOPLE:
            picture = person.draw(picture, time, camera)
        picture = self._scenery.tree(picture, camera)
        return (np.clip(picture, 0, 1) * 254 + self._grain).astype(np.uint8)


def write(path: Path) -> None:
    """Encode the clip: H.264 that every browser plays, colours tagged as what they are (BT.601 matrix)."""
    scene = Scene()
    with av.open(str(path), "w", format="mp4", options={"movflags": "faststart"}) as container:
        stream = container.add_stream("libx264", rate=FPS)
        stream.width, stream.height, stream.pix_fmt = WIDTH, HEIGHT, "yuv420p"
        stream.time_base = Fraction(1, FPS)
        stream.options = {"crf": "21", "preset": "slow", "g": "60", "threads": "1", "maxrate": "3M", "bufsize": "3M"}
        context = stream.codec_context
        context.colorspace, context.color_primaries, context.color_trc, context.color_range = 6, 1, 1, 1
        for number in range(FPS * SECONDS):
            planes: NDArray[Any] = cv2.cvtColor(scene.frame(number), cv2.COLOR_BGR2YUV_I420)
            picture = av.VideoFrame.from_ndarray(planes, format="yuv420p")
            picture.pts = number
            container.mux(stream.encode(picture))
        container.mux(stream.encode())


def main() -> None:
    path = Path(sys.argv[1])
    if sys.argv[2:3] == ["--frame"]:
        cv2.imwrite(str(path), Scene().frame(int(sys.argv[3])))
    else:
        write(path)


if __name__ == "__main__":
    main()
