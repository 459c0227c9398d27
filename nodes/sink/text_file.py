"""A text file that holds the newest text: for a caption in a streaming program, for example."""

from pathlib import Path

from nodegraph.sdk import Sink, Text, param
from nodes.sink._files import check_target, make_part, write_whole

_SUFFIXES = (".txt", ".md", ".html", ".srt", ".json")


class TextFile(
    Sink, id="sink.text_file", category="Sink/Data", title="Text File Out", keywords=("caption", "save", "obs")
):
    """Write the newest text into a file, whole at every moment; it is touched only when the text changes."""

    path: Path = param(Path(), "The file to write; folders are created.", accept=_SUFFIXES, restart=True)

    def open(self) -> None:
        check_target(self.path, _SUFFIXES)
        make_part(self.path).unlink()
        self._last: str | None = None

    def process(self, text: Text) -> None:
        if text != self._last:
            write_whole(self.path, text.encode("utf-8", "replace"), sync=False)
            self._last = text
