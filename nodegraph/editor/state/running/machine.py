"""How busy this computer is with us: processor, memory, graphics card. Asked from one background thread."""

import shutil
import subprocess
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    import psutil

EVERY: Final = 2.0
"""Seconds between two looks at the graphics card and at which processes are ours: both cost milliseconds."""

_GPU: Final = ("--query-gpu=utilization.gpu,memory.used,memory.total", "--format=csv,noheader,nounits")


@dataclass(frozen=True)
class MachineFigures:
    """cpu: per cent of all cores; memory: resident megabytes; both of this program and the processes it started.

    gpu: a short text about the first graphics card, "" without one.
    """

    cpu: float = 0.0
    memory: float = 0.0
    gpu: str = ""


class Machine:
    """Asks psutil and, where there is one, nvidia-smi. Used by one thread; never waits for either."""

    def __init__(self) -> None:
        self._ours: dict[int, psutil.Process] = {}
        self._looked = float("-inf")
        self._gpu = ""
        self._asking: subprocess.Popen[str] | None = None
        self._smi = shutil.which("nvidia-smi")

    def read(self) -> MachineFigures:
        """The figures now; processor figures are since the last call."""
        import psutil

        if time.monotonic() - self._looked >= EVERY:
            self._looked = time.monotonic()
            self._find_ours()
            self._ask_gpu()
        self._hear_gpu()
        cpu = memory = 0.0
        for process in list(self._ours.values()):
            try:
                cpu += process.cpu_percent(None)
                memory += process.memory_info().rss / 1e6
            except psutil.Error:  # it has ended
                self._ours.pop(process.pid, None)
        return MachineFigures(cpu / (psutil.cpu_count() or 1), memory, self._gpu)

    def close(self) -> None:
        """End what is being asked."""
        if self._asking is not None:
            self._asking.kill()
            self._asking.communicate()
            self._asking = None

    def _find_ours(self) -> None:
        import psutil

        try:
            me = psutil.Process()
            found = {one.pid: one for one in (me, *me.children(recursive=True))}
        except psutil.Error:
            return
        self._ours = {pid: self._ours.get(pid, one) for pid, one in found.items()}

    def _ask_gpu(self) -> None:
        if self._smi is None or self._asking is not None:
            return
        try:
            self._asking = subprocess.Popen(
                [self._smi, *_GPU], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
            )
        except OSError:
            self._smi = None

    def _hear_gpu(self) -> None:
        if self._asking is None or self._asking.poll() is None:
            return
        answer, _ = self._asking.communicate()
        self._gpu = gpu_text(answer) if self._asking.returncode == 0 else ""
        self._asking = None


def gpu_text(answer: str) -> str:
    """``43, 3100, 24564`` as ``43 % · 3.1 of 24.6 GB``; "" for an answer without figures."""
    parts = [part.strip() for part in answer.partition("\n")[0].split(",")]
    try:
        busy, used, total = (float(part) for part in parts)
    except ValueError:
        return ""
    return f"{busy:.0f} % · {used / 1000:.1f} of {total / 1000:.1f} GB"
