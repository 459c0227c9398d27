"""Routing of pictures: switch and gate."""

from nodegraph.sdk import Boolean, Filter, Image, Integer, param


class Switch(Filter, id="filter.switch", category="Filter/Route", keywords=("select", "choose", "cut")):
    """Let one of several images through; an input that is not connected counts as nothing and gives no picture."""

    index: int = param(0, "Which input, from 0; larger numbers begin again at the first.", ge=0, le=9999, step=1)

    def process(
        self,
        image0: Image | None = None,
        image1: Image | None = None,
        image2: Image | None = None,
        image3: Image | None = None,
        image4: Image | None = None,
        image5: Image | None = None,
        number: Integer | None = None,
    ) -> Image | None:
        images = (image0, image1, image2, image3, image4, image5)
        return images[(self.index if number is None else number) % len(images)]


class Gate(Filter, id="filter.gate", category="Filter/Route", keywords=("block", "mute")):
    """Let images through while the gate is open, and nothing while it is closed."""

    open_gate: bool = param(True, "The gate's state while nothing is connected.")
    invert: bool = param(False, "Open when the input is false.")

    def process(self, image: Image, gate: Boolean | None = None) -> Image | None:
        is_open = self.open_gate if gate is None else gate
        return image if is_open != self.invert else None
