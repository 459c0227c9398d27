"""A Cog predictor for tests: pictures in, pictures out; it fails, sleeps and answers oddly when told to."""

import json
import pathlib
import sys
import tempfile
import time

from cog import BasePredictor, Input, Path, Secret
from PIL import Image, ImageOps


class Predictor(BasePredictor):
    def setup(self) -> None:
        print("loading the weights", flush=True)
        if pathlib.Path("broken").exists():
            raise RuntimeError("no weights here")

    def predict(
        self,
        image: Path = Input(description="The photo."),
        mode: str = Input(default="invert", choices=["invert", "mirror", "text", "none"]),
        level: int = Input(default=1, choices=[1, 2, 4]),
        scale: float = Input(default=1.0, ge=0.1, le=4),
        steps: int | None = Input(default=None),
        tags: list[str] = Input(default=["a"]),
        sleep: float = Input(default=0.0),
        token: Secret | None = Input(default=None),
        mask: Path | None = Input(default=None),
    ) -> list[Path]:
        print("asked", mode, file=sys.stderr, flush=True)
        end = time.monotonic() + sleep
        while time.monotonic() < end:
            time.sleep(0.01)
        if scale > 3.9:
            raise ValueError("the picture would be too large.")
        if mode == "none":
            return []
        folder = pathlib.Path(tempfile.mkdtemp())
        if mode == "text":
            seen = {"level": level, "steps": steps, "tags": tags}
            seen["token"] = token.get_secret_value() if token else None
            seen["suffixes"] = [pathlib.Path(str(one)).suffix for one in (image, mask) if one]
            (folder / "seen.json").write_text(json.dumps(seen))
            return [Path(str(folder / "seen.json"))]
        picture = Image.open(str(image)).convert("RGB")
        picture = ImageOps.invert(picture) if mode == "invert" else ImageOps.mirror(picture)
        picture = picture.resize((round(picture.width * scale), round(picture.height * scale)))
        picture.save(folder / "out.png")
        picture.save(folder / "out.jpg")
        return [Path(str(folder / "out.png")), Path(str(folder / "out.jpg"))]
