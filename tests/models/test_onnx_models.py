"""The ONNX models in their own hardened containers, with tiny networks whose answers are planted in the picture."""

import json
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx
import numpy as np
import planted
import pytest
from catalogue import CATALOGUE, ROOT
from containers import Start, build, containers, docker
from serving import plain

from nodegraph.core.errors import ModelError
from nodegraph.runtime.protocols.native import NativeClient

pytestmark = pytest.mark.docker
YOLO, SSD, RTMO = "object_detection_yolox_2022nov.onnx", "ssd_mobilenet_v1_12.onnx", "rtmo-s.zip"
FACES = "face_detection_yunet_2023mar.onnx"
YELLOW, MAGENTA, BLUE = (0, 255, 255), (255, 0, 255), (255, 0, 0)
MODELS = ["yolo", "tf-object-detection", "openpose", "gazecapture", "green-screen", "style"]
Open = Callable[..., NativeClient]


def put(folder: Path) -> None:
    """Every network that the six models take, under the names in the catalogue."""
    networks = {
        YOLO: planted.yolox, SSD: planted.ssd, FACES: planted.yunet, "modnet.onnx": planted.matte,
        "pphumanseg.onnx": lambda: planted.two_planes(False), "mosaic-9.onnx": planted.style,
    }  # fmt: skip
    for name, make in networks.items():
        (folder / name).write_bytes(make())
    with zipfile.ZipFile(folder / RTMO, "w") as archive:
        archive.writestr("20231211/rtmo/end2end.onnx", planted.rtmo())


@pytest.fixture
def weights(tmp_path: Path) -> Path:
    folder = tmp_path / "weights"
    folder.mkdir()
    put(folder)
    folder.chmod(0o755)
    tmp_path.chmod(0o755)
    return folder


@pytest.fixture
def asked(container: Start, weights: Path) -> Open:
    """Start a model with the weights: `asked("yolo")`, with variables such as NODEGRAPH_CHECKPOINT="x.onnx"."""

    def begin(name: str, **variables: str) -> NativeClient:
        given = [f"--env={key}={value}" for key, value in {"NODEGRAPH_PRECISION": "float32", **variables}.items()]
        _, client, _ = container(name, "--network=none", f"--volume={weights}:/weights:ro", *given)
        said = client.describe()
        assert said["state"] == "ready", said["error"]
        return client

    return begin


def grey(height: int, width: int, *squares: tuple[tuple[int, int, int, int], tuple[int, int, int]]) -> np.ndarray:
    """A grey picture with coloured squares: ((left, top, right, bottom), BGR)."""
    image = np.full((height, width, 3), 114, np.uint8)
    for (left, top, right, bottom), colour in squares:
        image[top:bottom, left:right] = colour
    return image


@dataclass(frozen=True)
class Served:
    """A model that runs for all tests that ask any model."""

    name: str
    client: NativeClient
    url: str


@pytest.fixture(scope="module", params=MODELS)
def served(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    folder = tmp_path_factory.mktemp("weights")
    put(folder)
    for one in (folder, folder.parent):
        one.chmod(0o755)
    with containers() as start:
        _, client, url = start(request.param, "--publish=127.0.0.1::33000", f"--volume={folder}:/weights:ro")
        yield Served(request.param, client, url)


def test_pictures_of_every_shape_are_answered_the_same_twice(served: Served) -> None:
    outputs = CATALOGUE[served.name]["outputs"]
    shapes = [(1, 1, 3), (1, 9, 4), (7, 1, 3), (33, 47, 4), (900, 300, 3), (2160, 3840, 3)]
    for height, width, channels in shapes:
        image = np.random.default_rng(2).integers(0, 255, (height, width, channels), np.uint8)
        answers = [served.client.infer({"image": image}, {}, 60) for _ in range(2)]
        assert plain(answers[0]) == plain(answers[1])
        assert list(answers[0]) == list(outputs)
        if "image" in outputs:
            wanted = 4 if served.name == "green-screen" else channels
            assert answers[0]["image"].shape == (height, width, wanted)
        if "mask" in outputs:
            assert answers[0]["mask"].shape == (height, width)


def test_a_2018_client_is_answered(served: Served) -> None:
    example = json.loads((ROOT / "models" / served.name / "example.json").read_text())
    answer = httpx.post(served.url + "/query", json=example, timeout=60, trust_env=False)
    assert answer.status_code == 200, answer.text
    assert httpx.get(served.url + "/test", timeout=60, trust_env=False).json()["status"] == "200"


def test_parameters_at_their_ends_are_accepted_and_beyond_are_refused(served: Served) -> None:
    image = grey(60, 80)
    for key, parameter in CATALOGUE[served.name]["parameters"].items():
        for end in ("minimum", "maximum"):
            if end in parameter:
                whole = parameter["type"] == "integer"
                served.client.infer({"image": image}, {key: round(parameter[end]) if whole else parameter[end]}, 120)
        if "maximum" in parameter:
            with pytest.raises(ModelError, match=f"{key} must be from"):
                served.client.infer({"image": image}, {key: parameter["maximum"] + 1}, 20)


def test_yolo_finds_what_is_planted_in_pictures_of_any_shape(asked: Open) -> None:
    client = asked("yolo")
    image = grey(640, 640, ((160, 96, 192, 128), YELLOW), ((448, 448, 480, 480), MAGENTA))
    answer = client.infer({"image": image}, {}, 60)
    assert answer["count"] == 2.0
    found = dict(zip(answer["objects"].labels, (answer["objects"].boxes * 640).tolist(), strict=True))
    assert found["dog"] == pytest.approx([144, 64, 208, 160], abs=0.01)
    assert found["person"] == pytest.approx([432, 416, 496, 512], abs=0.01)
    wide = grey(720, 1280, ((320, 192, 384, 256), YELLOW))  # half as large in the network
    [box] = client.infer({"image": wide}, {}, 60)["objects"].boxes * [1280, 720, 1280, 720]
    assert box == pytest.approx([288, 128, 416, 320], abs=0.1)
    tall = grey(1280, 720, ((320, 192, 384, 256), YELLOW))
    [box] = client.infer({"image": tall}, {}, 60)["objects"].boxes * [720, 1280, 720, 1280]
    assert box == pytest.approx([288, 128, 416, 320], abs=0.1)
    opaque = np.dstack([image, np.full(image.shape[:2], 9, np.uint8)])
    assert plain(client.infer({"image": opaque}, {}, 60)) == plain(answer)
    assert client.transport == "memfd"


def test_yolos_parameters_choose_kinds_size_and_certainty(asked: Open) -> None:
    client = asked("yolo")
    image = grey(640, 640, ((160, 96, 192, 128), YELLOW), ((448, 448, 480, 480), MAGENTA))
    assert client.infer({"image": image}, {"classes": "Dog"}, 60)["objects"].labels == ("dog",)
    with pytest.raises(ModelError, match="no kind called unicorn"):
        client.infer({"image": image}, {"classes": "unicorn"}, 60)
    faint = grey(640, 640, ((160, 96, 192, 128), (0, 160, 160)))
    [score] = client.infer({"image": faint}, {}, 60)["objects"].scores
    assert score == pytest.approx((1 / (1 + np.exp(-2))) ** 2, abs=1e-3)
    assert client.infer({"image": faint}, {"threshold": 0.8}, 60)["count"] == 0.0
    large = client.infer({"image": image}, {"size": 1280}, 60)["objects"]  # each square is four cells now
    assert large.labels.count("dog") == 4
    assert client.infer({"image": image}, {"size": 1280, "overlap": 0.05}, 60)["objects"].labels.count("dog") == 1


def test_a_file_that_works_at_one_size_only_says_so_and_works_at_that_size(asked: Open, weights: Path) -> None:
    (weights / YOLO).write_bytes(planted.yolox(fixed=True))
    client = asked("yolo")
    image = grey(640, 640, ((160, 96, 192, 128), YELLOW))
    with pytest.raises(ModelError, match=r"does not work with an input of 1×3×320×320: OpenVINO says: \w"):
        client.infer({"image": image}, {"size": 320}, 60)
    assert client.infer({"image": image}, {}, 60)["count"] == 1.0


def test_tensorflow_object_detection_reads_colours_boxes_and_numbers(asked: Open) -> None:
    client = asked("tf-object-detection")
    red = client.infer({"image": np.full((90, 160, 3), (0, 0, 255), np.uint8)}, {}, 60)
    assert (red["objects"].labels, red["count"]) == (("dog", "person"), 2.0)
    assert red["objects"].boxes[0].tolist() == pytest.approx([0.4, 0.25, 0.6, 0.55])
    blue = client.infer({"image": np.full((90, 160, 3), BLUE, np.uint8)}, {"threshold": 0.9}, 60)["objects"]
    assert blue.labels == ("person", "person")
    assert sorted(blue.boxes.tolist()) == [pytest.approx([0.1, 0.1, 0.3, 0.2]), pytest.approx([0.5, 0.5, 0.9, 0.7])]
    pale = client.infer({"image": np.full((90, 160, 3), (0, 0, 150), np.uint8)}, {"classes": "dog"}, 60)["objects"]
    assert pale.scores.tolist() == pytest.approx([150 / 255], abs=1e-4)
    assert client.infer({"image": np.full((9, 9, 3), (0, 255, 0), np.uint8)}, {}, 60)["count"] == 0.0


def test_openpose_gives_the_eighteen_points_of_each_person_once(asked: Open) -> None:
    client = asked("openpose")
    answer = client.infer({"image": np.full((640, 640, 3), BLUE, np.uint8)}, {}, 60)
    poses = answer["poses"]
    assert (answer["people"], poses.points.shape) == (2.0, (2, 18, 3))
    points = dict(zip(poses.names, poses.points[0].tolist(), strict=True))
    assert points["Nose"] == pytest.approx([100 / 640, 0.5, 0.8])
    assert points["Neck"] == pytest.approx([(200 + 220) / 2 / 640, 0.5, 0.8])
    assert points["Left_Hip"] == pytest.approx([320 / 640, 0.5, 0.8])
    assert np.isnan(points["Left_Ankle"]).all()
    assert poses.points[1, 0].tolist() == pytest.approx([164 / 640, 352 / 640, 0.8])
    assert len(poses.edges) == 17
    sure = client.infer({"image": np.full((640, 640, 3), BLUE, np.uint8)}, {"threshold": 0.8, "points": 0.05}, 60)
    assert sure["people"] == 1.0
    assert not np.isnan(sure["poses"].points).any()
    wide = client.infer({"image": np.full((360, 640, 3), BLUE, np.uint8)}, {"threshold": 0.1}, 60)["poses"]
    assert wide.points[0, 0, :2].tolist() == pytest.approx([100 / 640, 320 / 360])
    assert client.infer({"image": np.full((9, 9, 3), (0, 255, 255), np.uint8)}, {}, 60)["people"] == 0.0


@pytest.mark.parametrize("roll", [0.0, 30.0])
def test_gazecapture_gives_the_point_that_is_looked_at(asked: Open, weights: Path, roll: float) -> None:
    # Eyes 0.6 × 32 = 19.2 pixels apart, in the middle of cell (10, 10); the picture's width is the focal length.
    depth = 640 * 6.3 / 19.2
    eyes = np.array([(336 - 320) * depth / 640, (328 - 320) * depth / 640, depth])
    look = np.array([-8, 12, 0]) - eyes
    turn = np.radians(roll)  # the network sees upright eyes, so its answer is turned the other way
    x, y, z = np.array([look[0], -look[1], -look[2]]) / np.linalg.norm(look)
    upright = (x * np.cos(turn) - y * np.sin(turn), y * np.cos(turn) + x * np.sin(turn), z)
    make(weights, roll, upright)
    client = asked("gazecapture")
    image = grey(640, 640, ((320, 320, 352, 352), BLUE))
    answer = client.infer({"image": image}, {}, 60)
    assert answer["faces"].boxes * 640 == pytest.approx(np.array([[320, 304, 352, 368]]), abs=0.01)
    assert answer["eyes"].labels == ("left_eye", "right_eye")
    assert (answer["eyes"].boxes * 640)[0] == pytest.approx([337.344, 319.744, 353.856, 336.256], abs=0.05)
    [told] = answer["gazes"]
    assert (told["method"], told["head"][2]) == ("eyes", roll)
    assert told["eyes_cm"] == pytest.approx(eyes, abs=0.01)
    assert told["direction"] == pytest.approx([x, y, z], abs=0.02)
    if roll == 0:  # only then both eyes have as much of the blue square
        assert answer["gaze"] == pytest.approx([8, -12], abs=0.05)
    doubled = client.infer({"image": image}, {"focal": 1280.0}, 60)["gazes"][0]
    assert doubled["eyes_cm"][2] == pytest.approx(2 * depth, abs=0.01)


def make(weights: Path, roll: float, direction: tuple[float, float, float]) -> None:
    """Write the head's and the gaze's networks, in the image that has OpenVINO."""
    here = Path(__file__).parent
    weights.chmod(0o777)
    docker(
        "run", "--rm", "--network=none", f"--volume={weights}:/out", f"--volume={here}:/tests:ro", build("gazecapture"),
        "python", "/tests/openvino_files.py", "/out", str(roll), *map(str, direction),
    )  # fmt: skip


def test_gazecapture_makes_do_with_the_head_when_there_is_no_gaze_network(asked: Open, weights: Path) -> None:
    answer = asked("gazecapture").infer({"image": grey(640, 640, ((320, 320, 352, 352), BLUE))}, {}, 60)
    [told] = answer["gazes"]
    assert told["method"] == "head"
    assert told["head"][2] == pytest.approx(0, abs=0.01)
    assert np.isfinite(answer["gaze"]).all()
    nobody = asked("gazecapture").infer({"image": grey(640, 640)}, {}, 60)
    assert (len(nobody["faces"]), len(nobody["eyes"]), nobody["gaze"], nobody["gazes"]) == (0, 0, None, [])


def test_green_screen_cuts_out_what_is_bright_with_soft_or_hard_edges(asked: Open) -> None:
    client = asked("green-screen")
    image = np.zeros((180, 320, 3), np.uint8)
    image[:, 160:] = 255
    answer = client.infer({"image": image}, {}, 60)
    mask = answer["mask"]
    assert (mask[:, :150].max(), mask[:, 170:].min()) == (0, 255)
    assert np.array_equal(answer["image"], np.dstack([image, mask]))
    middle = np.full((64, 64, 3), 140, np.uint8)
    share = 255 / (1 + np.exp(-8 * (140 - 127.5) / 127.5))
    assert client.infer({"image": middle}, {}, 60)["mask"] == pytest.approx(np.full((64, 64), share), abs=1)
    assert (client.infer({"image": middle}, {"softness": 0.0}, 60)["mask"] == 255).all()
    clear = np.dstack([np.full((8, 8, 3), 255, np.uint8), np.full((8, 8), 100, np.uint8)])
    assert (client.infer({"image": clear}, {}, 60)["image"][..., 3] == 100).all()


@pytest.mark.parametrize("shares", [False, True])
def test_green_screen_takes_the_checkpoint_with_two_planes(asked: Open, weights: Path, shares: bool) -> None:
    (weights / "pphumanseg.onnx").write_bytes(planted.two_planes(shares))
    client = asked("green-screen", NODEGRAPH_CHECKPOINT="pphumanseg.onnx")
    image = np.zeros((300, 200, 3), np.uint8)
    image[:150, :, 2] = 255
    mask = client.infer({"image": image}, {}, 60)["mask"]
    assert (mask[:145].min(), mask[155:].max()) == (255, 0)


def test_style_paints_at_any_size_in_the_right_colours(asked: Open) -> None:
    client = asked("style")
    image = np.full((120, 200, 3), (30, 60, 200), np.uint8)
    painted = client.infer({"image": image}, {}, 60)["image"]
    assert painted.shape == image.shape
    assert (painted == (60, 30, 100)).all()
    half = client.infer({"image": image}, {"strength": 0.5, "size": 64}, 60)["image"]
    assert (half == (45, 45, 150)).all()
    assert np.array_equal(client.infer({"image": image}, {"strength": 0.0}, 60)["image"], image)
    clear = np.dstack([image, np.full((120, 200), 77, np.uint8)])
    assert (client.infer({"image": clear}, {}, 60)["image"] == (60, 30, 100, 77)).all()


def test_files_that_are_no_network_or_another_one_are_told_in_a_sentence(container: Start, weights: Path) -> None:
    whole = planted.yolox()
    cases: dict[str, tuple[str, bytes]] = {
        "is no network that OpenVINO can read: it is damaged": ("yolo", whole[: len(whole) // 2]),
        "is another network than this model needs: its outputs are output": ("yolo", planted.matte()),
        "is another network than this model needs: its inputs are x 1×3×640×640": ("tf-object-detection", whole),
        "is no network": ("style", b"<html>Not found</html>"),
    }
    for sentence, (name, data) in cases.items():
        for file in (YOLO, SSD, "mosaic-9.onnx"):
            (weights / file).write_bytes(data)
        _, _, url = container(name, "--publish=127.0.0.1::33000", f"--volume={weights}:/weights:ro")
        health = httpx.get(url + "/health", timeout=20, trust_env=False).json()
        assert health["state"] == "failed"
        assert sentence in health["error"], health["error"]
        assert "Traceback" not in health["error"]


def test_an_archive_that_is_cut_off_and_half_of_a_network_are_told(container: Start, weights: Path) -> None:
    (weights / RTMO).write_bytes((weights / RTMO).read_bytes()[:100])
    (weights / "gaze-estimation-adas-0002.xml").write_text("<net/>")
    for name, sentence in [
        ("openpose", "no zip archive, or damaged"),
        ("gazecapture", "gaze-estimation-adas-0002.bin"),
    ]:
        _, _, url = container(name, "--publish=127.0.0.1::33000", f"--volume={weights}:/weights:ro")
        health = httpx.get(url + "/health", timeout=20, trust_env=False).json()
        assert sentence in health["error"], health
