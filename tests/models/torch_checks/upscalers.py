"""Runs in the upscaler's container: other architectures, seams, and files that must be refused."""

import contextlib
import io
import json
from pathlib import Path

import numpy as np
from convert import main as convert
from nodegraph_kit import Refusal
from upscaler import Upscaler, load

WEIGHTS = Path("/weights")
EASY = ("compact_x2", "span_x4", "realplksr_x4", "esrgan_x2")
BAD = ("other.safetensors", "missing.safetensors", "short.safetensors", "compact_x2.pth")


def picture() -> np.ndarray:
    """Noise on a slope: uint8 (181, 203, 3), sides that no tile divides."""
    y, x = np.mgrid[:181, :203]
    slope = np.dstack([x, y, x + y]) * 0.5
    return np.clip(slope + np.random.default_rng(0).normal(0, 40, slope.shape), 0, 255).astype(np.uint8)


def seams(name: str) -> dict[str, object]:
    """How far tiles are from the whole at once, with enough surroundings and with none."""
    upscaler = Upscaler(WEIGHTS / f"{name}.safetensors")
    whole = upscaler.enlarge(picture(), 0.0, 2048, 0).astype(int)
    apart = {overlap: upscaler.enlarge(picture(), 0.0, 128, overlap).astype(int) - whole for overlap in (32, 0)}
    worst = {overlap: int(abs(difference).max()) for overlap, difference in apart.items()}
    return {"shape": whole.shape, "spread": float(whole.std()), "with": worst[32], "without": worst[0]}


def refusal(name: str) -> str:
    try:
        load(WEIGHTS / name)
    except Refusal as error:
        return error.message
    return "loaded"


def converted(name: str) -> tuple[int, str]:
    said = io.StringIO()
    with contextlib.redirect_stdout(said), contextlib.redirect_stderr(said):
        code = convert([str(WEIGHTS / name), f"/tmp/{Path(name).stem}.safetensors"])
    return code, said.getvalue().strip()


def same(name: str) -> bool:
    """Whether the converted file does what the original does."""
    made, original = Upscaler(Path(f"/tmp/{name}.safetensors")), Upscaler(WEIGHTS / f"{name}.safetensors")
    return np.array_equal(made.enlarge(picture(), 0.0, 384, 32), original.enlarge(picture(), 0.0, 384, 32))


def main() -> None:
    told = {
        "seams": {name: seams(name) for name in EASY},
        "refused": {name: refusal(name) for name in BAD},
        "converted": {name: converted(name) for name in ("compact_x2.pth", "evil.pth", "short.safetensors")},
    }
    told["same"] = same("compact_x2")
    told["evil"] = Path("/tmp/evil-was-here").exists()
    print(json.dumps(told))


main()
