"""Plain data and vectors: pick values out, put them together."""

from typing import Any, Literal, NamedTuple

import numpy as np

from nodegraph.sdk import (
    AnyValue,
    Detections,
    Filter,
    Integer,
    Json,
    Keypoints,
    NodeError,
    Number,
    Text,
    Vector,
    param,
    plain,
)
from nodes.control._formatting import as_text
from nodes.control._json_path import PathMissing, selected


class Selected(NamedTuple):
    """One value in three forms."""

    value: Json
    text: Text
    number: Number


class SelectJson(
    Filter,
    id="control.select_json",
    category="Control/Data",
    title="Select from JSON",
    keywords=("path", "field", "key"),
):
    """Pick a value out of JSON by a path like people[0].name, as data, as text and as a number.

    Steps are separated by points, indices stand in brackets and count from 0, [-1] is the last, ["odd key"] takes any
    key, the empty path takes everything. What is no number gives 0 at `number`.
    """

    path: str = param("", "Where the value is, such as people[0].name.")
    missing: Literal["fail", "default", "nothing"] = param("fail", "What happens when there is no such value.")
    default: Any = param(None, "Given when the value is missing and the choice is default.")

    def process(self, data: Json) -> Selected | None:
        try:
            value = selected(data, self.path)
        except PathMissing:
            if self.missing == "fail":
                raise
            if self.missing == "nothing":
                return None
            value = self.default
        return Selected(value, as_text(value), _number(value))


def _number(value: Any) -> float:
    try:
        number = float(value)
    except (TypeError, ValueError, OverflowError):
        return 0.0
    return number if np.isfinite(number) else 0.0


class MakeJson(
    Filter,
    id="control.make_json",
    category="Control/Data",
    title="Make JSON",
    keywords=("object", "combine", "pack", "record", "row"),
):
    """Put values together to a JSON object, such as a row for sink.csv.

    `names` are the keys of a to h in this order, separated by commas; an input without a name has its letter. A named
    key is always there, null where no value came; one without a name only with a value. Values look as in
    sink.json_lines.
    """

    names: str = param("", "Keys of a, b, c and so on, such as: name, width, height.")

    def process(
        self,
        a: AnyValue | None = None,
        b: AnyValue | None = None,
        c: AnyValue | None = None,
        d: AnyValue | None = None,
        e: AnyValue | None = None,
        f: AnyValue | None = None,
        g: AnyValue | None = None,
        h: AnyValue | None = None,
    ) -> Json:
        values = (a, b, c, d, e, f, g, h)
        given = [name.strip() for name in self.names.split(",")]
        keys = _keys(given, len(values))
        made = zip(keys, values, strict=True)
        return {key: plain(value) for key, value in made if value is not None or key in given}


def _keys(given: list[str], count: int) -> list[str]:
    """A key for each of `count` inputs. Raises NodeError for too many and for two alike."""
    if len(given) > count:
        raise NodeError(f"{len(given)} names are given for {count} inputs.", "Leave some out.")
    keys = [given[at] if at < len(given) and given[at] else "abcdefgh"[at] for at in range(count)]
    twice = next((key for key in keys if keys.count(key) > 1), None)
    if twice is not None:
        raise NodeError(f"Two inputs are called {twice!r}.", "Give each its own name.")
    return keys


class VectorElement(Filter, id="control.vector_element", category="Control/Data", keywords=("index", "component")):
    """Give one number of a vector."""

    index: int = param(0, "Which one, from 0; -1 is the last.", ge=-100000, le=100000, step=1)

    def process(self, vector: Vector) -> Number:
        if not -len(vector) <= self.index < len(vector):
            raise NodeError(f"There is no number {self.index} in a vector of {len(vector)}.", "Indices count from 0.")
        return float(vector[self.index])


class MakeVector(Filter, id="control.make_vector", category="Control/Data", keywords=("combine", "pack")):
    """Put numbers together to a vector; unconnected inputs are left out."""

    def process(self, a: Number, b: Number | None = None, c: Number | None = None, d: Number | None = None) -> Vector:
        return np.array([part for part in (a, b, c, d) if part is not None], np.float32)


class VectorLength(Filter, id="control.vector_length", category="Control/Data", keywords=("size", "norm")):
    """Give how many numbers a vector has."""

    def process(self, vector: Vector) -> Integer:
        return len(vector)


class DetectionsToJson(Filter, id="control.detections_to_json", category="Data/Detections"):
    """Give detections as JSON: a list of objects with label, score and box (left, top, right, bottom, 0..1)."""

    def process(self, detections: Detections) -> Json:
        return plain(detections)


class Place(NamedTuple):
    """One point, 0..1."""

    x: Number
    y: Number
    score: Number


class SelectKeypoint(
    Filter, id="control.select_keypoint", category="Data/Keypoints", keywords=("pose", "hand", "nose")
):
    """Give the place (0..1) and score of one named point; zeros when it is missing."""

    name: str = param("", "The point's name, such as nose; or its number.")
    person: int = param(0, "Which person or object, from 0.", ge=0, le=1000, step=1)

    def process(self, keypoints: Keypoints) -> Place:
        index = self._index(keypoints)
        if self.person >= len(keypoints):
            return Place(0.0, 0.0, 0.0)
        x, y, score = (float(part) for part in keypoints.points[self.person, index])
        return Place(x, y, score) if np.isfinite((x, y, score)).all() else Place(0.0, 0.0, 0.0)

    def _index(self, keypoints: Keypoints) -> int:
        wanted, names = self.name.strip(), [name.casefold() for name in keypoints.names]
        if wanted.casefold() in names:
            return names.index(wanted.casefold())
        number = int(wanted) if wanted.isdecimal() else 0 if not wanted else -1
        if not 0 <= number < keypoints.points.shape[1]:
            known = ", ".join(keypoints.names[:20]) or f"0 to {keypoints.points.shape[1] - 1}"
            raise NodeError(f"There is no point {wanted!r}.", f"Use one of {known}.")
        return number
