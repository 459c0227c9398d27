"""The second image of a model, for a GPU: what it is called, and what it is built upon."""

from dataclasses import replace

import pytest

from nodegraph.runtime.entry import Build
from nodegraph.runtime.images.bases import bases_of
from nodegraph.runtime.images.dockerfile import read_dockerfile
from nodegraph.runtime.images.sources import fingerprint
from nodegraph.runtime.images.variant import for_device, gpu_variant, images_of
from nodegraph.runtime.launch import Launch


@pytest.fixture
def launch(tmp_path):
    for name, text in {"small": "FROM scratch", "large": "FROM nodegraph/small:1"}.items():
        (tmp_path / name).mkdir()
        (tmp_path / name / "Dockerfile").write_text(text)
    (tmp_path / "Dockerfile").write_text("ARG BASE=nodegraph/small:1\nFROM ${BASE}\nARG BASE\n")
    build = Build(tmp_path, tmp_path / "Dockerfile", gpu={"BASE": "nodegraph/large:1"})
    return Launch("container", "m", "M", image="nodegraph/m:1", build=build)


@pytest.mark.parametrize(
    ("image", "other"),
    [
        ("a/m:1", "a/m:1-gpu"),
        ("m", "m:gpu"),
        ("host:5000/m", "host:5000/m:gpu"),
        ("host:5000/m:2", "host:5000/m:2-gpu"),
    ],
)
def test_the_image_for_a_gpu_has_a_tag_of_its_own(launch, image, other):
    launch = replace(launch, image=image)
    assert gpu_variant(launch).image == other
    assert images_of(launch) == (image, other)
    assert (for_device(launch, True).image, for_device(launch, False)) == (other, launch)


def test_a_model_with_one_image_or_a_pinned_one_has_no_other(launch):
    assert images_of(Launch("container", "m", "M")) == ()
    for one in (
        replace(launch, build=None),
        replace(launch, build=replace(launch.build, gpu={})),
        replace(launch, image_id="sha256:1"),
        replace(launch, image="m@sha256:1"),
        gpu_variant(launch),
    ):
        assert gpu_variant(one) is None
        assert for_device(one, True) is one
        assert images_of(one) == (one.image,)


def test_each_image_is_built_upon_its_own_base_and_has_its_own_fingerprint(launch):
    other = gpu_variant(launch).build
    assert [base.image for base in bases_of(launch.build)] == ["nodegraph/small:1"]
    (large,) = bases_of(other)
    assert (large.image, [base.image for base in large.bases]) == ("nodegraph/large:1", ["nodegraph/small:1"])
    assert fingerprint(other) != fingerprint(launch.build)


def test_an_argument_is_the_entrys_else_the_environments_else_the_files(launch, monkeypatch):
    monkeypatch.setenv("NODEGRAPH_BUILD_BASE", "nodegraph/large:1")
    assert [base.image for base in bases_of(launch.build)] == ["nodegraph/large:1"]
    mine = replace(launch.build, arguments={"BASE": "nodegraph/small:1"})
    assert [base.image for base in bases_of(mine)] == ["nodegraph/small:1"]
    assert read_dockerfile("ARG A\nFROM $A-x AS y\nFROM $B", {"B": "b"}).bases == ("$A-x", "b")
