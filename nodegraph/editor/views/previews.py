"""Live previews for the canvas: say each frame what is in sight, draw the textures and lines that are there."""

from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from nodegraph.editor.views.pumping import Pump, Wanted
from nodegraph.editor.views.textures import Pool, Size, Tag
from nodegraph.editor.views.thumbnails import Pixels

AGE: Final = 3
"""Frames after an upload from which a texture is fit to be drawn: before, it may show what it showed last."""


@dataclass
class _Shown:
    size: Size
    texture: Tag | None = None
    since: int = 0
    old: Tag | None = None
    """What is drawn until `texture` is fit to be: it had another size."""
    lines: tuple[str, ...] = ()


class PreviewPump:
    """Belongs to the UI thread; thumbnails are made on another. latest: see `Player.latest`."""

    def __init__(self, latest: Callable[[str, str | None], Any]) -> None:
        self._pump = Pump(latest)
        self._pool: Pool | None = None
        self._shown: dict[Hashable, _Shown] = {}
        self._frame = 0

    def watch(self, wanted: Mapping[Hashable, tuple[str, str | None, tuple[str, ...], int, int]]) -> None:
        """Once a frame: (node, output, types, width, height) by key, a size being one of `textures.SIZES`.

        What is no longer wanted gives its texture back; a stopped or skipped node keeps its last picture.
        """
        self._frame += 1
        self._ripen()
        asked = {key: Wanted(*one) for key, one in wanted.items()}
        self._pump.want(asked)
        for key in [key for key in self._shown if key not in asked]:
            self._let_go(key)
        for key, finished in self._pump.take().items():
            one = asked.get(key)
            if one != finished.wanted:
                continue
            if finished.pixels is None:
                self._let_go(key)
                self._shown[key] = _Shown((one.width, one.height), lines=finished.lines)
            elif (shown := self._with_texture(key, (one.width, one.height))) is not None and shown.texture is not None:
                assert self._pool is not None
                self._pump.give_back(self._pool.upload(shown.texture, finished.pixels))

    def texture(self, key: Hashable) -> Tag | None:
        """What to draw, or None while there is nothing yet."""
        shown = self._shown.get(key)
        if shown is None:
            return None
        return shown.texture if self._frame - shown.since >= AGE else shown.old

    def pixels(self, key: Hashable) -> Pixels | None:
        """The newest picture that was handed over for drawing, not to be changed; None while there is none."""
        shown = self._shown.get(key)
        if shown is None or shown.texture is None or self._pool is None:
            return None
        return self._pool.pixels(shown.texture)

    def lines(self, key: Hashable) -> list[str]:
        """The value in words, when it is no picture."""
        shown = self._shown.get(key)
        return list(shown.lines) if shown is not None else []

    def set_background(self, color: tuple[int, int, int, int]) -> None:
        """What is around pictures of other proportions: red, green, blue, alpha, 0..255."""
        ground = (color[0] / 255, color[1] / 255, color[2] / 255)
        if ground != self._pump.background:
            self._pump.background = ground
            self._pump.refresh()

    def forget(self) -> None:
        """Another document: nothing of the old one is shown any more."""
        for key in list(self._shown):
            self._let_go(key)
        self._pump.refresh()
        self._pump.take()

    def close(self) -> None:
        """End the thread."""
        self._pump.close()

    def _with_texture(self, key: Hashable, size: Size) -> _Shown | None:
        """The key's entry with a texture of this size; None when there is none to be had."""
        shown = self._shown.get(key)
        if shown is not None and shown.size == size and shown.texture is not None:
            return shown
        self._pool = self._pool or Pool()
        texture = self._pool.borrow(size)
        if texture is None:
            return None
        old = self.texture(key)
        if shown is not None and shown.texture == old:
            shown.texture = None
        elif shown is not None:
            shown.old = None
        self._let_go(key)
        self._shown[key] = made = _Shown(size, texture, self._frame, old)
        return made

    def _ripen(self) -> None:
        for shown in self._shown.values():
            if shown.old is not None and self._frame - shown.since >= AGE:
                self._give_back(shown.old)
                shown.old = None

    def _let_go(self, key: Hashable) -> None:
        shown = self._shown.pop(key, None)
        for texture in (shown.texture, shown.old) if shown is not None else ():
            self._give_back(texture)

    def _give_back(self, texture: Tag | None) -> None:
        if texture is not None and self._pool is not None:
            self._pool.give_back(texture)
