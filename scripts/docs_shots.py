"""Make the pictures of the documents from the running program: ``make docs-shots``."""

import subprocess
import sys
import tempfile
from pathlib import Path

import av
from PIL import Image

ROOT = Path(__file__).resolve().parent.parent
SHOTS = {"starter": 150, "people": 60, "flow-trails": 150}
"""Preset, and the frame of its output to show."""


def shot(preset: str, frame: int, folder: Path) -> Image.Image:
    """Frame number `frame` of what a preset writes, as the program writes it."""
    video = folder / f"{preset}.mp4"
    command = [sys.executable, "-m", "nodegraph", "run", preset, "--output", str(video), "--frames", str(frame + 1)]
    subprocess.run([*command, "--quiet"], check=True, cwd=ROOT)
    with av.open(str(video)) as container:
        *_, last = container.decode(video=0)
        return Image.fromarray(last.to_ndarray(format="rgb24"))


def main() -> None:
    """Write docs/images/<preset>.jpg."""
    target = ROOT / "docs" / "images"
    target.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        for preset, frame in SHOTS.items():
            picture = shot(preset, frame, Path(folder))
            picture.resize((960, 540), Image.Resampling.LANCZOS).save(target / f"{preset}.jpg", quality=85)
            print(f"wrote docs/images/{preset}.jpg")


if __name__ == "__main__":
    main()
