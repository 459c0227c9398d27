"""A Cog predictor for tests: it tells a story word by word."""

import time

from cog import BaseRunner, ConcatenateIterator, Input, streaming


class Runner(BaseRunner):
    @streaming
    def run(
        self,
        prompt: str = Input(description="How it begins."),
        words: int = Input(default=3, ge=1, le=1000),
        pause: float = Input(default=0.0),
    ) -> ConcatenateIterator[str]:
        print("a log line")
        for number in range(words):
            if prompt == "boom" and number == 1:
                raise RuntimeError("the ink ran out")
            time.sleep(pause)
            yield f"{prompt} {number} "
