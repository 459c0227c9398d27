"""The sample clip is what presets, benchmarks and the first minute of every newcomer rely on."""

import subprocess
import sys
from pathlib import Path

import av
import cv2
import numpy as np
from numpy.typing import NDArray

from nodegraph.core.resources import data_folder

CLIP = data_folder() / "assets" / "sample.mp4"


def frames(count: int, step: int = 1) -> list[NDArray[np.uint8]]:
    capture, found = cv2.VideoCapture(str(CLIP)), []
    for number in range(count * step):
        ok, frame = capture.read()
        assert ok
        if number % step == 0:
            found.append(frame)
    capture.release()
    return found


def test_the_clip_is_twelve_seconds_of_720p_that_a_browser_plays() -> None:
    with av.open(str(CLIP)) as container:
        stream = container.streams.video[0]
        context = stream.codec_context
        assert (context.name, context.width, context.height, context.pix_fmt) == ("h264", 1280, 720, "yuv420p")
        assert (context.colorspace, context.color_primaries, context.color_trc, context.color_range) == (6, 1, 1, 1)
        assert (stream.frames, stream.average_rate) == (360, 30)
    assert CLIP.stat().st_size <= 3_000_000


def test_the_index_is_at_the_front_so_that_it_plays_while_it_loads() -> None:
    head = CLIP.read_bytes()[:64_000]
    assert 0 < head.find(b"moov") < head.find(b"mdat")


def test_background_subtraction_finds_the_walkers_and_not_the_landscape() -> None:
    subtractor = cv2.createBackgroundSubtractorMOG2(history=60, detectShadows=False)
    small = [cv2.resize(frame, (320, 180), interpolation=cv2.INTER_AREA) for frame in frames(60, step=3)]
    shares = []
    for frame in small:
        moving = subtractor.apply(frame) > 0
        shares.append((moving[100:].mean(), moving[:25].mean()))
    path, sky = np.mean(shares[20:], axis=0)
    assert 0.02 < path < 0.25
    assert sky < 0.01


def test_optical_flow_sees_people_walk_both_ways() -> None:
    before, after = (cv2.cvtColor(frame, cv2.COLOR_BGR2GRAY) for frame in frames(2, step=2))
    flow = cv2.DISOpticalFlow_create(cv2.DISOPTICAL_FLOW_PRESET_FAST).calc(before, after, None)[400:560, :, 0]
    assert (flow > 6).mean() > 0.01
    assert (flow < -6).mean() > 0.01


def test_the_script_draws_the_committed_clip(tmp_path: Path) -> None:

    script = Path(__file__).resolve().parents[2] / "scripts" / "make_sample_clip.py"
    drawn = tmp_path / "frame.png"
    subprocess.run([sys.executable, str(script), str(drawn), "--frame", "0"], check=True)
    difference = cv2.absdiff(cv2.imread(str(drawn)), frames(1)[0])
    assert difference.mean() < 3
