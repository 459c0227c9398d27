"""What all tasks share: finding the checkpoint, loading it, warming it up, asking it."""

import inspect
import os
from collections.abc import Mapping
from pathlib import Path
from types import SimpleNamespace
from typing import Any, Final

import numpy as np
from nodegraph_kit import Image, Refusal, bgr, model, weights
from nodegraph_kit.coco import name_of
from PIL import Image as Pillow

MOST_WORDS: Final = 300
"""Words looked for in one picture: each takes its share of memory and time."""


def checkpoint_folder() -> Path:
    """The folder with the checkpoint: the one chosen on the node, else the only one there. Raises Refusal."""
    if os.environ.get("NODEGRAPH_CHECKPOINT"):
        return weights.checkpoint("")
    root = weights.folder()
    folders = sorted(path for path in root.glob("*") if path.is_dir() and not path.name.startswith("."))
    if len(folders) == 1:
        return folders[0]
    if not folders:
        id = os.environ.get("NODEGRAPH_MODEL") or "MODEL"
        raise Refusal(f"There is no checkpoint in {root}. Run `nodegraph models fetch {id}`.", "failed")
    names = ", ".join(path.name for path in folders[:5])
    raise Refusal(f"Several checkpoints are in {root} ({names}); NODEGRAPH_CHECKPOINT must name one.", "failed")


LOWEST = 4  # pixels
STRIPE = 8
"""How many times longer than wide a picture may be. At the smallest size networks work at, that is half a patch."""


def pillow(image: Image) -> Pillow.Image:
    """A frame as the image processors take it: RGB, without alpha, and stretched where it is a mere stripe.

    transformers takes a first side of 1 or 3 for the number of channels, and makes a side of 0 of one that is small
    beside the other. For tasks that tell their answer in fractions of the picture, or bring it to its size.
    """
    picture = _rgb(image)
    least = max(LOWEST, -(-max(picture.size) // STRIPE))
    if min(picture.size) >= least:
        return picture
    return picture.resize((max(picture.width, least), max(picture.height, least)))


def exact(image: Image) -> Pillow.Image:
    """The same, never stretched: for tasks that count in its pixels. Raises Refusal for one that is too low."""
    if min(image.shape[:2]) < LOWEST:
        height, width = image.shape[:2]
        raise Refusal(f"The picture, {width}×{height}, is too small: both sides must have {LOWEST} pixels or more.")
    return _rgb(image)


def _rgb(image: Image) -> Pillow.Image:
    return Pillow.fromarray(np.ascontiguousarray(bgr(image)[:, :, ::-1]))


class Served:
    """One checkpoint doing one task. A task is a subclass with a title, a docstring for people, and `run`."""

    title = ""
    automatic = ""  # the class of transformers that knows which network the checkpoint is
    reader = "AutoImageProcessor"
    spare = ""  # what may be missing in the checkpoint, because the task has no use for it
    reduced = True  # whether half precision is good enough
    faster: Mapping[str, tuple[str, ...]] = {}  # kinds of networks that OpenVINO was tried with, and their outputs
    unordered = False  # whether the network's answers come in any order
    first: Mapping[str, Any] = {}  # parameters for the two runs at the start, where the defaults take long

    def setup(self) -> None:
        """Load the checkpoint and run it twice. Raises Refusal."""
        folder = checkpoint_folder()
        # Only now, for they take seconds; and in this order, for torch reads the number of threads once.
        import torch_kit
        import transformers

        loaded = torch_kit.load_model(getattr(transformers, self.automatic_for(folder)), folder, self.spare)
        self.config = loaded.config
        self.takes = set(inspect.signature(loaded.forward).parameters)
        self.network = torch_kit.Network(loaded)
        self.processor = self.read(folder)
        run, sample, faster = self.run, self._sample(), self._faster(folder)
        self.quick = None
        if faster is None or not faster.recall():
            self.network.warm_up(lambda: run(**sample), self.reduced)
        self.quick = faster  # only now: no person asked for the size of the first frames

    def automatic_for(self, folder: Path) -> str:
        """The class that loads the checkpoint in `folder`."""
        return self.automatic

    def _faster(self, folder: Path) -> Any:
        """What answers instead of torch on a processor, None for other devices and networks."""
        import torch_kit

        outputs = self.faster.get(self.config.model_type)
        if outputs is None or self.network.device.type != "cpu":
            return None
        precision = "bf16" if self.reduced else "f32"
        wanted = (str(folder), self.automatic_for(folder), self.spare, outputs, self.unordered, precision)
        return torch_kit.Faster.of(torch_kit.Conversion(*wanted))

    def read(self, folder: Path) -> Any:
        """What prepares the inputs, from `folder`. Raises Refusal."""
        import torch_kit

        return torch_kit.load_processor(folder, self.reader)

    def ask(self, inputs: Mapping[str, Any], call: Any = None) -> Any:
        """The network's outputs for prepared `inputs`, fractions as float32 on the processor.

        call: a method of the network that takes the inputs instead of the network itself.
        """
        import torch

        known = {name: value for name, value in inputs.items() if name in self.takes}
        found = self.quick.ask(known) if self.quick is not None and call is None else None
        if found is not None:
            return SimpleNamespace(**{name: torch.from_numpy(value) for name, value in found.items()})
        with torch.inference_mode():
            outputs = (call or self.network.model)(**self.network.inputs(known))
        for name, value in outputs.items():
            if torch.is_tensor(value):
                outputs[name] = value.float().cpu() if value.is_floating_point() else value.cpu()
        return outputs

    def label(self, index: int) -> str:
        """What the checkpoint calls its class number `index`; COCO's things in COCO's spelling."""
        return name_of(str(self.config.id2label.get(int(index), index)))

    def _sample(self) -> dict[str, Any]:
        """Arguments for `run` as a user would have them."""
        command = model()(type(self))
        image = np.random.default_rng(0).integers(0, 255, (480, 640, 3), np.uint8)
        values = {"image": image, "mask": image[:, :, 0], "text": "a person"}
        inputs = {port.name: None if port.optional else values[port.type] for port in command.inputs}
        return inputs | {parameter.name: parameter.default for parameter in command.parameters} | self.first


def words_in(text: str) -> list[str]:
    """The words or phrases between commas. Raises Refusal when there is none, or more than MOST_WORDS."""
    words = [part.strip() for part in text.replace("\n", ",").split(",") if part.strip()]
    if not words:
        raise Refusal("There are no words to look for. Write some, with commas between them.")
    if len(words) > MOST_WORDS:
        raise Refusal(f"{len(words)} words to look for are too many: at most {MOST_WORDS}, with commas between them.")
    return words
