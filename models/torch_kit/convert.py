"""``python -m torch_kit.convert FOLDER``: make an OpenVINO network of a checkpoint, and see whether it is as good.

A process of its own: converting holds Python's lock for seconds, and changes transformers while it lasts. It has one
core and gives way to the server beside it. FOLDER holds what to do (conversion.py) and a picture; the network and
what was found out are written there.
"""

import contextlib
import json
import os
import sys
import threading
import time
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import numpy as np
import openvino
import torch
import transformers
from transformers.exporters import OpenVINOConfig, OpenVINOExporter

from torch_kit.alike import difference
from torch_kit.compiled import INPUT, NETWORK, Compiled
from torch_kit.conversion import FOUND, PICTURE, Conversion
from torch_kit.loading import load_model

_FASTER: Final = 0.9  # part of torch's time that makes a change worth while


def main() -> None:
    """Convert; an error ends with its traceback and a status that is not 0."""
    _give_way()
    warnings.simplefilter("ignore")
    folder = Path(sys.argv[1])
    torch.set_num_threads(1)
    with torch.no_grad():
        found = _converted(folder)
    (folder / FOUND).write_text(json.dumps(found), "utf-8")


def _give_way() -> None:
    """Live as long as the server and no longer, and be the first to go when memory runs out."""
    with contextlib.suppress(OSError):
        Path("/proc/self/oom_score_adj").write_text("1000")
    threading.Thread(target=lambda: (sys.stdin.read(), os._exit(3)), daemon=True).start()


def _converted(folder: Path) -> dict[str, Any]:
    """Write the network; what is wrong with it ("" for nothing), and milliseconds of one core for a picture."""
    wanted = Conversion.read(folder)
    model = load_model(getattr(transformers, wanted.automatic), Path(wanted.folder), wanted.spare)
    picture = np.load(folder / PICTURE)
    inputs = {INPUT: torch.from_numpy(picture)}
    program = OpenVINOExporter().export(model, inputs, OpenVINOConfig()).program
    program.reshape(list(picture.shape))
    results = [program.output(name).get_node() for name in wanted.outputs]
    made = openvino.Model(results, program.get_parameters())
    openvino.save_model(made, str(folder / NETWORK), compress_to_fp16=False)
    outputs = model(**inputs)
    meant = {name: outputs[name].numpy() for name in wanted.outputs}
    compiled = Compiled(folder, wanted.precision, 1)
    said = compiled({INPUT: picture})
    before, after = _milliseconds(lambda: model(**inputs)), _milliseconds(lambda: compiled({INPUT: picture}))
    if wanted.precision == "bf16":  # what torch may answer in, too
        model.to(torch.bfloat16)
        before = min(before, _milliseconds(lambda: model(**{INPUT: inputs[INPUT].bfloat16()})))
    wrong = difference(said, meant, wanted.unordered)
    if not wrong and after > _FASTER * before:
        wrong = f"a picture takes {after:.0f} ms of a core instead of {before:.0f}"
    return {"wrong": wrong, "torch": before, "openvino": after}


def _milliseconds(run: Callable[[], object]) -> float:
    """Of a core, for the second of two runs."""
    run()
    begun = time.process_time()
    run()
    return (time.process_time() - begun) * 1000


if __name__ == "__main__":
    main()
