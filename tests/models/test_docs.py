"""The tutorial's model runs as it is printed, and its entry is what the server says."""

import json
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from nodegraph.runtime.adding.new_model import write_new
from nodegraph.runtime.contract.contract import check_server
from nodegraph.runtime.contract.subjects import subjects_of
from nodegraph.runtime.contract.update import update_entry

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "writing-models.md").read_text()


def block(language: str) -> str:
    found = re.search(rf"```{language}\n(.*?)```", PAGE, re.DOTALL)
    assert found
    return found[1]


def test_the_tutorials_model_runs_and_its_entry_is_right(start: Callable[..., Any]) -> None:
    client = start(block("python")).wait().client()
    image = np.zeros((60, 80, 3), np.uint8)
    image[30, 40] = 255
    glowing = client.infer({"image": image}, {"radius": 3.0, "strength": 2.0}, 20)["image"]
    assert glowing[30, 44].min() > 0
    dark = np.zeros((60, 80), np.uint8)
    assert np.array_equal(client.infer({"image": image, "mask": dark}, {}, 20)["image"], image)
    said, entry = client.describe(), json.loads(block("json"))
    for part in ("inputs", "outputs", "parameters"):
        for name, fields in entry[part].items():
            assert fields.items() <= said[part][name].items()
        assert entry[part].keys() == said[part].keys()


def test_the_page_from_nothing_to_a_checked_model_word_for_word(tmp_path: Path) -> None:
    folder = tmp_path / "glow"
    write_new("Glow", folder)
    (folder / "server.py").write_text(block("python"))
    tested = re.search(r"```\n(import numpy.*?)```", PAGE, re.DOTALL)
    assert tested
    (folder / "test_glow.py").write_text(tested[1])
    ran = subprocess.run([sys.executable, "test_glow.py"], cwd=folder, capture_output=True, text=True, check=False)
    assert ran.stdout == "good\n", ran.stderr
    ((entry, place),) = subjects_of(str(folder))
    update_entry(folder, entry, place)
    ((entry, place),) = subjects_of(str(folder))
    report = check_server(entry, place, calls=8)
    assert report.good, report.findings
    written, page = json.loads((folder / "entry.json").read_text()), json.loads(block("json"))
    for key in ("id", "name", "category", "tag", "protocol", "maxInflight", "build", "process"):
        assert written[key] == page[key], key
    for part in ("inputs", "outputs", "parameters"):
        assert written[part].keys() == page[part].keys()
