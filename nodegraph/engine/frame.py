"""A frame on its way through a domain: values by step, and what is still to be done."""

import threading
from typing import Any, Final

from nodegraph.core.node import Stamp
from nodegraph.engine.plan import Domain


class _NotYet:
    """Nothing has come yet; a node that needs it is bypassed."""

    def __repr__(self) -> str:
        return "NOT_YET"


NOT_YET: Final[Any] = _NotYet()


class Abandoned(Exception):
    """A frame goes no further: a failure has ended the run, or its node has been closed for good."""


class Frame:
    """One frame of one domain. `epoch` names the plan it belongs to: frames of an older plan are let go.

    seq counts admitted frames of the domain without gaps. ages are the capture times of the
    oldest stream value that went into each step's value.
    """

    __slots__ = ("ages", "captured", "domain", "epoch", "left", "lock", "seq", "stamp", "uses", "values", "waits")

    def __init__(self, domain: Domain, template: "Template", epoch: int, seq: int, stamp: Stamp, head: Any) -> None:
        self.domain = domain
        self.epoch = epoch
        self.seq = seq
        self.stamp = stamp
        self.captured = stamp.captured
        self.ages: list[float] = [stamp.captured] * template.size
        self.values: list[Any] = [None] * template.size
        self.values[0] = head
        self.waits = template.waits.copy()
        self.uses = template.uses.copy()
        self.left = template.size - 1
        self.lock = threading.Lock()


class Template:
    """What every new frame of a domain starts from."""

    __slots__ = ("size", "uses", "waits")

    def __init__(self, domain: Domain) -> None:
        self.size = len(domain.steps) + 1
        self.waits = [1, *(step.waits for step in domain.steps)]
        self.uses = [domain.head_uses, *(step.uses for step in domain.steps)]
