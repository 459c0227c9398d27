"""ONNX Runtime and OpenVINO give the same answers, on the processor and on an NVIDIA GPU where there is one.

Only where somebody has built the base image for a GPU (``nodegraph models build yolo --gpu``): it takes 3.6 GB.
"""

import subprocess

import pytest
from catalogue import ROOT

from nodegraph.runtime.engines.engines import engine_at

pytestmark = pytest.mark.docker
IMAGE = "nodegraph/base-onnx-gpu:1"


@pytest.mark.parametrize("provider", ["CPUExecutionProvider", "CUDAExecutionProvider"])
def test_answers_are_those_of_openvino(docker_engine: str, provider: str) -> None:
    known = engine_at(docker_engine)
    if known.engine.image(IMAGE) is None:
        pytest.skip(f"{IMAGE} is not built")
    gpu = ["--gpus=all"] if provider.startswith("CUDA") else []
    if gpu and not known.probe_gpu():
        pytest.skip("this engine has no GPU")
    paths = ":".join(f"/source/{one}" for one in ("models/kit", "models", "tests/models"))
    made = ["docker", "run", "--rm", "--network=none", "--read-only", "--tmpfs=/tmp", f"--volume={ROOT}:/source:ro"]
    made += [*gpu, "--env=PYTHONDONTWRITEBYTECODE=1", f"--env=PYTHONPATH={paths}", IMAGE]
    made += ["python", "/source/tests/models/compare_backends.py", provider]
    done = subprocess.run(made, capture_output=True, text=True, check=False, timeout=170)
    assert done.returncode == 0, done.stderr
    assert "output1 (1, 3, 32, 64)" in done.stdout, "the last of all"
