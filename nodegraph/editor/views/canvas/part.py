"""What a popup of the canvas needs to know of its content."""

from collections.abc import Callable


class Part:
    """field: what gets the focus, 0 for none. take: takes what was typed; whether that can be. lines: its height."""

    def __init__(self, field: int | str = 0, take: Callable[[], bool] = lambda: True, lines: int = 1) -> None:
        self.field, self.take, self.lines = field, take, lines
        self.problem: int | str = 0
