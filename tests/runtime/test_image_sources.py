"""What is read of a Dockerfile, what an image is made of, the wheels found for it, and the archive that is sent."""

import io
import tarfile

import pytest

from nodegraph.core.errors import ModelError
from nodegraph.runtime.engines.tarstream import stream_tar
from nodegraph.runtime.entry import Build
from nodegraph.runtime.images.bases import bases_of
from nodegraph.runtime.images.dockerfile import read_dockerfile
from nodegraph.runtime.images.sources import fingerprint
from nodegraph.runtime.images.wheels import local_wheels

EVERYTHING = """\
# syntax is a comment here
ARG TAG=1
FROM --platform=linux/amd64 nodegraph/base-torch:1 AS packages
from python:3.11-slim
COPY --chown=1:1 ["kit dir", "/app/"]
COPY a.py \\
    # a comment between
    ./b/*.py /app/
ADD https://example.org/x.tar /x
COPY --from=packages /opt /opt
copy wheels/torch-* wheel[s]/vision-* /w/
FROM packages
ARG OTHER
COPY $WHAT /y
"""


def folder(tmp_path, dockerfile, **files):
    for name, content in {"m/Dockerfile": dockerfile, **files}.items():
        path = tmp_path / name.replace("__", "/")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content)
    return Build(tmp_path, tmp_path / "m" / "Dockerfile")


def test_a_dockerfile_says_its_bases_sources_and_arguments():
    recipe = read_dockerfile(EVERYTHING)
    assert recipe.bases == ("nodegraph/base-torch:1", "python:3.11-slim")
    assert recipe.sources == ("kit dir", "a.py", "b/*.py", "wheels/torch-*", "wheels/vision-*", ".")
    assert recipe.arguments == ("TAG", "OTHER")
    assert recipe.wheels == ("torch-*", "vision-*")


@pytest.mark.parametrize("text", ["", "FROM", 'COPY "unclosed /x', "COPY [1, 2", "FROM a AS", "\\", "COPY\n\nRUN"])
def test_nonsense_in_a_dockerfile_is_left_to_the_engine(text):
    read_dockerfile(text)


def test_the_fingerprint_covers_what_the_dockerfile_takes_and_nothing_else(tmp_path):
    build = folder(tmp_path, "FROM x\nCOPY m/*.py kit /app/\n", m__a="", kit__deep__b="1", other="1")
    (tmp_path / "m" / "a.py").write_text("1")
    seen = [fingerprint(build)]

    def changed(name, content):
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(content)
        seen.append(fingerprint(build))
        return seen[-1] != seen[-2]

    assert not changed("other", "2")
    assert not changed("m/README.md", "2")
    assert not changed("kit/__pycache__/b.pyc", "2")
    assert changed("m/a.py", "2")
    assert changed("kit/deep/b", "2")
    assert changed("m/c.py", "")
    assert changed("m/Dockerfile", "FROM y\nCOPY m/*.py kit /app/\n")


def test_two_stars_are_one_as_for_the_engine(tmp_path):
    build = folder(tmp_path, "FROM x\nCOPY m/**.py /\n")
    server = tmp_path / "m" / "server.py"
    server.write_text("one")
    before = fingerprint(build)
    server.write_text("two")
    assert fingerprint(build) != before


@pytest.mark.parametrize("source", ["x" * 5000, "[" * 100_000, '["\\u0000", "/"]'])
def test_what_no_file_can_be_called_is_left_to_the_engine(tmp_path, source):
    assert fingerprint(folder(tmp_path, f"FROM x\nCOPY {source} /y\n"))


def test_wheels_of_this_machine_are_no_part_of_the_fingerprint(tmp_path):
    build = folder(tmp_path, "FROM x\nCOPY wheels/torch-* /w/\n")
    before = fingerprint(build)
    (tmp_path / "wheels").mkdir()
    (tmp_path / "wheels" / "torch-1.whl").write_text("x")
    assert fingerprint(build) == before


def test_a_folder_of_the_context_is_a_base_and_other_images_are_not(tmp_path):
    build = folder(
        tmp_path, "FROM nodegraph/low:3\nFROM python:3\nFROM nodegraph/absent\n", low__Dockerfile="FROM nodegraph/deep"
    )
    folder(tmp_path, build.dockerfile.read_text(), deep__Dockerfile="FROM scratch")
    (base,) = bases_of(build)
    assert (base.image, base.build.dockerfile) == ("nodegraph/low:3", tmp_path / "low" / "Dockerfile")
    assert [one.image for one in base.bases] == ["nodegraph/deep"]


def test_a_base_that_the_folder_lacks_is_one_of_the_shipped_ones(tmp_path):
    (base,) = bases_of(folder(tmp_path, "FROM nodegraph/base-torch:1\n"))
    assert base.build.context.name == "models"
    assert base.build.context != tmp_path


def test_images_built_upon_each_other_are_a_sentence(tmp_path):
    build = folder(
        tmp_path, "FROM nodegraph/a:1\n", a__Dockerfile="FROM nodegraph/b:1", b__Dockerfile="FROM nodegraph/a:1"
    )
    with pytest.raises(ModelError, match=r"nodegraph/a:1 → nodegraph/b:1 → nodegraph/a:1"):
        bases_of(build)


def test_wheels_are_found_where_pip_looks_and_where_we_are_told(tmp_path, monkeypatch):
    for name in ("ours/torch-2.whl", "pips/torch-1.whl", "pips/torch-2.whl", "pips/numpy-1.whl", "pips/torch-1.tar.gz"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(name)
    monkeypatch.setenv("NODEGRAPH_WHEELS", str(tmp_path / "ours"))
    monkeypatch.setenv("PIP_FIND_LINKS", f"https://example.org/w file://{tmp_path}/pips {tmp_path}/gone")
    found = local_wheels(("torch-*",))
    assert {name: path.parent.name for name, path in found.items()} == {
        "wheels/torch-1.whl": "pips",
        "wheels/torch-2.whl": "ours",
    }
    assert local_wheels(()) == {}
    monkeypatch.delenv("NODEGRAPH_WHEELS")
    monkeypatch.delenv("PIP_FIND_LINKS")
    assert local_wheels(("torch-*",)) == {}


def test_the_archive_has_every_file_with_its_content_and_mode(tmp_path):
    long = "a" * 90 + "/" + "b" * 90 + ".txt"
    (tmp_path / long).parent.mkdir()
    (tmp_path / long).write_bytes(b"x" * 1000)
    (tmp_path / "ü.sh").write_bytes(bytes(range(256)) * 8192)
    (tmp_path / "ü.sh").chmod(0o755)
    (tmp_path / "link").symlink_to("ü.sh")
    names = {one: tmp_path / one for one in ("a" * 90, long, "ü.sh", "link")}
    with tarfile.open(fileobj=io.BytesIO(b"".join(stream_tar(names)))) as archive:
        members = {member.name: member for member in archive}
        assert list(members) == list(names)
        assert members["a" * 90].isdir()
        assert archive.extractfile(long).read() == b"x" * 1000
        assert archive.extractfile("ü.sh").read() == bytes(range(256)) * 8192
        assert members["ü.sh"].mode == 0o755
        assert (members["ü.sh"].uid, members["ü.sh"].uname) == (0, "")
        assert members["link"].linkname == "ü.sh"


def test_a_file_that_gets_shorter_while_it_is_sent_is_an_error_and_not_a_broken_archive(tmp_path):
    (tmp_path / "x").write_bytes(b"1" * 100)
    pieces = stream_tar({"x": tmp_path / "x"})
    next(pieces)
    (tmp_path / "x").write_bytes(b"1" * 50)
    with pytest.raises(OSError, match="shorter"):
        list(pieces)


def test_what_leads_out_of_the_folder_is_neither_read_nor_followed(tmp_path):
    (tmp_path / "outside").mkdir()
    (tmp_path / "outside" / "large.txt").write_text("1")
    build = folder(tmp_path / "in", "FROM a\nCOPY ../outside there.txt link /x\n")
    (tmp_path / "in" / "there.txt").write_text("here")
    (tmp_path / "in" / "link").symlink_to(tmp_path / "outside")
    before = fingerprint(build)
    (tmp_path / "outside" / "large.txt").write_text("2")
    assert fingerprint(build) == before
    (tmp_path / "in" / "link").unlink()
    (tmp_path / "in" / "link").symlink_to("there.txt")
    assert fingerprint(build) != before, "the link is what is sent"
