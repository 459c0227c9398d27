"""The one exception of the kit: a request that is answered with a sentence."""

from typing import Final, Literal

Kind = Literal["request", "too_large", "loading", "failed", "busy", "model"]

STATUS: Final[dict[Kind, int]] = {
    "request": 400,
    "too_large": 413,
    "loading": 503,
    "failed": 503,
    "busy": 503,
    "model": 500,
}
"""The HTTP status that goes with each kind of refusal."""


class Refusal(Exception):
    """What a client is told instead of a result. Model authors raise it too: ``raise Refusal("No face in sight.")``.

    kind: `request` (the request is wrong), `too_large`, `loading` (not ready yet), `failed` (it never will be),
    `busy` (too many clients) or `model` (the model itself failed).
    """

    def __init__(self, message: str, kind: Kind = "request") -> None:
        super().__init__(message)
        self.message = message
        self.kind: Kind = kind

    def to_json(self) -> dict[str, str]:
        """What travels: ``{"kind": ..., "message": ...}``."""
        return {"kind": self.kind, "message": self.message}
