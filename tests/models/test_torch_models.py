"""im2txt, densecap and upscale in their own images, hardened, with tiny checkpoints made in the torch base image."""

import json
import math
import os
import subprocess
from pathlib import Path
from typing import Any

import cv2
import httpx
import numpy as np
import pytest
from containers import ROOT, Start, build, docker
from pictures import draw_scene

pytestmark = pytest.mark.docker
HERE = Path(__file__).parent
EXACT = ("--env=NODEGRAPH_PRECISION=float32", "--memory=2g")


@pytest.fixture(scope="module")
def weights(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The option that mounts the folder of all tiny checkpoints."""
    build("upscale")  # and with it the base
    folder = tmp_path_factory.mktemp("weights")
    folder.chmod(0o755)
    code = {"/app/nodegraph_kit": "kit/nodegraph_kit", "/app/torch_kit": "torch_kit", "/app/up": "upscale"}
    mounts = [f"--volume={ROOT / 'models' / path}:{place}:ro" for place, path in code.items()]
    docker(
        "run", "--rm", "--network=none", f"--user={os.getuid()}:{os.getgid()}", "--env=PYTHONPATH=/app:/app/up",
        *mounts, f"--volume={HERE / 'torch_checkpoints.py'}:/make.py:ro", f"--volume={folder}:/out",
        "nodegraph/base-torch:1", "python", "/make.py", "/out",
    )  # fmt: skip
    return f"--volume={folder}:/weights:ro"


def inside(running: str, script: str) -> dict[str, Any]:
    """What a script of torch_checks prints, run in a model's container beside its server."""
    command = ["docker", "exec", "--interactive", "--env=PYTHONPATH=/app", running, "python", "-"]
    text = (HERE / "torch_checks" / script).read_text()
    done = subprocess.run(command, input=text, capture_output=True, text=True, timeout=150, check=False)
    assert done.returncode == 0, done.stderr[-2000:]
    told: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return told


def test_captions_are_the_most_probable_ones_with_their_true_probabilities(container: Start, weights: str) -> None:
    running, client, _ = container("im2txt", "--network=none", weights, *EXACT)
    image = draw_scene()
    said = client.infer({"image": image, "prompt": "a photo of"}, {"captions": 4, "beams": 8}, 60)
    assert [one["caption"] for one in said["captions"]] == [
        "a photo of", "a photo of dog", "a photo of dog dog", "a photo of cat",
    ]  # fmt: skip
    assert [one["prob"] for one in said["captions"]] == pytest.approx([0.3, 0.15, 0.075, 0.045], rel=1e-4)
    assert said["captions"][2]["score"] == pytest.approx(0.075 ** (1 / 3), rel=1e-4)
    assert (said["caption"], said["probability"]) == ("a photo of", said["captions"][0]["prob"])

    (greedy,) = client.infer({"image": image}, {"captions": 1, "beams": 1, "length": 5}, 60)["captions"]
    assert greedy["caption"] == "dog dog dog dog dog"
    assert greedy["prob"] == pytest.approx(0.5**5, rel=1e-4)

    drawn = {"captions": 8, "randomness": 1.0, "seed": 3}
    first = client.infer({"image": image, "prompt": "a"}, drawn, 60)["captions"]
    assert first == client.infer({"image": image, "prompt": "a"}, drawn, 60)["captions"]
    assert first != client.infer({"image": image, "prompt": "a"}, {**drawn, "seed": 4}, 60)["captions"]
    assert len({one["caption"] for one in first}) == len(first) > 1
    for one in first:  # also of drawn words the probability is the model's, not that of the draw
        words = [{"dog": 0.5, "cat": 0.15, "red": 0.05}[word] for word in one["caption"].split()[1:]]
        assert one["prob"] == pytest.approx(math.prod(words) * (0.3 if len(words) < 20 else 1), rel=1e-4)

    told = inside(running, "captions.py")
    assert len(told["probabilities"]) == 16
    for prob, again in told["probabilities"]:
        assert prob == pytest.approx(again, rel=1e-3)
    assert told["kept"] == [True] * 8
    assert told["devices"][:2] == ["cpu", "cpu"]
    assert told["devices"][2].startswith("It is to run on a GPU and cannot: ")
    assert "Its weights are damaged" in told["refused"]["short"]
    assert "pytorch_model.bin, are a pickle, which can run any program" in told["refused"]["pickle"]
    assert "It lacks tensors that BlipForConditionalGeneration needs" in told["refused"]["missing"]
    assert "There is no config.json" in told["refused"]["empty"]
    assert "florence2-base is florence2; im2txt knows BLIP and GIT" in told["refused"]["florence2-base"]
    assert told["evil"] is False


def test_a_bad_checkpoint_is_a_sentence_in_the_servers_health_and_log(container: Start, weights: str) -> None:
    options = ("--publish=127.0.0.1::33000", weights, *EXACT, "--env=NODEGRAPH_CHECKPOINT=short")
    running, _, url = container("im2txt", *options)
    health = httpx.get(f"{url}/health", trust_env=False).json()
    assert health["state"] == "failed"
    assert "The checkpoint short cannot be used. Its weights are damaged" in health["error"]
    log = subprocess.run(["docker", "logs", running], capture_output=True, text=True, check=True).stderr
    assert "Its weights are damaged" in log


def test_regions_have_the_words_and_boxes_that_were_written(container: Start, weights: str) -> None:
    _, client, _ = container("densecap", "--network=none", weights, *EXACT)
    said = client.infer({"image": draw_scene()}, {}, 60)
    regions = said["regions"]
    assert regions.labels == ("dog", "cat")
    expected = [[0.1005, 0.2005, 0.3005, 0.4005], [0.5005, 0.6005, 0.7005, 0.8005]]
    assert regions.boxes == pytest.approx(np.array(expected), abs=1e-6)
    assert all(0.99 < score <= 1 for score in regions.scores)
    assert said["text"] == "dog\ncat"
    assert client.infer({"image": draw_scene()}, {"regions": 1}, 60)["text"] == "dog"
    nothing = client.infer({"image": draw_scene()}, {"threshold": 1.0}, 60)
    assert (nothing["regions"].labels, nothing["text"]) == ((), "")


def test_upscalers_enlarge_without_seams_and_bad_files_are_refused(container: Start, weights: str) -> None:
    options = ("--network=none", weights, *EXACT, "--env=NODEGRAPH_CHECKPOINT=compact_x2.safetensors")
    running, client, _ = container("upscale", *options)
    image = draw_scene()
    large = client.infer({"image": image}, {}, 60)["image"]
    assert large.shape == (480, 640, 3)
    assert np.array_equal(large, client.infer({"image": image}, {}, 60)["image"])
    # an untrained Compact is nearly its own first step, the picture with every pixel twice
    assert abs(cv2.resize(large, (320, 240), interpolation=cv2.INTER_AREA).astype(int) - image).mean() < 40
    see_through = np.dstack([image, np.full(image.shape[:2], 77, np.uint8)])
    made = client.infer({"image": see_through}, {"factor": 3.0}, 60)["image"]
    assert made.shape == (720, 960, 4)
    assert np.all(made[..., 3] == 77)
    assert client.infer({"image": image[:1, :1]}, {"factor": 1.5}, 60)["image"].shape == (2, 2, 3)

    told = inside(running, "upscalers.py")
    for name, found in told["seams"].items():
        scale = int(name[-1])
        assert found["shape"] == [181 * scale, 203 * scale, 3], name
        assert found["spread"] > 2, name
        assert found["with"] <= 1, name
        assert found["without"] > 1, name
    refused = told["refused"]
    assert "Its tensors are those of no architecture known" in refused["other.safetensors"]
    assert 'Missing key(s) in state_dict: "body.2.weight".' in refused["missing.safetensors"]
    assert "It is damaged" in refused["short.safetensors"]
    assert "python server.py convert compact_x2.pth compact_x2.safetensors" in refused["compact_x2.pth"]
    assert told["converted"]["compact_x2.pth"] == [
        0,
        "Wrote /tmp/compact_x2.safetensors: RealESRGAN Compact, 2 times larger.",
    ]
    assert told["same"] is True
    assert told["converted"]["evil.pth"][0] == 1
    assert "it holds more than tensors, which could be a program" in told["converted"]["evil.pth"][1]
    assert told["converted"]["short.safetensors"][0] == 1
    assert told["evil"] is False
