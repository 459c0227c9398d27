"""What is committed says nothing about the machine it was made on, and every dependency is pinned by its hash."""

import re
import subprocess
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
# written in pieces, so that this file does not name what it looks for
HOSTS = ["py" + r"pi\.org", "pythonhosted" + r"\.org", "registry\\.npm" + r"js\.org", "deb" + r"\.debian\.org"]
FOLDERS = ["/" + "work/", "/" + "root/", "/" + "opt/wheels", "/" + "opt/py" + "pi", r"/home/[a-z]\w+/"]
FORBIDDEN = re.compile("|".join(HOSTS + FOLDERS))


def committed_files() -> list[Path]:
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=False)
    if listed.returncode != 0:
        pytest.skip("not a git checkout")
    return [ROOT / name for name in listed.stdout.split("\0") if name and (ROOT / name).is_file()]


def text_of(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        return ""


def test_no_committed_file_names_a_package_registry_or_a_folder_of_some_machine() -> None:
    found = [
        f"{path.relative_to(ROOT)}: {match.group()}"
        for path in committed_files()
        if (match := FORBIDDEN.search(text_of(path)))
    ]
    assert found == []


def test_every_requirement_in_constraints_has_one_version_and_hashes() -> None:
    text = (ROOT / "constraints.txt").read_text()
    assert "://" not in text
    assert not re.search(r"^--", text, re.MULTILINE)
    entries = re.findall(r"^([a-z0-9-]+)==\S+((?: \\\n    --hash=sha256:[0-9a-f]{64})*)$", text, re.MULTILINE)
    assert len(entries) == len(re.findall(r"^[a-z]", text, re.MULTILINE)) > 40
    assert all(hashes for _, hashes in entries)


def test_constraints_cover_every_dependency_of_every_extra() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    wanted = [
        *project["dependencies"],
        *(name for extra in project["optional-dependencies"].values() for name in extra),
    ]
    names = {re.split(r"[^a-z0-9-]", requirement.lower(), maxsplit=1)[0] for requirement in wanted}
    pinned = set(re.findall(r"^([a-z0-9-]+)==", (ROOT / "constraints.txt").read_text(), re.MULTILINE))
    assert names - pinned == set()


def test_no_committed_file_is_large() -> None:
    assert [path.name for path in committed_files() if path.stat().st_size > 3_000_000] == []
