"""Runs in the Hugging Face server's image: tiny networks are converted, agree with torch, are kept, and found again."""

import json
import logging
import os
import threading
from pathlib import Path
from typing import Any

import checkpoints
import numpy as np
import torch
import transformers
from hf_tasks.depth import Depth
from hf_tasks.detection import ObjectDetection
from torch_kit import conversion, faster

HEARD: list[str] = []
CASES: dict[str, tuple[Any, dict[str, Any]]] = {
    "d_fine": (ObjectDetection, {"threshold": 0.0, "only": ""}),
    "depth_anything": (Depth, {"size": 70}),
}


def lively(name: str, folder: Path) -> None:
    """A checkpoint whose answers differ from each other: those of fresh weights are all the same but for rounding."""
    torch.manual_seed(0)
    checkpoints.MAKERS[name](folder)
    if name != "d_fine":
        return
    network = transformers.AutoModelForObjectDetection.from_pretrained(folder)
    with torch.no_grad():
        for key, weight in network.named_parameters():
            if weight.dim() > 1 and "embed" not in key and "sampling_offsets" not in key:
                torch.nn.init.kaiming_normal_(weight)
    network.save_pretrained(folder)


def served(name: str) -> Any:
    """A task's server with the checkpoint `name`, ready."""
    os.environ["NODEGRAPH_CHECKPOINT"] = name
    task = CASES[name][0]()
    task.setup()
    return task


def asked(task: Any, name: str, image: Any) -> Any:
    """What the network itself says of a picture: its outputs by name."""
    said: dict[str, Any] = {}
    ask = task.ask

    def listening(inputs: Any) -> Any:
        outputs = ask(inputs)
        said.update({key: getattr(outputs, key).numpy() for key in task.faster[task.config.model_type]})
        return outputs

    task.ask = listening
    try:
        task.run(image, **CASES[name][1])
    finally:
        del task.ask
    return said


def converted(task: Any, name: str, image: Any) -> list[bool]:
    """Ask as often as it takes, and wait; whether OpenVINO answers, before and after."""
    before = bool(task.quick._ready)
    for _ in range(faster.OFTEN):
        asked(task, name, image)
    for thread in threading.enumerate():
        if thread.name == "converting":
            thread.join()
    return [before, bool(task.quick._ready)]


def furthest(one: dict[str, Any], other: dict[str, Any]) -> float:
    return max(float(np.abs(one[key] - other[key]).max() / np.ptp(one[key])) for key in one)


def tried(name: str, weights: Path) -> dict[str, Any]:
    lively(name, weights / name)
    first, other = (np.random.default_rng(seed).integers(0, 255, (90, 120, 3), np.uint8) for seed in (1, 2))
    task = served(name)
    found: dict[str, Any] = {"converted": converted(task, name, first)}
    quickly, task.quick, quick = asked(task, name, other), None, task.quick
    found["apart"] = furthest(asked(task, name, other), quickly)
    task.quick = quick
    asked(task, name, first[:50])
    found["sizes"] = len(quick._ready)
    ((shape, network),) = quick._ready.items()
    several = np.random.default_rng(3).normal(size=(3, *shape)).astype(np.float32)
    together, last = network({"pixel_values": several}), network({"pixel_values": several[2:]})
    found["batch"] = all(len(together[key]) == 3 and np.array_equal(together[key][2:], last[key]) for key in last)
    return found


def refused() -> list[bool]:
    """What is found to be wrong when it is converted never answers; the check itself is `alike.difference`."""
    task = served("depth_anything")
    done = conversion.Conversion.done
    conversion.Conversion.done = lambda self, folder, picture: {**done(self, folder, picture), "wrong": "it is bad"}
    other = np.random.default_rng(4).integers(0, 255, (120, 90, 3), np.uint8)
    return converted(task, "depth_anything", other)


def main() -> None:
    conversion.POLITENESS = 0  # nobody else is to be served here
    weights, cache = Path(os.environ["NODEGRAPH_WEIGHTS"]), Path(os.environ["NODEGRAPH_CACHE"])
    logging.getLogger("torch_kit").addHandler(handler := logging.Handler())
    logging.getLogger("torch_kit").setLevel("INFO")
    handler.emit = lambda record: HEARD.append(record.getMessage())  # type: ignore[method-assign]
    told: dict[str, Any] = {name: tried(name, weights) for name in CASES}
    told["kept"] = sorted(path.name for path in cache.iterdir() if not path.name.startswith("."))
    told["again"] = bool(served("d_fine").quick._ready)
    (kept,) = cache.glob("d_fine-*")
    (kept / "network.bin").write_bytes(b"short")
    told["damaged"] = bool(served("d_fine").quick._ready)
    (kept,) = cache.glob("depth_anything-*")
    note = json.loads((kept / "note.json").read_text())
    (kept / "note.json").write_text(json.dumps({**note, "wrong": "it is off"}))
    told["wrong"] = bool(served("depth_anything").quick._ready)
    told["refused"] = refused()
    os.environ["NODEGRAPH_OPENVINO"] = "off"
    told["off"] = served("d_fine").quick is None
    del os.environ["NODEGRAPH_OPENVINO"]
    told["heard"] = HEARD
    print(json.dumps(told))


if __name__ == "__main__":
    main()
