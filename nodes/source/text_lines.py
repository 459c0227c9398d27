"""A text file as a stream of lines."""

from collections.abc import Iterator
from pathlib import Path

from nodegraph.sdk import NodeError, Source, Stamped, Text, param
from nodes.source._reasons import check_file


class TextLines(Source, id="source.text_lines", category="Source/File", keywords=("prompts", "subtitles", "read")):
    """Give a text file line by line; empty lines are left out. The file is UTF-8."""

    path: Path = param(Path(), "The text file.", accept=(".txt", ".md", ".csv"), restart=True)
    fps: float = param(1.0, "Lines per second.", ge=0.01, le=240, unit="fps", restart=True)
    loop: bool = param(False, "Begin again after the last line.")

    def stream(self) -> Iterator[Stamped[Text]]:
        """Yield the lines. Raises NodeError when there is none or the file cannot be read as text."""
        check_file(self.path, "text")
        count = 0
        try:
            with self.path.open(encoding="utf-8-sig") as file:
                for line in filter(None, map(str.strip, file)):
                    yield Stamped(line, count / self.fps, self.fps)
                    count += 1
        except UnicodeDecodeError as error:
            raise NodeError(f"{self.path} is not UTF-8 text (byte {error.start}).", "Save it as UTF-8.") from error
        except OSError as error:
            raise NodeError(f"{self.path} cannot be read: {error.strerror}.", "Check its permissions.") from error
        if count == 0:
            raise NodeError(f"{self.path} has no line with text.", "Write something into it.")
