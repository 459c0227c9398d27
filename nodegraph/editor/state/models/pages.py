"""The page of one model, as a dialog."""

from dataclasses import dataclass


@dataclass(frozen=True)
class ModelPage:
    """Everything about a model: its description, licence, state and log."""

    id: str
