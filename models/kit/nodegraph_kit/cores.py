"""How many processor cores a model may use: its libraries ask the machine, which in a container is the wrong one."""

import math
import os
from pathlib import Path

_V2 = Path("/sys/fs/cgroup/cpu.max")
_V1 = Path("/sys/fs/cgroup/cpu")


def cores() -> int:
    """Cores this process may run on, not more than the container's share of time; at least 1."""
    allowed = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return max(1, math.ceil(min(allowed, _share())))


def _share() -> float:
    """The container's limit in cores (``docker run --cpus``), infinite without one."""
    try:
        if _V2.is_file():
            quota, period = _V2.read_text().split()
        else:
            quota, period = (_V1.joinpath(f"cpu.cfs_{name}_us").read_text().strip() for name in ("quota", "period"))
        return math.inf if quota in ("max", "-1") else int(quota) / int(period)
    except (OSError, ValueError, ZeroDivisionError):
        return math.inf
