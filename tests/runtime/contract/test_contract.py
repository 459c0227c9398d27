import json

import numpy as np
import pytest

from nodegraph.runtime.adding.folder import entry_of_folder
from nodegraph.runtime.adding.new_model import write_new
from nodegraph.runtime.contract.contract import check_server
from nodegraph.runtime.contract.subjects import subjects_of
from nodegraph.runtime.contract.update import update_entry
from nodegraph.runtime.limits import Limits

HEAD = """
import os, random
import numpy as np
from nodegraph_kit import *
from nodegraph_kit.types import Detections
"""


@pytest.fixture
def checked(tmp_path):
    """checked(function as text, **keys of the entry): the report on a model with that server; `calls` of it."""
    write_new("Probe", tmp_path / "probe")
    folder = tmp_path / "probe"

    def check(code="", calls=20, limits=None, image=None, **keys):
        if code:
            text = f"{HEAD}\n@model(title='Probe', description='x', max_inflight=1)\n{code}\nserve(probe)\n"
            (folder / "server.py").write_text(text)
        path = folder / "entry.json"
        entry = json.loads(path.read_text())
        if code:
            entry |= {"parameters": {}}
            entry["outputs"]["image"]["description"] = ""
        path.write_text(json.dumps(entry | keys))
        return check_server(entry_of_folder(folder), {"kind": "process"}, calls, limits=limits, image=image)

    return check


def failures(report):
    return {one.check: one.detail for one in report.findings if one.status == "failed"}


def statuses(report):
    return {one.check: one.status for one in report.findings}


def test_a_new_model_keeps_the_contract_as_it_is(checked):
    report = checked(calls=40)
    assert report.good, failures(report)
    assert set(statuses(report).values()) == {"ok"}
    assert report.place == "process"
    assert report.figures["calls"] == 40
    assert 0 < report.figures["median"] <= report.figures["p95"]
    assert report.figures["memory"] > 10 << 20


def test_an_entry_that_lies_about_its_server_is_told_part_by_part(checked):
    parameters = {
        "detail": {"type": "integer", "default": 61, "minimum": 0, "maximum": 300},
        "glow": {"type": "number", "default": 1.0},
    }
    outputs = {"image": "mask"}
    report = checked(parameters=parameters, outputs=outputs, maxInflight=4)
    said = [one.detail for one in report.findings if one.check == "description"]
    assert "the parameter detail has the maximum 300.0 in the entry, 255.0 at the server" in said
    assert "the server has no parameter glow" in said
    assert "the entry has no parameter darkness" in said
    assert "the output image is mask in the entry, image at the server" in said
    assert "maxInflight is 4 in the entry, the server takes 1 at once" in said
    (other,) = [one for one in report.findings if "default 61 in the entry, 60 at the server" in one.detail]
    assert other.status == "warning", "an entry may begin with values of its own"
    assert not report.good


def test_an_answer_that_differs_for_the_same_picture_is_told(checked):
    report = checked("def probe(image: Image) -> Image: return np.full_like(image, random.randrange(256))")
    assert "same answer" in failures(report)
    assert "8 at once" in failures(report)


def test_a_model_that_remembers_may_answer_otherwise(checked):
    code = """
def probe(image: Image, memory: Memory) -> Image:
    memory["n"] = memory.get("n", 0) + 1
    return np.full_like(image, memory["n"] % 256)
"""
    report = checked(code)
    assert report.good, failures(report)
    assert statuses(report)["same answer"] == "skipped"


def test_numbers_that_are_none_are_told(checked):
    code = "def probe(image: Image) -> Detections: return Detections.of([[0, 0, float('nan'), 1]], ['x'], [0.5])"
    report = checked(code, outputs={"detections": "detections"})
    assert failures(report)["answers"] == "detections holds boxes or scores that are no numbers"


def test_boxes_in_pixels_are_told(checked):
    code = "def probe(image: Image) -> Detections: return Detections.of([[10, 10, 200, 100]], ['x'], [0.5])"
    report = checked(code, outputs={"detections": "detections"})
    assert "not pixels" in failures(report)["answers"]


def test_a_model_that_fails_on_odd_pictures_but_says_so_is_told_as_a_warning(checked):
    code = """
def probe(image: Image) -> Image:
    if min(image.shape[:2]) < 8:
        raise Refusal("The picture is too small for this model.")
    return image
"""
    report = checked(code)
    assert report.good, failures(report)
    warning = next(one for one in report.findings if one.status == "warning")
    assert warning.check == "odd pictures"
    assert "1×1" in warning.detail


def test_a_model_that_wants_another_picture_is_tried_with_one(checked):
    code = """
def probe(image: Image) -> Image:
    if image.max() > 0:
        raise Refusal("The picture must be black.")
    return image
"""
    said = failures(checked(code))
    assert said["answers"] == "it refuses what it was tried with: The picture must be black."
    assert "answers" not in failures(checked(image=np.zeros((50, 50, 3), np.uint8)))


def test_a_model_that_dies_is_told_with_its_last_words(checked):
    code = """
def probe(image: Image) -> Image:
    if image.shape[0] == 1:
        print("I cannot stand lines", flush=True)
        os._exit(3)
    return image
"""
    report = checked(code, limits=Limits(backoff=0.02, backoff_max=0.1))
    assert "odd pictures" in failures(report)
    assert "started again" in failures(report)["survival"]


def test_a_model_that_keeps_something_of_every_frame_is_told(checked):
    code = """
def probe(image: Image) -> Image:
    globals().setdefault("kept", []).append(b"x" * (3 << 20))
    return image
"""
    report = checked(code, calls=40)
    assert "over 30 calls" in failures(report)["memory"]
    assert report.figures["growth"] > 80 << 20


def test_a_server_that_does_not_start_is_a_finding(checked):
    report = checked("this is no Python", limits=Limits(backoff=0.01, backoff_max=0.02, quick=5, give_up=1))
    (finding,) = report.findings
    assert (finding.check, finding.status) == ("start", "failed")
    assert "SyntaxError" in finding.detail


def test_a_folder_is_checked_beside_the_model_of_its_name(tmp_path):
    write_new("Probe", tmp_path / "probe")
    ((entry, place),) = subjects_of(str(tmp_path / "probe"))
    assert (entry.id, place) == ("probe.check", {"kind": "process"})
    (tmp_path / "probe" / "server.py").write_text("this is no Python")
    report = check_server(entry, place, limits=Limits(backoff=0.01, backoff_max=0.02, give_up=1))
    assert "models logs" not in report.findings[0].hint, "no catalogue has it"
    assert "probe.check-process.log" in report.findings[0].hint


def test_the_entry_can_follow_the_server(checked, tmp_path):
    checked("def probe(image: Image, size: int = param(3, 'How big.', ge=1, le=9)) -> Mask: return image[..., 0]")
    folder = tmp_path / "probe"
    ((entry, place),) = subjects_of(str(folder))
    first = entry.description.first
    assert set(update_entry(folder, entry, place)) == {"inputs", "outputs", "parameters", "description"}
    ((entry, place),) = subjects_of(str(folder))
    assert update_entry(folder, entry, place) == []
    written = json.loads((folder / "entry.json").read_text())
    assert list(written["outputs"]) == ["mask"]
    assert written["parameters"]["size"]["maximum"] == 9
    assert written["description"]["framework"] == "OpenCV", "the rest stays"
    assert written["description"]["first"] != first, "the text on the node is the server's"
    assert check_server(entry, place, 4).good


def test_an_input_no_value_can_be_made_for_is_said(checked):
    report = checked("def probe(image: File) -> Image: return np.zeros((4, 4, 3), np.uint8)", inputs={"image": "file"})
    assert statuses(report)["answers"] == "skipped"


def test_a_model_that_answers_another_type_is_not_said_to_refuse_the_picture(checked):
    report = checked("def probe(image: Image) -> Mask: return 'no mask'")
    (finding,) = [one for one in report.findings if one.check == "answers"]
    assert finding.detail.startswith("The model gave str 'no mask' where mask is promised")
    assert "--picture" not in finding.hint
    assert finding.hint.endswith("-process.log")
