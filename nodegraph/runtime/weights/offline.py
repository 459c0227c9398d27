"""Files somebody brought along: a folder with weights is used instead of the network, when they are the right ones."""

from pathlib import Path

from nodegraph.core.errors import ModelError
from nodegraph.runtime.cancel import Cancel
from nodegraph.runtime.entry import Weights
from nodegraph.runtime.weights import complete
from nodegraph.runtime.weights.download import Tell
from nodegraph.runtime.weights.hub import WANTED, is_hub
from nodegraph.runtime.weights.part import Part
from nodegraph.runtime.weights.remote_file import Digest, RemoteFile, WrongFile

_BLOCK = 1 << 20


def found_in(folders: tuple[Path, ...], id: str, weights: Weights) -> tuple[Path, list[RemoteFile]] | None:
    """The first folder that has the weight as ``ID/NAME`` or ``NAME``, and its files with what they must be.

    The weights folder of another machine works as it is: its notes say which files belong to a repository and what
    their hashes are. Without them a repository's folder is taken as it lies.
    """
    for folder in (inner for outer in folders for inner in (outer / id, outer)):
        if not (folder / weights.name).exists():
            continue
        known = complete.read(folder, weights.name)
        if known is not None and known.is_of(weights):
            return folder, [RemoteFile(one.path, "", one.size, one.sha256, exact=True) for one in known.files]
        files = _lying(folder, weights)
        if files:
            return folder, files
    return None


def _lying(folder: Path, weights: Weights) -> list[RemoteFile]:
    path = folder / weights.name
    if not is_hub(weights.url):
        return [RemoteFile(weights.name, "", weights.size, weights.sha256)] if path.is_file() else []
    inside = sorted(one.name for one in path.iterdir() if one.suffix in WANTED) if path.is_dir() else []
    if not any(name.endswith(".safetensors") for name in inside):
        return []
    sha256 = {"model.safetensors": weights.sha256}
    return [RemoteFile(f"{weights.name}/{name}", "", 0, sha256.get(name, "")) for name in inside]


def copy(folder: Path, file: RemoteFile, target: Path, cancel: Cancel, tell: Tell) -> str:
    """Copy one file here, checked; its sha256. Raises WrongFile, ModelError, Cancelled."""
    source = folder / file.path
    part = Part(target, RemoteFile(file.path, ""), cancel)
    try:
        total = source.stat().st_size
        with source.open("rb") as opened:
            while block := opened.read(_BLOCK):
                cancel.check()
                part.write(block)
                tell(part.length, total)
        part.digest.check(file)
        part.finish()
        return part.digest.sha256
    except WrongFile as error:
        part.discard()
        error.message = f"{source}: {error.message}"
        error.hint = "Put the right file there, or take the folder out of NODEGRAPH_WEIGHTS_FOLDERS."
        raise
    except OSError as error:
        part.discard()
        message = f"{source} cannot be copied to {target.parent}: {error.strerror or error}."
        raise ModelError(message, "Check the folders.") from error
    finally:
        part.close()


def hashed(path: Path, cancel: Cancel) -> Digest:
    """The hashes of a file here, git's too. Raises OSError, Cancelled."""
    digest = Digest(path.stat().st_size)
    digest.add_file(path, cancel)
    return digest
