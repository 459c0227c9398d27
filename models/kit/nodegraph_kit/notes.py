"""What a model has to say about how it runs here, such as on which device; shown on its node and in its state."""

_said: dict[str, None] = {}


def note(sentence: str) -> None:
    """Tell the person something that is no error. Call it while the model loads; the same is said only once."""
    _said[sentence] = None


def notes() -> str:
    """Everything that was told."""
    return " ".join(_said)
