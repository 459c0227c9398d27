"""Pictures of a size that is asked for again and again are worked on by OpenVINO: two to four times as fast as
torch in float32.

Nobody waits for it. torch answers until the network was converted (in a process of its own), was found to say the same
of a real picture, and is loaded. What was converted is kept in $NODEGRAPH_CACHE, if there is one, and used from the
next start on. ``NODEGRAPH_OPENVINO=off`` leaves everything to torch.
"""

import logging
import os
import threading
import time
from collections import Counter, OrderedDict
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from nodegraph_kit.cores import cores
from numpy.typing import NDArray

from torch_kit.conversion import Conversion
from torch_kit.store import Store

if TYPE_CHECKING:  # takes a third of a second, and is not used on a graphics processor
    from torch_kit.compiled import Compiled

log = logging.getLogger("torch_kit")
Shape = tuple[int, ...]
Outputs = dict[str, NDArray[np.float32]]
OFTEN: Final = 3
"""A size that is asked for so many times is worth a conversion; a folder of photographs has hundreds of sizes."""
READY: Final = 3
"""Sizes that are held in memory, each with the network's weights once more."""
ENOUGH: Final = 6
"""Conversions while a server lives: who asks for ever other sizes is not helped by more of them."""


class Faster:
    """A checkpoint's networks, one for each size of picture. `ask` from one thread at a time."""

    def __init__(self, wanted: Conversion, store: Store) -> None:
        from torch_kit.compiled import processor

        self._wanted = wanted
        self._store = store
        self._identity = wanted.identity(processor())
        self._ready: OrderedDict[Shape, Compiled] = OrderedDict()
        self._asked: Counter[Shape] = Counter()
        self._left: set[Shape] = set()  # sizes that stay with torch
        self._converted = 0
        self._busy = threading.Lock()  # held while a network is made ready

    @classmethod
    def of(cls, wanted: Conversion) -> "Faster | None":
        """With the cache of this server; None when OpenVINO is switched off, or does not work on this processor.

        `wanted.precision` ``bf16`` is a permission.
        """
        if os.environ.get("NODEGRAPH_OPENVINO", "").lower() == "off":
            return None
        try:
            return cls._with_cache(wanted)
        except (ImportError, OSError, RuntimeError) as error:
            log.warning("OpenVINO does not work here (%s); torch answers", error)
            return None

    @classmethod
    def _with_cache(cls, wanted: Conversion) -> "Faster":
        from torch_kit.compiled import precision

        exact = os.environ.get("NODEGRAPH_PRECISION") == "float32"
        cache = os.environ.get("NODEGRAPH_CACHE")
        wanted = replace(wanted, precision=precision(wanted.precision == "bf16" and not exact))
        return cls(wanted, Store(Path(cache) if cache else None))

    def recall(self) -> bool:
        """Load what was used last, if something is kept; whether it is ready now."""
        names = (name for name in self._store.names() if name.startswith(f"{self._identity}-"))
        for name in names:
            shape = tuple(int(size) for size in name.rpartition("-")[2].split("x"))
            if self._load(shape):
                return True
        return False

    def ask(self, inputs: Mapping[str, Any]) -> Outputs | None:
        """The outputs for prepared `inputs` (tensors by name), None while, or when, torch has to answer."""
        if set(inputs) != {"pixel_values"}:
            return None
        picture = inputs["pixel_values"]
        shape = tuple(picture.shape[1:])
        compiled = self._ready.pop(shape, None)
        if compiled is not None:
            self._ready[shape] = compiled  # the one used last goes last
            return self._answer(compiled, shape, picture.numpy())
        if shape not in self._left and len(picture):
            self._want(shape, picture[:1])
        return None

    def _answer(self, compiled: "Compiled", shape: Shape, picture: NDArray[np.float32]) -> Outputs | None:
        try:
            return compiled({"pixel_values": picture})
        except RuntimeError as error:
            self._ready.pop(shape, None)
            self._leave(shape, str(error))
            return None

    def _want(self, shape: Shape, picture: Any) -> None:
        self._asked[shape] += 1
        if self._asked[shape] < OFTEN or not self._busy.acquire(blocking=False):
            return
        self._asked.clear()
        pictured = picture.float().numpy().copy()
        threading.Thread(target=self._prepare, args=(shape, pictured), name="converting", daemon=True).start()

    def _prepare(self, shape: Shape, picture: NDArray[np.float32]) -> None:
        """Have the network for `shape`, kept or converted; what goes wrong leaves that size to torch."""
        try:
            with self._store.turn() as ours:
                if not self._load(shape) and ours and shape not in self._left:
                    self._convert(shape, picture)
        except Exception as error:  # no thread dies quietly, and torch goes on answering
            log.warning("pictures of %s stay with torch: %s", _shown(shape), " ".join(str(error).split())[:300])
            self._left.add(shape)
        finally:
            self._busy.release()

    def _load(self, shape: Shape) -> bool:
        """Use what is kept for `shape`; False without it, and when it was found to be no good."""
        name, begun = self._name(shape), time.monotonic()
        note, folder = self._store.find(name), self._store.folder(name)
        if note is None or folder is None:
            return False
        if note["wrong"]:
            self._leave(shape, note["wrong"])
            return False
        try:
            self._use(shape, folder)
        except RuntimeError as error:
            log.warning("what was kept as %s cannot be used and is made anew: %s", name, error)
            self._store.drop(name)
            return False
        log.info("%s: kept from before, loaded in %.1f s; OpenVINO answers", _shown(shape), time.monotonic() - begun)
        return True

    def _convert(self, shape: Shape, picture: NDArray[np.float32]) -> None:
        if self._converted == ENOUGH:
            raise RuntimeError(f"{ENOUGH} other sizes were converted since the start, which is enough.")
        self._converted += 1
        size = sum(path.stat().st_size for path in Path(self._wanted.folder).glob("*.safetensors"))
        log.info("%s: converting for OpenVINO, torch answers meanwhile", _shown(shape))
        begun = time.monotonic()
        with self._store.making(size) as folder:
            found = self._wanted.done(folder, picture)
            kept = self._store.keep(folder, self._name(shape), found)
            if found["wrong"]:
                self._leave(shape, found["wrong"])
                return
            self._use(shape, kept)
        said = "%s: converted in %.0f s; OpenVINO answers, with %.0f ms of a core for a picture instead of %.0f"
        log.info(said, _shown(shape), time.monotonic() - begun, found["openvino"], found["torch"])

    def _leave(self, shape: Shape, why: str) -> None:
        log.warning("%s: OpenVINO is not as good (%s); torch answers", _shown(shape), " ".join(why.split())[:300])
        self._left.add(shape)

    def _use(self, shape: Shape, folder: Path) -> None:
        from torch_kit.compiled import Compiled

        compiled = Compiled(folder, self._wanted.precision, cores())
        compiled({"pixel_values": np.zeros((1, *shape), np.float32)})  # the first run takes longer
        self._ready[shape] = compiled
        while len(self._ready) > READY:
            self._ready.popitem(last=False)

    def _name(self, shape: Shape) -> str:
        return f"{self._identity}-{'x'.join(map(str, shape))}"


def _shown(shape: Shape) -> str:
    """A picture's size as people say it: width × height."""
    return f"{shape[-1]} × {shape[-2]}"
