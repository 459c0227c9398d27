"""What a detector of COCO's things gives, and the choice among them."""

from typing import Annotated, NamedTuple

import numpy as np
from nodegraph_kit import Detections, Number, Refusal, coco
from numpy.typing import NDArray

MOST = 300
"""No picture has more things than this; a network of another kind might say so."""


class Things(NamedTuple):
    """The outputs of the detectors."""

    objects: Annotated[Detections, "A box, a name and a score for each thing, surest first."]
    count: Annotated[Number, "How many there are."]  # type: ignore[assignment]  # nobody calls the tuple's method


def chosen(classes: str) -> frozenset[str]:
    """The names in a text such as "person, dog"; empty means all. Raises Refusal for one that COCO has not."""
    names = coco.names_in(classes)
    unknown = sorted(names.difference(coco.NAMES))
    if unknown:
        raise Refusal(f"There is no kind called {', '.join(unknown)}. There are: {', '.join(coco.NAMES)}.")
    return names


def things(boxes: NDArray[np.float32], labels: list[str], scores: NDArray[np.float32], classes: str) -> Things:
    """The outputs, from boxes in fractions 0..1: those whose name is in `classes`, surest first."""
    names = chosen(classes)
    order = [int(i) for i in np.argsort(-scores, kind="stable") if not names or labels[i] in names][:MOST]
    found = Detections.of(boxes[order], [labels[i] for i in order], scores[order])
    return Things(found, float(len(order)))
