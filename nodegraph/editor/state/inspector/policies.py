"""The choices every node has, each with a word for its button and a sentence about what it does."""

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True)
class Choice:
    """value: as in the document; word: on the button; about: what it does."""

    value: str
    word: str
    about: str


STATES: Final = (
    Choice("on", "On", "It does its work."),
    Choice("bypass", "Bypass", "What comes in goes out unchanged."),
    Choice("mute", "Mute", "It gives nothing, and what depends on it waits."),
)
FAILURES: Final = (
    Choice("hold", "Hold", "When it fails, its last good result stays."),
    Choice("bypass", "Bypass", "When it fails, its input passes through unchanged."),
    Choice("black", "Black", "When it fails, it gives a black picture, or nothing."),
    Choice("stop", "Stop", "When it fails, the run ends and says why."),
)
SYNCS: Final = (
    Choice("hold", "Newest", "Takes the newest value of each input, so that nothing waits."),
    Choice("match", "Same frame", "Waits until all inputs are of the very same frame."),
)
DIFFERS: Final = "The selected nodes differ."


def about(choices: tuple[Choice, ...], value: str | None) -> str:
    """The sentence of the chosen one."""
    return next((one.about for one in choices if one.value == value), DIFFERS)
