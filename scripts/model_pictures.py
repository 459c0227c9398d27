"""Make the model directory's pictures: each shipped model looks at the sample clip, and a square of a frame is kept.

make docs-shots does it; python scripts/model_pictures.py [MODEL ...] does it alone, into assets/models/.
"""

import io
import json
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any, Final

import av
from PIL import Image

ROOT: Final = Path(__file__).resolve().parent.parent
TARGET: Final = ROOT / "assets" / "models"
SIDE: Final = 224
MAX_BYTES: Final = 16_000
FRAME: Final = 60
"""Two people walk towards each other in it."""
PARAMS: Final[dict[str, dict[str, Any]]] = {
    "flow": {"gain": 100.0, "quality": "fine"},
    "segment": {"method": "colour", "hue": 170.0, "tolerance": 25.0, "saturation": 0.3},
}
"""Parameters that are not at their defaults."""
LEFT, TOP, SHARE = 0.34, 0.4, 0.58
"""The square that is kept, around the people: its corner in widths and heights, its side in heights."""
OVER: Final = ("flow",)
"""Models whose picture is laid over the clip, or one would not know what it shows."""
WITHOUT: Final = ("faces",)
"""Nobody in the clip looks at the camera: a drawn plate stands for these."""
SHOWN: Final[dict[str, dict[str, Any]]] = {
    "detections": {"type": "filter.draw_detections", "params": {"fill": 0.15, "thickness": 5}},
    "mask": {"type": "filter.draw_mask", "params": {"style": "dim the rest", "opacity": 0.85}},
}
"""How an output that is no picture is drawn over the clip."""


def document(model: str, outputs: list[str]) -> dict[str, Any]:
    """A preset: the clip, the model, what draws its result, a video."""
    nodes: dict[str, Any] = {
        "clip": {"type": "source.video_file", "params": {"path": "asset:sample.mp4"}},
        "model": {"type": f"model.{model}", "params": PARAMS.get(model, {})},
        "video": {"type": "sink.video_file", "params": {"path": "out.mp4"}},
    }
    wires = [{"from": "clip.image", "to": "model.image"}]
    drawn = next((name for name in outputs if name in SHOWN), "")
    if model in OVER:
        nodes["grey"] = {"type": "filter.hue_saturation", "params": {"saturation": 20, "value": 60}}
        nodes["both"] = {"type": "filter.blend", "params": {"mode": "screen"}}
        wires += [
            {"from": "clip.image", "to": "grey.image"},
            {"from": "grey.image", "to": "both.base"},
            {"from": "model.image", "to": "both.layer"},
            {"from": "both.image", "to": "video.image"},
        ]
    elif "image" in outputs:
        wires.append({"from": "model.image", "to": "video.image"})
    else:
        nodes["drawn"] = SHOWN[drawn]
        wires += [
            {"from": "clip.image", "to": "drawn.image"},
            {"from": f"model.{drawn}", "to": f"drawn.{drawn}"},
            {"from": "drawn.image", "to": "video.image"},
        ]
    return {"format": 1, "graph": {"nodes": nodes, "wires": wires}}


def picture_of(model: str, outputs: list[str], folder: Path) -> Image.Image:
    """A frame of what a model makes of the sample clip. Raises CalledProcessError."""
    preset, video, number = folder / "preset.json", folder / "out.mp4", FRAME
    preset.write_text(json.dumps(document(model, outputs)), encoding="utf-8")
    command = [sys.executable, "-m", "nodegraph", "run", str(preset), "--quiet"]
    subprocess.run([*command, "--output", str(video), "--frames", str(number + 1)], check=True, cwd=ROOT)
    with av.open(str(video)) as container:
        *_, last = container.decode(video=0)
        return Image.fromarray(last.to_ndarray(format="rgb24"))


def save(picture: Image.Image, path: Path) -> None:
    """A square of it as a small JPEG."""
    left, top, side = (round(part) for part in (LEFT * picture.width, TOP * picture.height, SHARE * picture.height))
    square = picture.crop((left, top, left + side, top + side))
    small = square.resize((SIDE, SIDE), Image.Resampling.LANCZOS)
    for quality in range(88, 30, -4):
        data = io.BytesIO()
        small.save(data, "JPEG", quality=quality, optimize=True, progressive=True)
        if data.tell() <= MAX_BYTES:
            break
    path.write_bytes(data.getvalue())


def main() -> None:
    """Write assets/models/<model>.jpg for the models named, or all of the shipped catalogue."""
    TARGET.mkdir(parents=True, exist_ok=True)
    for entry in json.loads((ROOT / "models.json").read_text(encoding="utf-8")):
        model = entry["id"]
        if model in WITHOUT or (sys.argv[1:] and model not in sys.argv[1:]):
            continue
        if "process" not in entry:  # it needs weights, which not everybody has
            continue
        with tempfile.TemporaryDirectory() as folder:
            picture = picture_of(model, list(entry["outputs"]), Path(folder))
        save(picture, TARGET / f"{model}.jpg")
        print(f"wrote assets/models/{model}.jpg")


if __name__ == "__main__":
    main()
