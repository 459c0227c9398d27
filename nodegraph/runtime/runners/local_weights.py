"""Having a model's weights on this machine before its server starts, with progress told as a stage."""

from pathlib import Path

from nodegraph.runtime.launch import Launch
from nodegraph.runtime.state import Stage
from nodegraph.runtime.watcher import Watcher
from nodegraph.runtime.weights import complete
from nodegraph.runtime.weights.checkpoints import bring_local, is_local, none_yet
from nodegraph.runtime.weights.fetch import Fetching
from nodegraph.runtime.weights.places import offline_folders, weights_folder


def local_weights(launch: Launch, watcher: Watcher, folders: tuple[Path, ...] | None = None) -> Path:
    """Fetch what is missing of the weights and the chosen checkpoint; the folder they are in.

    folders: looked through before the network, those of the environment for None. Raises ModelError (nothing to
    fetch it from, no network, no room, wrong hash, no checkpoint yet) or Cancelled.
    """
    if launch.untrained:
        raise none_yet(launch.id, launch.name)

    def tell(done: int, total: int, what: str) -> None:
        watcher.stage(Stage.FETCHING, done, total, what)

    for one in launch.files:
        if is_local(one):
            bring_local(launch.id, launch.name, one.name)
    fetched = [one for one in launch.files if not is_local(one)]
    if fetched:
        offline = offline_folders() if folders is None else folders
        Fetching(launch.id, launch.name, watcher.cancel, tell, offline).ensure(fetched)
    return weights_folder(launch.id)


def paths_of(launch: Launch, folder: Path) -> list[str]:
    """The files of a launch below its weights folder, folders before what is in them, and the notes about them."""
    found: list[str] = []
    for one in launch.files:
        known = None if is_local(one) else complete.read(folder, one.name)
        if known is not None and known.files:
            found += [seen.path for seen in known.files]
        else:
            found += _below(folder, folder / one.name)
    parents = {str(parent) for path in found for parent in Path(path).parents if parent != Path()}
    return [*sorted(parents), *(path for path in dict.fromkeys(found) if path not in parents)]


def _below(folder: Path, path: Path) -> list[str]:
    inside = sorted(one for one in path.rglob("*") if one.is_file()) if path.is_dir() else [path]
    return [str(one.relative_to(folder)) for one in inside]
