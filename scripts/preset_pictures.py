"""Make the gallery's pictures: each shipped preset runs on the sample clip, and one of its frames is kept.

make docs-shots does it; python scripts/preset_pictures.py [PRESET ...] does it alone, into assets/presets/. Presets
whose models run only in containers have none: their weights are fetched by whoever runs them, and the gallery draws
their graph instead. Named ones are run all the same.
"""

import csv
import io
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Final

import av
from PIL import Image, ImageDraw, ImageFont, ImageOps

from nodegraph.session import Session, container_models, shipped_presets

ROOT: Final = Path(__file__).resolve().parent.parent
TARGET: Final = ROOT / "assets" / "presets"
CLIP: Final = "asset:sample.mp4"
SIZE: Final = (480, 270)
MAX_BYTES: Final = 40_000
FRAMES: Final = {"people": 60, "comic": 70, "two-models": 90}
"""The frame that shows best what a preset does, where it is not number 130."""
TABLE_FRAMES: Final = (0, 60, 110, 150)
COLUMNS: Final = ("name", "width", "brightness", "people", "faces")
FONT: Final = ROOT / "nodes" / "fonts" / "DejaVuSans.ttf"


def run(preset: str, *options: str) -> None:
    """Run a shipped preset as a person would. Raises CalledProcessError."""
    command = [sys.executable, "-m", "nodegraph", "run", preset, "--quiet", *options]
    subprocess.run(command, check=True, cwd=ROOT)


def frames_of(video: Path, numbers: tuple[int, ...]) -> list[Image.Image]:
    """These frames of a video; the last one where it ends before."""
    found: list[Image.Image] = []
    with av.open(str(video)) as container:
        for number, frame in enumerate(container.decode(video=0)):
            if number in numbers:
                found.append(Image.fromarray(frame.to_ndarray(format="rgb24")))
            last = frame
    missing = len(numbers) - len(found)
    return found + [Image.fromarray(last.to_ndarray(format="rgb24"))] * missing


def film(preset: str, folder: Path) -> Image.Image:
    """A frame of what a preset makes of the sample clip."""
    video, number = folder / f"{preset}.mp4", FRAMES.get(preset, 130)
    given = ("--input", CLIP) if preset.startswith("webcam") else ()
    run(preset, *given, "--output", str(video), "--frames", str(number + 1))
    return frames_of(video, (number,))[0]


def table(preset: str, folder: Path) -> Image.Image:
    """The table a preset writes about pictures, beside the pictures."""
    pictures = folder / "pictures"
    pictures.mkdir()
    stills = frames_of(ROOT / "assets" / "sample.mp4", TABLE_FRAMES)
    for number, still in enumerate(stills):
        still.save(pictures / f"{number + 1}.png")
    run(preset, "--input", str(pictures), "--output", str(folder / "table.csv"))
    with (folder / "table.csv").open(encoding="utf-8", newline="") as file:
        rows = [[row[name] for name in COLUMNS] for row in csv.DictReader(file)]
    return drawn([list(COLUMNS), *rows], stills)


def drawn(rows: list[list[str]], stills: list[Image.Image]) -> Image.Image:
    """A header, then a row for each picture: itself, and what the table says about it."""
    sheet = Image.new("RGB", (960, 540), (24, 27, 33))
    pen = ImageDraw.Draw(sheet)
    font = ImageFont.truetype(str(FONT), 25)
    columns = [215 + 148 * at for at in range(len(rows[0]))]
    height = 540 // len(rows)
    for at, row in enumerate(rows):
        top = at * height
        pen.rectangle((0, top, 960, top + height), fill=(34, 39, 48) if at % 2 else (27, 31, 38))
        if at:
            small = stills[at - 1].resize((height * 16 // 9 - 20, height - 14), Image.Resampling.LANCZOS)
            sheet.paste(small, (10, top + 7))
        for left, cell in zip(columns, row, strict=False):
            text = cell[:4] if cell.startswith("0.") else cell
            pen.text((left, top + height / 2), text, (150, 170, 200) if at == 0 else (235, 238, 242), font, "lm")
    return sheet


def save(picture: Image.Image, path: Path) -> None:
    """As a small JPEG; bars fill what a wide picture leaves."""
    small = ImageOps.pad(picture.convert("RGB"), SIZE, Image.Resampling.LANCZOS, color=(16, 18, 23))
    for quality in range(88, 30, -4):
        data = io.BytesIO()
        small.save(data, "JPEG", quality=quality, optimize=True, progressive=True)
        if data.tell() <= MAX_BYTES:
            break
    path.write_bytes(data.getvalue())


def without_weights() -> list[str]:
    """The presets that run without anything to fetch."""
    with Session(node_folders=[]) as session:
        models = session.models
    return [one.preset.id for one in shipped_presets()[0] if not container_models(one.preset.graph, models)]


def main() -> None:
    """Write assets/presets/<preset>.jpg for the presets named, or all that run without weights."""
    TARGET.mkdir(parents=True, exist_ok=True)
    for preset in sys.argv[1:] or without_weights():
        with tempfile.TemporaryDirectory() as folder:
            make = table if preset.endswith("-table") else film
            save(make(preset, Path(folder)), TARGET / f"{preset}.jpg")
        print(f"wrote assets/presets/{preset}.jpg")


if __name__ == "__main__":
    main()
