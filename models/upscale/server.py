"""Make a picture two or four times larger, with detail that was learned from photographs."""

import sys

from nodegraph_kit import Image, model, param, serve
from nodegraph_kit.weights import checkpoint


@model(title="Upscale", description="Make a picture larger, with learned detail.")
class Upscale:
    def setup(self) -> None:
        from upscaler import Upscaler  # it takes seconds to import, in which the server says that it is loading

        self.upscaler = Upscaler(checkpoint("2xNomosUni_span_multijpg.safetensors"))

    def run(
        self,
        image: Image,
        factor: float = param(0.0, "How many times larger; 0 is what the checkpoint makes.", ge=0, le=8),
        tile: int = param(384, "Larger pictures are worked on in tiles of this side.", ge=64, le=2048, unit="px"),
        overlap: int = param(32, "Surroundings each tile sees; more hides its seams better.", ge=0, le=128, unit="px"),
    ) -> Image:
        return self.upscaler.enlarge(image, factor, tile, overlap)


if __name__ == "__main__":
    if sys.argv[1:2] == ["convert"]:
        from convert import main

        sys.exit(main(sys.argv[2:]))
    serve(Upscale)
