"""Previews: made on another thread, shown when fit to be, textures lent and given back."""

from collections.abc import Iterator
from typing import Any

import dearpygui.dearpygui as dpg
import numpy as np
import pytest

from nodegraph.editor.views.previews import AGE, PreviewPump
from nodegraph.editor.views.pumping import Pump, Wanted
from nodegraph.editor.views.textures import SIZES, Pool, size_for
from nodegraph.testing import sample
from tests.editor.state.running.support import until

SMALL = (160, 90)


class Values:
    """What runs, as a test wants it."""

    def __init__(self) -> None:
        self.now: dict[str, Any] = {}

    def latest(self, node: str, output: str | None) -> Any:
        return self.now.get(node)


@pytest.fixture
def context() -> Iterator[None]:
    dpg.create_context()
    yield
    dpg.destroy_context()


@pytest.fixture
def values() -> Values:
    return Values()


def want(*nodes: str, size: tuple[int, int] = SMALL, types: tuple[str, ...] = ("image",)) -> dict[str, Wanted]:
    return {node: Wanted(node, None, types, *size) for node in nodes}


def test_only_what_changed_is_converted(values: Values) -> None:
    values.now = {"a": sample("image"), "b": sample("image")}
    pump = Pump(values.latest)
    pump.want(want("a", "b"))
    seen: dict[Any, Any] = {}
    until(lambda: seen.update(pump.take()) or len(seen) == 2)
    values.now["a"] = sample("mask")
    until(lambda: pump._seen["a"].value is values.now["a"] and pump._finished)
    taken = pump.take()
    assert set(taken) == {"a"}
    assert taken["a"].pixels.shape == (90, 160, 3)
    pump.close()


def test_what_cannot_be_seen_comes_as_lines(values: Values) -> None:
    values.now = {"n": 0.25}
    pump = Pump(values.latest)
    pump.want(want("n", types=("number",)))
    taken: dict[Any, Any] = {}
    until(lambda: taken.update(pump.take()) or taken)
    assert (taken["n"].pixels, taken["n"].lines) == (None, ("0.25",))
    pump.close()


def test_arrays_are_used_again(values: Values) -> None:
    values.now = {"a": sample("image")}
    pump = Pump(values.latest)
    pump.want(want("a"))
    taken: dict[Any, Any] = {}
    until(lambda: taken.update(pump.take()) or taken)
    first = taken["a"].pixels
    pump.give_back(first)
    taken.clear()
    values.now = {"a": sample("image")}
    until(lambda: taken.update(pump.take()) or taken)
    assert taken["a"].pixels is first
    pump.close()


def test_a_value_that_is_gone_is_let_go_of(values: Values) -> None:
    values.now = {"a": sample("image")}
    pump = Pump(values.latest)
    pump.want(want("a"))
    until(lambda: "a" in pump._seen)
    values.now = {}
    until(lambda: not isinstance(pump._seen["a"].value, np.ndarray))
    pump.want({})
    until(lambda: not pump._seen)
    pump.close()


def test_a_mistake_in_one_value_does_not_end_the_thread(values: Values, monkeypatch: pytest.MonkeyPatch) -> None:
    pump = Pump(values.latest)
    with monkeypatch.context() as patch:
        patch.setattr("nodegraph.editor.views.pumping.thumbnail", lambda *_: 1 / 0)
        values.now = {"a": sample("image")}
        pump.want(want("a"))
        until(lambda: "a" in pump._seen)
    values.now = {"a": sample("image")}
    until(pump.take)
    pump.close()


def test_the_pool_lends_the_same_textures_again(context: None) -> None:
    pool = Pool()
    lent = [pool.borrow(SMALL) for _ in range(SIZES[SMALL] + 1)]
    assert lent[-1] is None
    assert len(set(lent)) == len(lent)
    assert lent[0] is not None
    pool.give_back(lent[0])
    assert pool.borrow(SMALL) == lent[0]
    assert pool.borrow((320, 180)) is not None


def test_an_upload_returns_the_array_that_was_shown_and_refuses_another_size(context: None) -> None:
    pool = Pool()
    tag = pool.borrow(SMALL)
    assert tag is not None
    first = np.ones((90, 160, 3), np.float32)
    pool.upload(tag, first)
    assert pool.upload(tag, first.copy()) is first
    with pytest.raises(ValueError, match="given"):
        pool.upload(tag, np.ones((9, 16, 3), np.float32))


def test_the_smallest_size_that_fills_the_place_is_taken() -> None:
    assert [size_for(pixels) for pixels in (20, 160, 200, 230, 400)] == [
        (160, 90),
        (160, 90),
        (192, 108),
        (320, 180),
        (320, 180),
    ]


def frames(previews: PreviewPump, wanted: Any, until_true: Any) -> None:
    def step() -> bool:
        previews.watch(wanted)
        return bool(until_true())

    until(step)


def test_a_texture_is_drawn_when_it_is_fit_to_be(context: None, values: Values) -> None:
    values.now = {"a": sample("image")}
    previews = PreviewPump(values.latest)
    wanted = {"a": ("a", None, ("image",), *SMALL)}
    frames(previews, wanted, lambda: "a" in previews._shown)
    assert previews.texture("a") is None
    assert previews.pixels("a").shape == (90, 160, 3), "it has its picture, and is not drawn yet"
    assert previews.pixels("b") is None
    for _ in range(AGE):
        previews.watch(wanted)
    texture = previews.texture("a")
    assert texture is not None
    assert previews.lines("a") == []
    values.now = {}
    previews.watch(wanted)
    assert previews.texture("a") == texture
    previews.watch({})
    assert previews.texture("a") is None
    previews.close()


def test_another_size_shows_the_old_picture_until_the_new_one_is_fit(context: None, values: Values) -> None:
    values.now = {"a": sample("image")}
    previews = PreviewPump(values.latest)
    small, large = ({"a": ("a", None, ("image",), *size)} for size in (SMALL, (320, 180)))
    frames(previews, small, lambda: previews.texture("a") is not None)
    first = previews.texture("a")
    frames(previews, large, lambda: previews._shown["a"].size == (320, 180))
    assert previews.texture("a") == first
    frames(previews, large, lambda: previews.texture("a") != first)
    frames(previews, small, lambda: previews.texture("a") == first)
    previews.close()


def test_text_comes_as_lines_and_forgetting_takes_all_away(context: None, values: Values) -> None:
    values.now = {"n": 3, "a": sample("image")}
    previews = PreviewPump(values.latest)
    wanted = {"n": ("n", None, ("integer",), *SMALL), "a": ("a", None, ("image",), *SMALL)}
    frames(previews, wanted, lambda: previews.lines("n") and previews.texture("a"))
    assert previews.lines("n") == ["3"]
    values.now = {}
    previews.forget()
    assert previews.lines("n") == []
    assert previews.texture("a") is None
    previews.close()


def test_another_background_makes_pictures_anew(context: None, values: Values) -> None:
    values.now = {"a": sample("image", 40, 90)}
    previews = PreviewPump(values.latest)
    wanted = {"a": ("a", None, ("image",), *SMALL)}
    frames(previews, wanted, lambda: previews.texture("a"))
    pool = previews._pool
    assert pool is not None
    previews.set_background((255, 0, 0, 255))
    tag = previews.texture("a")
    assert tag is not None
    frames(previews, wanted, lambda: pool._arrays[tag][0, 0].tolist() == [1.0, 0.0, 0.0])
    previews.close()
