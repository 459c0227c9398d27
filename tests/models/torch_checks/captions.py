"""Runs in im2txt's container: its own server code with other checkpoints, and the numbers counted again."""

import json
import math
import os
import sys
from pathlib import Path
from typing import Any

import numpy as np
import torch
from captioner import Captioner
from nodegraph_kit import Refusal
from torch_kit import network

WEIGHTS = Path("/weights")
IMAGE = np.random.default_rng(0).integers(0, 256, (60, 80, 3), np.uint8)


def counted_again(captioner: Captioner, made: Any, given: int) -> list[tuple[float, float]]:
    """The probability of each caption, as the server tells it and by one pass over the whole of it."""
    told = []
    for row, logarithm, count in zip(made.sequences, *captioner._probabilities(made), strict=True):
        row = row[None, : given + count]
        inputs = captioner._inputs(IMAGE, "")
        with torch.inference_mode():
            logits = captioner.network.model(input_ids=row, **inputs).logits[0, -row.shape[1] :].log_softmax(-1)
        again = sum(float(logits[at - 1, row[0, at]]) for at in range(given, row.shape[1]))
        told.append((math.exp(logarithm), math.exp(again)))
    return told


def refusal(name: str) -> str:
    try:
        Captioner(WEIGHTS / name)
    except Refusal as error:
        return error.message
    return "loaded"


def kept() -> list[bool]:
    """Whether a network is exactly as it was after bfloat16 was tried and was no faster."""
    os.environ.pop("NODEGRAPH_PRECISION", None)
    network._has_bfloat16, network._seconds = lambda device: True, lambda run: 1.0
    net = torch.nn.Sequential(torch.nn.Linear(4, 4), torch.nn.BatchNorm1d(4)).eval()
    net[1].running_mean.add_(0.1234567)
    before = {name: value.clone() for name, value in net.state_dict().items()}
    tried = network.Network(net)
    tried.warm_up(lambda: None)
    return [
        tried.dtype == torch.float32,
        *(torch.equal(value, before[name]) for name, value in net.state_dict().items()),
    ]


def told_devices() -> list[str]:
    """Where a network runs when the processor, whatever is there, or a GPU is wanted; there is no GPU."""
    told = []
    for wanted in ("cpu", "auto", "gpu"):
        os.environ["NODEGRAPH_DEVICE"] = wanted
        try:
            told.append(str(network.Network(torch.nn.Linear(2, 2)).device))
        except Refusal as error:
            told.append(error.message)
    return told


def main() -> None:
    captioner = Captioner(WEIGHTS / "git")
    generate, made = captioner.network.model.generate, []
    captioner.network.model.generate = lambda **how: made.append(generate(**how)) or made[-1]
    told = []
    for prompt, given in (("", 1), ("a photo of", 4)):
        for how in ((3, 4, 8, 0.0, 0), (1, 1, 8, 0.0, 0), (4, 1, 8, 1.0, 7)):
            captioner.write(IMAGE, prompt, *how)
            told += counted_again(captioner, made[-1], given)
    refused = {name: refusal(name) for name in ("short", "pickle", "missing", "empty", "florence2-base")}
    evil = Path("/tmp/evil-was-here").exists()
    more = {"kept": kept(), "devices": told_devices()}
    print(json.dumps({"probabilities": told, "refused": refused, "evil": evil, **more}))


sys.path.insert(0, "/app")
main()
