"""What the documents show works as it stands."""

import re
import shlex
from pathlib import Path

import pytest

from nodegraph.cli.parser import parse
from nodegraph.core.preset import read_preset
from nodegraph.core.registry import discover
from nodegraph.core.validate import errors_of, validate
from nodegraph.session import shipped_presets
from nodegraph.testing import run_node, sample

DOCS = Path(__file__).resolve().parents[2] / "docs"


def blocks(page: str, language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", (DOCS / page).read_text(), re.DOTALL)


def test_the_nodes_of_the_author_s_guide_load_and_run(tmp_path: Path) -> None:
    for number, code in enumerate(blocks("writing-nodes.md", "python")[:2]):
        (tmp_path / f"guide{number}.py").write_text(code)
    registry = discover([tmp_path])
    assert registry.problems == ()
    border = registry.definitions["mine.soft_border"].make({"amount": 0.8}, {})
    result = run_node(border, sample("image"))  # type: ignore[arg-type]
    assert result.shape == sample("image").shape
    assert result[0, 0].sum() < sample("image")[0, 0].sum()
    fade = registry.definitions["mine.fade"].make({}, {})
    frames = list(fade.stream())  # type: ignore[attr-defined]
    assert [frame.value[0, 0, 0] for frame in frames[:3]] == [0, 8, 16]


def test_links_between_documents_lead_somewhere() -> None:
    root = DOCS.parent
    pages = [*DOCS.rglob("*.md"), root / "README.md", root / "CONTRIBUTING.md"]
    broken = [
        f"{page.relative_to(root)} -> {target}"
        for page in pages
        if page.exists()
        for target in re.findall(r"\]\(([^)#]+)(?:#[^)]*)?\)", page.read_text())
        if "://" not in target and not (page.parent / target).exists()
    ]
    assert broken == []


def _commands() -> list[str]:
    """Every call of nodegraph in a code block, indented or fenced."""
    pages = [DOCS.parent / "README.md", DOCS.parent / "CONTRIBUTING.md", *DOCS.glob("*.md")]
    lines: list[str] = []
    for page in pages:
        text = page.read_text()
        lines += re.findall(r"^ {4}(.+)$", text, re.MULTILINE)
        lines += [line for block in re.findall(r"```\w*\n(.*?)```", text, re.DOTALL) for line in block.splitlines()]
    calls = [call for line in lines for call in re.split(r" {2,}(?=nodegraph )", line)]
    return sorted({found[1] for call in calls if (found := re.fullmatch(r"(?:\S*/bin/)?(nodegraph \w.*)", call))})


@pytest.mark.parametrize("command", _commands())
def test_a_command_in_the_documents_is_one_we_have(command: str) -> None:
    assert parse(shlex.split(command, comments=True)[1:]).command


def test_the_readme_names_every_shipped_preset() -> None:
    table = "\n".join(line for line in (DOCS.parent / "README.md").read_text().splitlines() if line.startswith("| "))
    named = set(re.findall(r"`([a-z-]+)`", table))
    assert named == {found.preset.id for found in shipped_presets()[0]}


def test_the_preset_in_the_documents_is_valid() -> None:
    (text,) = blocks("preset-format.md", "json")
    preset = read_preset(text.encode())
    assert errors_of([*preset.problems, *validate(preset.graph, discover())]) == []
