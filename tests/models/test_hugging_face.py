"""The Hugging Face server with tiny checkpoints: what each task answers, and what is refused with which sentence.

One container serves all of them, each at a socket of its own; two more are whole servers in a graph that is run.
"""

import contextlib
import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from containers import HARDENED, docker
from pictures import draw_scene

from nodegraph.core.errors import ModelError
from nodegraph.core.types import Detections, Keypoints, Segmentation
from nodegraph.runtime.huggingface import TASKS, entry_for
from nodegraph.runtime.protocols import Endpoint
from nodegraph.runtime.protocols.native import NativeClient

pytestmark = [pytest.mark.docker, pytest.mark.timeout(600)]
PATIENCE = 120
ROOT = Path(__file__).resolve().parents[2]
HERE = Path(__file__).parent / "hf"
GOOD = [
    "yolos=object-detection",
    "d_fine=object-detection",
    "rt_detr_v2=object-detection",
    "detr=object-detection",
    "owlvit=zero-shot-object-detection",
    "grounding_dino=zero-shot-object-detection",
    "vitpose=pose-estimation",
    "depth_anything=depth-estimation",
    "depth_constant=depth-estimation",
    "dpt=depth-estimation",
    "zoedepth=depth-estimation",
    "segformer=semantic-segmentation",
    "eomt=universal-segmentation",
    "sam=mask-generation",
    "vitmatte=image-matting",
    "swin2sr=image-to-image",
    "blip=image-text-to-text",
    "git=image-text-to-text",
    "vit_gpt2=image-text-to-text",
    "llava=image-text-to-text",
    "vit=image-classification",
    "clip=zero-shot-image-classification",
    "vit=image-feature-extraction",
    "dinov2=image-feature-extraction",
    "clip=image-feature-extraction",
    "bert=text-classification",
    "bert=feature-extraction",
    "gpt2=text-generation",
    "t5=text-generation",
]
REFUSED = {
    "pickle=image-classification": "Its weights, pytorch_model.bin, are a pickle, which can run any program",
    "remote=image-classification": "It needs program code from its own repository, which is not run here.",
    "truncated=image-classification": "Its weights are damaged",
    "incomplete=image-classification": "It lacks tensors that ViTForImageClassification needs: classifier.bias",
    "unprepared=image-classification": "It does not say how to prepare pictures: no preprocessor_config.json.",
    "unsaid=image-classification": "There is no config.json in it.",
    "vit=object-detection": "Its network is not made for the task it is to do.",
    "bert=text-generation": "It lacks tensors that BertLMHeadModel needs",
    "nowhere=object-detection": "The file nowhere of the model's weights is not in /weights.",
}
COMMIT = "0" * 40
FILES = ["model.safetensors", "preprocessor_config.json", "tokenizer.json"]


@dataclass
class Served:
    """The one container: how loading each case went, and clients."""

    folder: Path
    states: dict[str, dict[str, str]]

    @contextlib.contextmanager
    def client(self, case: str) -> Iterator[NativeClient]:
        """Closed in the end: in the server a connection's thread has threads of torch, and they are limited."""
        with contextlib.closing(NativeClient(Endpoint("", self.folder / "sockets" / case), PATIENCE)) as client:
            yield client

    def ask(self, case: str, params: Mapping[str, Any] | None = None, **inputs: Any) -> Mapping[str, Any]:
        """Ask with a drawn picture, a rough mask and a text, unless `inputs` say otherwise."""
        usual = {"image": draw_scene(), "mask": draw_scene()[:, :, 0], "text": "a dog on the car"}
        with self.client(case) as client:
            wanted = client.describe()["inputs"]
            given = {name: usual[port["type"]] for name, port in wanted.items() if not port["optional"]}
            return client.infer({**given, **inputs}, params or {}, PATIENCE)


@pytest.fixture(scope="module")
def served(docker_engine: str) -> Iterator[Served]:
    subprocess.run([sys.executable, "-m", "nodegraph", "models", "build", "depth"], check=True, timeout=900)
    with contextlib.ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="ng-hf-", dir="/tmp")))
        for name in ("weights", "sockets"):
            (folder / name).mkdir()
            (folder / name).chmod(0o777)
        mounts = [f"--volume={folder}/weights:/weights", f"--volume={folder}/sockets:/s", f"--volume={HERE}:/t:ro"]
        variables = ["--env=PYTHONPATH=/app", "--env=NODEGRAPH_PRECISION=float32", "--env=NODEGRAPH_OPENVINO=off"]
        command = ["nodegraph/hf:1", "python", "/t/serve_all.py", "/weights", "/s", *GOOD, *REFUSED]
        options = [*HARDENED, "--memory=3g", "--pids-limit=1024", "--network=none", *mounts, *variables]
        process = stack.enter_context(
            subprocess.Popen(["docker", "run", "--rm", *options, *command], stdout=subprocess.PIPE, text=True)
        )
        stack.callback(process.terminate)  # docker passes it on, and waits
        assert process.stdout is not None
        said = process.stdout.readline()
        assert said, "the container ended; its own words are above"
        yield Served(folder, json.loads(said))


def test_every_good_checkpoint_loads_and_every_spoiled_one_says_why_not(served: Served) -> None:
    assert {case: served.states[case] for case in GOOD} == {case: {"state": "ready", "error": ""} for case in GOOD}
    for case, sentence in REFUSED.items():
        assert served.states[case]["state"] == "failed", case
        assert sentence in served.states[case]["error"], (case, served.states[case])
        assert "Traceback" not in served.states[case]["error"]


def test_code_of_a_repository_was_not_run(served: Served) -> None:
    assert not (served.folder / "sockets" / "remote-code-was-run").exists()


@pytest.mark.parametrize("case", GOOD)
def test_a_server_says_what_the_catalogue_says_and_answers_so_that_our_client_takes_it(
    served: Served, case: str
) -> None:
    task = TASKS[case.partition("=")[2]]
    with served.client(case) as client:
        said = client.describe()
    for part in ("inputs", "outputs", "parameters"):
        assert said[part] == getattr(task, part)
    answer = served.ask(case)  # the client checks every type
    assert answer.keys() == said["outputs"].keys()
    assert all(value is not None for value in answer.values())
    again = served.ask(case)
    assert repr(answer) == repr(again)


def test_a_planted_box_comes_back_in_place_and_with_its_name(served: Served) -> None:
    found: Detections = served.ask("yolos=object-detection")["detections"]
    assert found.labels == ("dog",)
    assert found.boxes == pytest.approx(np.array([[0.4, 0.25, 0.6, 0.55]]), abs=1e-4)
    assert found.scores[0] > 0.99
    assert served.ask("yolos=object-detection", {"only": "person"})["detections"].labels == ()
    assert served.ask("yolos=object-detection", {"only": "Dog, person"})["detections"].labels == ("dog",)


def test_boxes_are_within_the_picture_and_the_surest_come_first(served: Served) -> None:
    for case in ("d_fine", "rt_detr_v2", "detr"):
        found = served.ask(f"{case}=object-detection", {"threshold": 0.0})["detections"]
        assert len(found.labels) >= 10
        assert found.boxes.min() >= 0
        assert found.boxes.max() <= 1
        assert (np.diff(found.scores) <= 0).all()
        assert set(found.labels) <= {"person", "tv", "dog"}  # in COCO's spelling: the checkpoint says tvmonitor


def test_words_are_what_is_looked_for(served: Served) -> None:
    case, low = "owlvit=zero-shot-object-detection", {"threshold": 0.0}
    assert set(served.ask(case, {**low, "words": "cat"})["detections"].labels) == {"cat"}
    assert set(served.ask(case, low, text="a red ball")["detections"].labels) == {"a red ball"}
    kinds = served.ask("clip=zero-shot-image-classification", {"words": "cat, a boat"})["kinds"]
    assert {kind["label"] for kind in kinds} == {"cat", "a boat"}
    assert sum(kind["score"] for kind in kinds) == pytest.approx(1, abs=1e-5)
    with pytest.raises(Exception, match="There are no words to look for"):
        served.ask(case, {"words": " , "})


def test_without_boxes_the_picture_is_one_person_and_of_boxes_only_people_count(served: Served) -> None:
    case, all_points = "vitpose=pose-estimation", {"threshold": 0.0}
    whole: Keypoints = served.ask(case, all_points)["keypoints"]
    assert whole.points.shape == (1, 18, 3)
    assert whole.names[1] == "Neck"
    left, right = whole.names.index("Left_Shoulder"), whole.names.index("Right_Shoulder")
    neck = (whole.points[0, left, :2] + whole.points[0, right, :2]) / 2
    assert whole.points[0, 1, :2] == pytest.approx(neck, abs=1e-5)
    boxes = Detections.of([[0, 0, 0.5, 1], [0.5, 0, 1, 1], [0.2, 0.2, 0.2, 0.3]], ["person", "dog", "person"])
    assert served.ask(case, all_points, detections=boxes)["keypoints"].points.shape[0] == 1
    assert served.ask(case, {**all_points, "only": ""}, detections=boxes)["keypoints"].points.shape[0] == 2
    assert served.ask(case, {}, detections=Detections.of())["keypoints"].points.shape == (0, 18, 3)
    # The same person further right is found as much further right.
    picture = np.zeros((240, 320, 3), np.uint8)
    first, second = picture.copy(), picture.copy()
    first[40:200, 20:100] = second[40:200, 180:260] = draw_scene()[40:200, 60:140]
    points = [
        served.ask(case, all_points, image=image, detections=Detections.of([[x, 0.1, x + 0.3, 0.9]], ["person"]))
        for image, x in ((first, 0.05), (second, 0.55))
    ]
    moved = points[1]["keypoints"].points - points[0]["keypoints"].points
    assert moved[0, :, 0] == pytest.approx(np.full(18, 0.5), abs=0.02)
    assert moved[0, :, 1] == pytest.approx(np.zeros(18), abs=0.02)


def test_the_nearest_is_white_the_farthest_black_and_one_distance_is_no_noise(served: Served) -> None:
    answer = served.ask("depth_anything=depth-estimation")
    assert answer["depth"].shape == (240, 320)
    assert (answer["depth"].min(), answer["depth"].max()) == (0, 255)
    assert answer["range"]["minimum"] < answer["range"]["maximum"]
    assert answer["range"]["metres"] is False
    far = served.ask("zoedepth=depth-estimation")
    assert far["range"]["metres"] is True
    assert 0 < far["range"]["minimum"] < far["range"]["maximum"] <= 10
    assert far["depth"].shape == (240, 320)
    flat = served.ask("depth_constant=depth-estimation")
    assert flat["range"]["minimum"] == pytest.approx(0.75, abs=1e-4)
    assert flat["range"]["maximum"] == pytest.approx(0.75, abs=1e-4)
    assert flat["depth"].max() <= 1


def test_the_size_at_which_depth_is_found_changes_the_work_and_not_the_answers_size(served: Served) -> None:
    small, large = (served.ask("depth_anything=depth-estimation", {"size": size})["depth"] for size in (56, 224))
    assert small.shape == large.shape == (240, 320)
    assert np.abs(small.astype(int) - large).mean() > 1
    same = served.ask("depth_anything=depth-estimation", {"size": 60})["depth"]  # 56 is the next multiple of 14
    assert np.array_equal(small, same)


@pytest.mark.parametrize("height", [1, 3])
def test_a_very_low_picture_is_worked_on_or_refused_in_words(served: Served, height: int) -> None:
    low = np.ascontiguousarray(draw_scene()[:height])
    assert served.ask("depth_anything=depth-estimation", image=low)["depth"].shape == low.shape[:2]
    assert served.ask("d_fine=object-detection", image=low)["detections"].boxes.shape[1:] == (4,)
    with pytest.raises(ModelError, match=f"320×{height}, is too small: both sides must have 4 pixels or more"):
        served.ask("vitmatte=image-matting", image=low)


def test_every_pixel_is_what_was_planted(served: Served) -> None:
    kinds: Segmentation = served.ask("segformer=semantic-segmentation")["segmentation"]
    assert kinds.names == ("person", "tv", "dog")
    assert kinds.labels.shape == (240, 320)
    assert (kinds.labels == 2).all()
    answer = served.ask("eomt=universal-segmentation")
    assert answer["segmentation"].names == ("nothing", "person", "tv", "dog")
    assert (answer["segmentation"].labels == 3).all()
    assert answer["detections"].labels == ("dog",)
    assert answer["detections"].boxes == pytest.approx(np.array([[0, 0, 1, 1]]))


def test_kinds_come_with_the_planted_probabilities(served: Served) -> None:
    for case in ("vit=image-classification", "bert=text-classification"):
        answer = served.ask(case, {"top": 2})
        assert answer["label"] == "dog"
        assert [kind["label"] for kind in answer["kinds"]] == ["dog", "person"]
        assert answer["scores"] == pytest.approx([0.06, 0.04, 0.9], abs=1e-4)


def test_captions_come_with_their_true_probabilities(served: Served) -> None:
    for case in ("blip=image-text-to-text", "git=image-text-to-text"):
        answer = served.ask(case)
        chances = {said["caption"]: said["prob"] for said in answer["captions"]}
        assert chances == pytest.approx({"": 0.3, "dog": 0.15, "dog dog": 0.075}, abs=1e-4)
        begun = served.ask(case, {"words": "a cat"})["captions"]
        assert [said["caption"] for said in begun] == ["a cat", "a cat dog", "a cat dog dog"]
    asked = {question: served.ask("llava=image-text-to-text", text=question)["text"] for question in ("Who?", "How?")}
    assert asked["Who?"] != asked["How?"]  # random weights, but they read the question
    assert not any("USER" in said for said in asked.values())
    with pytest.raises(Exception, match="takes no words"):
        served.ask("vit_gpt2=image-text-to-text", {"words": "a cat"})


def test_pictures_and_masks_have_the_sizes_they_promise(served: Served) -> None:
    assert served.ask("swin2sr=image-to-image", {"size": 64})["image"].shape == (96, 128, 3)
    glass = np.dstack([draw_scene(), np.full((240, 320), 128, np.uint8)])
    larger = served.ask("swin2sr=image-to-image", {"size": 64}, image=glass)["image"]
    assert larger.shape == (96, 128, 4)
    assert (larger[:, :, 3] == 128).all()
    assert served.ask("vitmatte=image-matting", mask=np.zeros((10, 10), np.uint8))["mask"].shape == (240, 320)
    cut = served.ask("sam=mask-generation", detections=Detections.of([[0.2, 0.2, 0.6, 0.6], [0, 0, 0.1, 0.1]]))["mask"]
    assert set(np.unique(cut)) <= {0, 255}
    assert not served.ask("sam=mask-generation", detections=Detections.of())["mask"].any()


def test_a_vector_of_length_one_is_the_default(served: Served) -> None:
    for case in ("dinov2=image-feature-extraction", "clip=image-feature-extraction", "bert=feature-extraction"):
        vector = served.ask(case)["vector"]
        assert vector.shape == (32,)
        assert np.linalg.norm(vector) == pytest.approx(1, abs=1e-5)
        free = served.ask(case, {"length_one": False})["vector"]
        assert free / np.linalg.norm(free) == pytest.approx(vector, abs=1e-5)


def test_text_goes_on_alike_until_it_may_dare_more(served: Served) -> None:
    case = "gpt2=text-generation"
    assert served.ask(case)["text"] == served.ask(case, {"seed": 7})["text"]
    daring = {served.ask(case, {"temperature": 1.5, "seed": seed})["text"] for seed in range(4)}
    assert len(daring) > 1


def test_a_graph_of_added_models_runs_from_a_catalogue_to_a_file(
    served: Served, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two whole servers: boxes of one are the people of the other."""
    context = str(ROOT / "models")
    entries = [
        entry_for(f"tests/{name}", COMMIT, FILES, task, context=context)
        for name, task in (("yolos", "object-detection"), ("vitpose", "pose-estimation"))
    ]
    (tmp_path / "models.json").write_text(json.dumps(entries))
    cv2.imwrite(str(tmp_path / "in.png"), draw_scene())
    (tmp_path / "graph.json").write_text(json.dumps(_preset(tmp_path)))
    monkeypatch.setenv("NODEGRAPH_WEIGHTS_FOLDERS", str(served.folder / "weights"))
    monkeypatch.setenv("NODEGRAPH_WEIGHTS_HOME", str(tmp_path / "home"))
    command = [sys.executable, "-m", "nodegraph", "run", "--models", str(tmp_path / "models.json")]
    try:
        done = subprocess.run(
            [*command, str(tmp_path / "graph.json")], capture_output=True, text=True, timeout=300, check=False
        )
    finally:
        volumes = docker("volume", "ls", "--quiet", "--filter=name=-tests.").split()  # of weights, and caches
        subprocess.run(["docker", "volume", "rm", "--force", *volumes], capture_output=True, check=False, timeout=60)
    assert done.returncode == 0, done.stderr
    row = json.loads((tmp_path / "points.jsonl").read_text())
    assert len(row["value"]["objects"]) == 1
    assert row["value"]["names"][1] == "Neck"


def _preset(folder: Path) -> dict[str, Any]:
    nodes = {
        "photo": {"type": "source.image_file", "params": {"path": str(folder / "in.png")}},
        "find": {"type": "model.tests.yolos"},
        "pose": {"type": "model.tests.vitpose", "params": {"only": "dog", "threshold": 0}},
        "table": {"type": "sink.json_lines", "params": {"path": str(folder / "points.jsonl")}},
    }
    wires = ["photo.image find.image", "photo.image pose.image", "find.detections pose.detections"]
    pairs = [one.split() for one in [*wires, "pose.keypoints table.value"]]
    graph = {"nodes": nodes, "wires": [{"from": begin, "to": end} for begin, end in pairs]}
    return {"format": 1, "id": "added", "title": "Added models", "graph": graph}


def test_a_server_without_a_task_says_which_there_are(docker_engine: str, served: Served) -> None:
    done = subprocess.run(
        ["docker", "run", "--rm", "--network=none", "--env=NODEGRAPH_TASK=juggling", "nodegraph/hf:1"],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 2
    assert done.stderr.startswith("There is no task 'juggling'. Tasks are object-detection, ")
    assert "Traceback" not in done.stderr
