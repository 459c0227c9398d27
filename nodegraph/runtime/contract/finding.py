"""What a check of a model's server found."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

Status = Literal["ok", "failed", "warning", "skipped"]


@dataclass(frozen=True)
class Finding:
    """One thing that was tried. detail: what came of it; hint: what to do about it, "" for nothing."""

    check: str
    status: Status
    detail: str = ""
    hint: str = ""


@dataclass(frozen=True)
class Report:
    """Everything that was found out about one server.

    place: where it ran (``process``, ``container``, or its URL). figures: seconds (``first``, ``median``, ``p95``),
    ``calls``, and bytes (``memory``, ``growth``) as far as they were measured.
    """

    model: str
    place: str
    findings: tuple[Finding, ...]
    figures: Mapping[str, float] = field(default_factory=dict)

    @property
    def good(self) -> bool:
        """Whether nothing failed."""
        return all(one.status != "failed" for one in self.findings)
