"""Benchmarks: they print figures and never assert. A module here has `run() -> list[Result]`."""

from typing import NotRequired, TypedDict


class Result(TypedDict):
    """One figure: `target` as text like ``>= 0.97`` or ``<= 15``; `spread` in the same unit, as text."""

    name: str
    value: float
    target: str
    unit: str
    spread: NotRequired[str]
    note: NotRequired[str]
