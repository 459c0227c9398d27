"""Finding nodes: packs, folders, and what goes wrong with them."""

from pathlib import Path

import pytest

from nodegraph.core.registry import Registry, discover
from tests.engine.support import Add, registry_of

GOOD = '''
"""A user's node."""
from nodegraph.sdk import Filter, Image

class Mine(Filter, id="user.mine", category="Mine", replaces=("user.before",)):
    """Mine."""
    def process(self, image: Image) -> Image:
        return image
'''


def test_the_built_in_pack_is_found_by_its_entry_point() -> None:
    registry = discover()
    assert registry.problems == ()
    assert registry.find("filter.gaussian_blur") is not None


def test_a_folder_s_nodes_are_found_also_under_a_former_name(tmp_path: Path) -> None:
    (tmp_path / "mine.py").write_text(GOOD)
    registry = discover([tmp_path])
    found = registry.find("user.before")
    assert found is not None
    assert found.spec.id == "user.mine"
    assert found.make({}, {}).spec.title == "Mine"


def test_a_module_that_fails_to_import_is_a_problem_and_the_rest_is_there(tmp_path: Path) -> None:
    (tmp_path / "bad.py").write_text("import nothing_of_this_name\n")
    (tmp_path / "worse.py").write_text("def (:\n")
    (tmp_path / "mine.py").write_text(GOOD.replace("user.", "other."))
    registry = discover([tmp_path])
    assert registry.find("other.mine") is not None
    assert [Path(problem.where).name for problem in registry.problems] == ["bad.py", "worse.py"]
    assert "nothing_of_this_name" in registry.problems[0].message


def test_an_id_that_is_taken_is_a_problem_and_the_first_stays() -> None:
    registry = registry_of(Add)
    again = registry.with_definitions([next(iter(registry_of(Add).definitions.values()))])
    assert isinstance(again, Registry)
    assert "is taken by tests" in again.problems[0].message
    assert again.find("t.add") is registry.find("t.add")


@pytest.mark.parametrize("text", ["import sys; sys.exit(3)", "raise SystemExit", "def (", "1 / 0", "import nowhere"])
def test_a_file_that_cannot_be_loaded_costs_only_itself(tmp_path: Path, text: str) -> None:
    (tmp_path / "json.py").write_text(text)
    (tmp_path / "other.py").write_text(
        "from nodegraph.sdk import Filter, Image\n\n"
        "class Kept(Filter, id='user.kept', category='User'):\n"
        "    'Kept.'\n\n"
        "    def process(self, image: Image) -> Image:\n"
        "        return image\n"
    )
    registry = discover([tmp_path])
    assert registry.find("user.kept") is not None
    assert [problem.where for problem in registry.problems] == [str(tmp_path / "json.py")]
