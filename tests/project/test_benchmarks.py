import json
from pathlib import Path

import pytest

from benchmarks.__main__ import merge, met


@pytest.mark.parametrize(
    ("value", "target", "expected"),
    [
        (0.98, ">= 0.97", True),
        (0.96, ">= 0.97", False),
        (15.0, "<= 15", True),
        (15.1, "<= 15 µs", False),
        (1, "", None),
    ],
)
def test_a_target_written_as_text_is_compared(value: float, target: str, expected: bool | None) -> None:
    assert met(value, target) is expected


def test_a_partial_run_keeps_the_figures_of_other_parts(tmp_path: Path) -> None:
    out = tmp_path / "out" / "bench.json"
    merge(out, [{"name": "engine.x", "value": 1.0, "target": ">= 2", "unit": "×", "spread": "0.1"}])
    merge(out, [{"name": "transport.y", "value": 3.0, "target": "<= 4", "unit": "ms"}])
    figures = json.loads(out.read_text())
    assert figures["engine.x"] == {"value": 1.0, "target": ">= 2", "unit": "×", "spread": "0.1", "met": False}
    assert figures["transport.y"]["met"] is True
    assert [path.name for path in out.parent.iterdir()] == ["bench.json"]
