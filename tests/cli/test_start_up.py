import resource
import subprocess
import sys

import pytest


def test_help_takes_less_than_three_tenths_of_a_second_of_work(spawn):
    times = []
    while not times or (min(times) >= 0.3 and len(times) < 10):  # other work of this machine slows one or two down
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        process = spawn("--help")
        out, _ = process.communicate(timeout=60)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        times.append(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)
        assert process.returncode == 0
        assert all(verb in out for verb in ("run", "presets", "nodes", "models", "doctor"))
    assert min(times) < 0.3


def test_help_imports_nothing_heavy():
    code = """
import sys
from nodegraph.cli.main import main
assert main(["run", "--help"]) == 0
heavy = {"numpy", "cv2", "pydantic", "rich", "networkx", "docker", "av", "httpx"} & set(sys.modules)
assert not heavy, heavy
"""
    subprocess.run([sys.executable, "-c", code], check=True, capture_output=True)


@pytest.mark.parametrize(
    "words", [[], ["nonsense"], ["run"], ["presets"], ["presets", "nonsense"], ["run", "x", "--nope"]]
)
def test_wrong_words_are_exit_code_2(cli, words):
    result = cli(*words)
    assert result.code == 2
    assert "usage:" in result.err


def test_the_version_is_told(cli):
    result = cli("--version")
    assert result.code == 0
    assert result.out.startswith("nodegraph ")


def test_a_reader_that_leaves_early_is_no_mistake(spawn):
    process = spawn("nodes", "list", "--json")
    process.stdout.close()
    _, err = process.communicate(timeout=60)
    assert process.returncode in (0, 120)
    assert "Traceback" not in err
