"""What the documents show works as it stands."""

import re
from pathlib import Path

from nodegraph.core.registry import discover
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
