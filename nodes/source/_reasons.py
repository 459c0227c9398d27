"""Why a file cannot be used, as a sentence with a way out."""

from pathlib import Path

from nodegraph.sdk import NodeError

HALF_WRITTEN = "It is half-written: whatever wrote it was stopped before it had finished. Write it again."


def check_file(path: Path, kind: str) -> None:
    """Raise NodeError when there is plainly nothing to read at `path`; `kind` is "video", "image", ..."""
    if path == Path():
        raise NodeError(f"No {kind} is chosen.", "Set the parameter path to a file.")
    try:
        if path.is_dir():
            raise NodeError(f"{path} is a folder, not {_an(kind)} file.", f"Choose {_an(kind)} file inside it.")
        if not path.exists():
            raise NodeError(f"{path} does not exist.", "Check the name and the folder it is looked for in.")
        if path.is_file() and path.stat().st_size == 0:
            raise NodeError(f"{path} is empty (0 bytes).", "Copy or write it again.")
    except OSError as error:
        raise NodeError(f"{path} cannot be read: {error.strerror}.", "Check the name and its permissions.") from error


def _an(kind: str) -> str:
    return f"an {kind}" if kind[0] in "aeiou" else f"a {kind}"


def why_no_video(path: Path) -> NodeError:
    """The error to raise for a video that would not open or gave no picture: asks FFmpeg, through PyAV, why."""
    import av

    try:
        with av.open(str(path)) as container:
            if not container.streams.video:
                return NodeError(f"{path} has no picture, only sound or data.", "Choose a video file.")
            codec = container.streams.video[0].codec_context.name
    except PermissionError:
        return NodeError(f"{path} may not be read: permission denied.", "Give yourself the right to read it.")
    except av.FFmpegError as error:
        return _named(path, error)
    hint = "Convert it to H.264, for example with ffmpeg."
    return NodeError(f"{path} gave no picture: its {codec} video is damaged or of a kind that is not supported.", hint)


def _named(path: Path, error: Exception) -> NodeError:
    if lacks_index(path):
        return NodeError(f"{path} cannot be opened: its index is missing (moov atom not found).", HALF_WRITTEN)
    if "Invalid data" in str(error):
        return NodeError(f"{path} is not a video, or it is damaged from the start.", "Check it in a video player.")
    reason = getattr(error, "strerror", None) or str(error)
    return NodeError(f"{path} cannot be opened: {reason}.", "Check it in a video player.")


def lacks_index(path: Path) -> bool:
    """Whether this is an MP4 or MOV file without its index, by its top-level boxes (ISO 14496-12, 4.2).

    FFmpeg knows too, but says it only in its log, whose level is one setting for the whole program.
    """
    try:
        with path.open("rb") as file:
            size, kind = _box(file.read(16))
            if kind != b"ftyp":
                return False
            place, end = size, path.stat().st_size
            while size >= 8 and place < end:
                file.seek(place)
                size, kind = _box(file.read(16))
                if kind == b"moov":
                    return False
                place += size
    except OSError:
        return False
    return True


def _box(head: bytes) -> tuple[int, bytes]:
    size = int.from_bytes(head[:4], "big")
    return (int.from_bytes(head[8:16], "big") if size == 1 else size), head[4:8]
