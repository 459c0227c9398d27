"""Help pages: for every type of node, and of the one that is meant."""

from collections.abc import Iterator

import pytest

from nodegraph.editor.state.editor import Editor
from nodegraph.editor.state.node_help import page_of
from tests.editor.state.support import editor_of, select


@pytest.fixture
def editor() -> Iterator[Editor]:
    with editor_of("starter") as editor:
        yield editor


def test_every_type_of_node_has_a_page_with_all_its_parts(editor: Editor) -> None:
    for one in editor.workspace.registry.definitions.values():
        page = page_of(one.spec)
        assert page.description[0]
        assert [row.name for row in page.params] == [param.name for param in one.spec.params]
        assert all(row.kind for row in (*page.inputs, *page.outputs, *page.params))


def test_a_parameter_says_what_it_takes() -> None:
    with editor_of() as editor:
        spec = editor.workspace.registry.definitions["filter.gaussian_blur"].spec
    kinds = {row.name: row.kind for row in page_of(spec).params}
    assert kinds["radius"].startswith("number 0 to ")
    assert kinds["radius"].endswith("at first")


def test_the_selected_node_is_meant_and_asking_again_closes_the_page(editor: Editor) -> None:
    select(editor, "glow")
    editor.node_help.open()
    assert editor.node_help.page is not None
    assert editor.node_help.page.title == "Glow"
    editor.node_help.open()
    assert editor.node_help.page is None


def test_what_is_marked_in_the_palette_is_meant_first(editor: Editor) -> None:
    select(editor, "glow")
    editor.palette.open((0, 0), (0, 0), query="swirl")
    editor.node_help.open()
    assert editor.node_help.page is not None
    assert editor.node_help.page.title == "Swirl"


def test_without_a_node_it_says_what_to_do(editor: Editor) -> None:
    editor.node_help.open()
    assert editor.node_help.page is None
    assert editor.notices.log[-1].text.startswith("Select a node")
