"""Each model of ours as a real local process: what it answers, over every protocol, and that it is what it promises."""

import json
from collections.abc import Callable
from typing import Any

import cv2
import httpx
import numpy as np
import pytest
from catalogue import CATALOGUE, PROCESSES, ROOT
from pictures import draw_portraits, draw_scene, draw_street
from serving import Start, plain

from nodegraph.core.types import Detections, Segmentation

QUICK = {"flow": {"quality": "fast"}, "segment": {"method": "colour"}}


@pytest.mark.parametrize("name", PROCESSES)
def test_the_entry_in_the_catalogue_is_what_the_server_says(start: Start, name: str) -> None:
    said, entry = start(name).wait().client().describe(), CATALOGUE[name]
    for part in ("inputs", "outputs", "parameters", "maxInflight", "protocol"):
        assert entry[part] == said[part], part
    assert entry["name"] == said["title"]
    assert all(port["type"] for port in entry["inputs"].values())
    assert all(parameter["description"] for parameter in entry["parameters"].values())


@pytest.mark.parametrize("name", PROCESSES)
def test_every_transport_and_every_run_gives_the_same_answer(start: Start, name: str) -> None:
    server = start(name).wait()
    frames = [draw_scene(), np.roll(draw_scene(), 3, axis=1)]
    answers = []
    for transport in ("memfd", "http", "memfd"):
        client = server.client(transport)
        answers.append([plain(client.infer({"image": frame}, QUICK.get(name, {}), 60)) for frame in frames])
        assert client.transport == transport
    assert answers[0] == answers[1] == answers[2]
    assert list(answers[0][0]) == list(CATALOGUE[name]["outputs"])


@pytest.mark.parametrize("name", PROCESSES)
def test_a_2018_client_is_answered_on_every_route(start: Start, alpha_socket: Callable[..., Any], name: str) -> None:
    url = start(name).wait().url
    example = json.loads((ROOT / "models" / name / "example.json").read_text())
    over_http = httpx.post(url + "/query", json=example, timeout=60)
    assert over_http.status_code == 200, over_http.text
    for version in (3, 4):
        session = alpha_socket(url, version)
        session.join()
        [[_, reply]] = session.ask(example)
        assert reply == over_http.json()
    assert httpx.get(url + "/test", timeout=60).json()["status"] == "200"


@pytest.mark.parametrize("name", PROCESSES)
def test_tiny_odd_and_transparent_pictures_are_handled(start: Start, name: str) -> None:
    client = start(name).wait().client()
    methods = next((p["choices"] for p in CATALOGUE[name]["parameters"].values() if "choices" in p), [None])
    chooser = next((key for key, p in CATALOGUE[name]["parameters"].items() if "choices" in p), "")
    for height, width, channels in [(1, 1, 3), (1, 9, 4), (7, 1, 3), (33, 47, 4), (101, 35, 3)]:
        image = np.random.default_rng(2).integers(0, 255, (height, width, channels), np.uint8)
        for choice in methods:
            params = {chooser: choice} if choice else {}
            outputs = client.infer({"image": image}, params, 60)
            if "image" in outputs:
                assert outputs["image"].shape == image.shape
                if channels == 4:
                    assert np.array_equal(outputs["image"][..., 3], image[..., 3])
            for output in ("mask", "flow"):
                assert output not in outputs or outputs[output].shape[:2] == (height, width)


@pytest.mark.parametrize("name", PROCESSES)
def test_parameters_at_their_ends_are_accepted_and_beyond_are_refused(start: Start, name: str) -> None:
    client = start(name).wait().client()
    image = draw_scene(80, 60)
    for key, parameter in CATALOGUE[name]["parameters"].items():
        values = [parameter[end] for end in ("minimum", "maximum") if end in parameter] + parameter.get("choices", [])
        whole = parameter["type"] == "integer"
        for value in values or [not parameter["default"]]:
            client.infer({"image": image}, {key: round(value) if whole else value}, 120)
        if "maximum" in parameter:
            with pytest.raises(Exception, match=f"{key} must be from"):
                client.infer({"image": image}, {key: parameter["maximum"] + 1}, 20)


def overlap(box: np.ndarray, other: tuple[float, ...]) -> float:
    sides = np.minimum(box[2:], other[2:]) - np.maximum(box[:2], other[:2])
    shared = float(np.prod(np.maximum(sides, 0)))
    return shared / float(np.prod(box[2:] - box[:2]) + (other[2] - other[0]) * (other[3] - other[1]) - shared)


def test_people_finds_those_who_stand_and_nobody_in_an_empty_street(start: Start) -> None:
    client = start("people").wait().client()
    found: Detections = client.infer({"image": draw_street([(160, 330, 230), (450, 300, 180)])}, {}, 60)["detections"]
    assert found.labels == ("person", "person")
    boxes = sorted(found.boxes.tolist())
    for box, (middle, foot, height) in zip(boxes, [(160, 330, 230), (450, 300, 180)], strict=True):
        truth = ((middle - height * 0.16) / 640, (foot - height) / 360, (middle + height * 0.16) / 640, foot / 360)
        assert overlap(np.array(box), truth) > 0.4
    assert len(client.infer({"image": draw_street([])}, {}, 60)["detections"]) == 0


def test_faces_finds_those_who_look_at_us_and_their_eyes(start: Start) -> None:
    client = start("faces").wait().client()
    image = draw_portraits([(200, 180, 80), (460, 160, 60)])
    found: Detections = client.infer({"image": image}, {"eyes": True}, 60)["detections"]
    faces = sorted(box.tolist() for box, label in zip(found.boxes, found.labels, strict=True) if label == "face")
    assert len(faces) == 2
    for box, (x, y, half) in zip(faces, [(200, 180, 80), (460, 160, 60)], strict=True):
        assert overlap(np.array(box), ((x - half) / 640, (y - half) / 360, (x + half) / 640, (y + half) / 360)) > 0.6
    assert found.labels.count("eye") >= 2
    assert len(client.infer({"image": draw_portraits([])}, {}, 60)["detections"]) == 0


@pytest.mark.parametrize("quality", ["fast", "balanced", "fine"])
def test_flow_measures_a_known_shift_in_pixels_of_the_whole_picture(start: Start, quality: str) -> None:
    client = start("flow").wait().client()
    noise = np.random.default_rng(3).integers(0, 255, (360, 640, 3), np.uint8)
    texture = cv2.GaussianBlur(noise, (0, 0), 3)
    params = {"quality": quality, "size": 320}
    first = client.infer({"image": texture}, params, 60)
    assert not first["flow"].any()
    assert not first["image"].any()
    second = client.infer({"image": np.roll(texture, (3, 6), axis=(0, 1))}, params, 60)
    inner = second["flow"][40:-40, 40:-40].reshape(-1, 2)
    assert np.median(inner, axis=0) == pytest.approx([6, 3], abs=0.3)
    other = client.infer({"image": texture[:100, :100]}, params, 60)
    assert not other["flow"].any()


def test_stylise_changes_the_picture_by_its_strength_and_each_style_differs(start: Start) -> None:
    client = start("stylise").wait().client()
    image = draw_scene()
    styles = ["cartoon", "pencil", "oil", "watercolour"]
    results = [client.infer({"image": image}, {"style": style}, 60)["image"] for style in styles]
    assert len({result.tobytes() for result in results}) == 4
    assert np.array_equal(client.infer({"image": image}, {"strength": 0}, 60)["image"], image)
    pencil = results[1].astype(int)
    assert np.array_equal(pencil[..., 0], pencil[..., 2])
    oil, plain_area = results[2], np.full((40, 40, 3), (10, 90, 200), np.uint8)
    assert np.abs(oil.astype(int) - image).mean() < 30
    assert np.array_equal(client.infer({"image": plain_area}, {"style": "oil"}, 60)["image"], plain_area)


def test_segment_cuts_the_disc_out_by_colour_and_by_grabcut(start: Start) -> None:
    client = start("segment").wait().client()
    truth = cv2.circle(np.zeros((240, 320), np.uint8), (160, 120), 60, 255, -1) > 0
    for params in ({"method": "colour", "hue": 2.0, "tolerance": 20.0}, {"method": "grabcut"}):
        outputs = client.infer({"image": draw_scene()}, params, 60)
        mask, segmentation = outputs["mask"], outputs["segmentation"]
        assert isinstance(segmentation, Segmentation)
        assert (segmentation.names, set(np.unique(mask))) == (("background", "subject"), {0, 255})
        assert np.array_equal(segmentation.labels * 255, mask)
        assert ((mask > 0) & truth).sum() / ((mask > 0) | truth).sum() > 0.9, params
    inverted = client.infer({"image": draw_scene()}, {"method": "grabcut", "invert": True}, 60)["mask"]
    assert np.array_equal(inverted, 255 - mask)


def test_segment_by_focus_finds_what_is_sharp(start: Start) -> None:
    noise = np.random.default_rng(3).integers(0, 255, (240, 320, 3), np.uint8)
    image = cv2.GaussianBlur(noise, (0, 0), 6)
    image[70:170, 100:220] = cv2.GaussianBlur(noise, (0, 0), 1)[70:170, 100:220]
    mask = start("segment").wait().client().infer({"image": image}, {"method": "focus"}, 60)["mask"]
    assert (mask[80:160, 110:210] > 0).mean() > 0.95
    assert (mask[:50] > 0).mean() < 0.05


@pytest.mark.parametrize("method", ["canny", "xdog", "adaptive"])
def test_line_art_draws_the_outline_dark_on_white_and_inverts(start: Start, method: str) -> None:
    client = start("lineart").wait().client()
    image = np.full((200, 200, 3), 230, np.uint8)
    cv2.circle(image, (100, 100), 60, (90, 90, 90), -1, cv2.LINE_AA)
    drawn = client.infer({"image": image}, {"method": method, "thickness": 2.0}, 60)["image"]
    ring = cv2.circle(np.zeros((200, 200), np.uint8), (100, 100), 60, 255, 9) > 0
    assert drawn[ring].min() < 80
    assert (drawn[:30] > 200).all()
    inverted = client.infer({"image": image}, {"method": method, "thickness": 2.0, "invert": True}, 60)["image"]
    assert np.array_equal(inverted, 255 - drawn)
