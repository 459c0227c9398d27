"""An upscaler of any architecture that spandrel knows, from a .safetensors file, tile by tile."""

from pathlib import Path
from typing import Any

import numpy as np
import torch
from architectures import spandrel
from nodegraph_kit import Image, Refusal, bgr, pictures
from numpy.typing import NDArray
from safetensors import SafetensorError
from tiles import tiles
from torch_kit import Network

MOST = 1 << 26  # pixels of a result: an image of 8K has half as many


class Upscaler:
    """The upscaler in a file. Raises Refusal (kind ``failed``) when it cannot be used."""

    def __init__(self, path: Path) -> None:
        self.net = load(path)
        self.scale = int(self.net.scale)
        self.network = Network(self.net.model)
        grey = np.full((120, 160, 3), 128, np.uint8)
        self.network.warm_up(lambda: self._tile(grey), self.net.supports_bfloat16)

    @torch.inference_mode()
    def enlarge(self, image: Image, factor: float, tile: int, overlap: int) -> Image:
        """`image` (BGR or BGRA) `factor` times larger, or as much as the checkpoint makes it when that is 0."""
        height, width = image.shape[:2]
        wide, high = (max(1, round(side * (factor or self.scale))) for side in (width, height))
        if max(wide * high, width * height * self.scale**2) > MOST:
            raise Refusal(f"{width}×{height} made {self.scale} times larger is more than {MOST >> 20} million pixels.")
        if self.net.tiling == spandrel().ModelTiling.INTERNAL:  # it cuts by itself
            tile = max(width, height)
        result = self._tiled(bgr(image), tile, overlap)
        if (high, wide) != result.shape[:2]:
            result = pictures.resize(result, wide, high, "area" if factor < self.scale else "cubic")
        if image.shape[2] == 3:
            return result
        return np.dstack([result, pictures.resize(np.ascontiguousarray(image[..., 3]), wide, high, "cubic")])

    def _tiled(self, image: Image, size: int, overlap: int) -> NDArray[np.uint8]:
        height, width = image.shape[:2]
        scale, step, overlap = self.scale, self.net.size_requirements.multiple_of, min(overlap, size // 4)
        result = np.empty((height * scale, width * scale, 3), np.uint8)
        for row in tiles(height, size, overlap, step):
            for column in tiles(width, size, overlap, step):
                made = self._tile(image[slice(*row.seen), slice(*column.seen)])
                inside = [
                    slice((one.kept[0] - one.seen[0]) * scale, (one.kept[1] - one.seen[0]) * scale)
                    for one in (row, column)
                ]
                place = [slice(one.kept[0] * scale, one.kept[1] * scale) for one in (row, column)]
                result[place[0], place[1]] = made[inside[0], inside[1]]
        return result

    def _tile(self, image: Image) -> NDArray[np.uint8]:
        """One piece through the network, which pads it to a size it can work on and takes that away again."""
        pixels = torch.from_numpy(np.ascontiguousarray(image[..., ::-1])).permute(2, 0, 1)[None]
        made = self.net(self.network.moved(pixels.float() / 255))[0]
        made = (made.float().clamp(0, 1) * 255).round().to(torch.uint8)
        return np.ascontiguousarray(made.permute(1, 2, 0).cpu().numpy()[..., ::-1])


def load(path: Path) -> Any:
    """The upscaler in a file, as spandrel describes it. Raises Refusal (kind ``failed``)."""
    if path.suffix != ".safetensors":
        how = f"python server.py convert {path.name} {path.stem}.safetensors"
        words = f"{path.name} is not a .safetensors file; a pickle, which can run any program, is not served."
        raise Refusal(f"{words} Convert it, in the upscaler's image: {how} (see its README).", "failed")
    library = spandrel()
    try:
        net = library.ModelLoader(device="cpu").load_from_file(str(path))
    except SafetensorError as error:
        raise _bad(path, f"It is damaged ({error}). Fetch it again.") from error
    except library.UnsupportedModelError as error:
        raise _bad(path, "Its tensors are those of no architecture known to spandrel.") from error
    except (OSError, RuntimeError, ValueError, KeyError, TypeError, AssertionError) as error:
        words = " ".join(str(error).split())[:300]
        raise _bad(path, f"{words.rstrip('.')}.") from error
    return check(net, path)


def check(net: Any, path: Path) -> Any:
    """`net` if it makes pictures out of pictures. Raises Refusal (kind ``failed``)."""
    if not isinstance(net, spandrel().ImageModelDescriptor):
        raise _bad(path, f"{net.architecture.name} does not make a picture out of a picture.")
    if (net.input_channels, net.output_channels) != (3, 3):
        raise _bad(path, f"It takes {net.input_channels} channels and gives {net.output_channels}; both must be 3.")
    return net.eval()


def _bad(path: Path, words: str) -> Refusal:
    return Refusal(f"The upscaler {path.name} cannot be used. {words}", "failed")
