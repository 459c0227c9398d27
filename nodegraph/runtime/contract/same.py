"""Whether two answers are the same, to the last bit."""

from collections.abc import Mapping
from typing import Any

import numpy as np


def same(one: Any, other: Any) -> bool:
    """Compare port values of any type by content; NaN is the same as NaN."""
    if isinstance(one, np.ndarray) or isinstance(other, np.ndarray):
        if not isinstance(one, np.ndarray) or not isinstance(other, np.ndarray) or one.dtype != other.dtype:
            return False
        return one.shape == other.shape and one.tobytes() == other.tobytes()
    if isinstance(one, Mapping) and isinstance(other, Mapping):
        return one.keys() == other.keys() and all(same(one[name], other[name]) for name in one)
    if isinstance(one, list | tuple) and isinstance(other, list | tuple):
        return len(one) == len(other) and all(map(same, one, other))
    fields = getattr(one, "__dataclass_fields__", None)
    if fields is not None and type(one) is type(other):
        return all(same(getattr(one, name), getattr(other, name)) for name in fields)
    if isinstance(one, float) and isinstance(other, float) and one != one:
        return other != other
    return bool(one == other)
