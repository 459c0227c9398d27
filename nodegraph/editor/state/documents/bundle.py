"""A bundle: a preset and the files it needs in one .zip, for another machine.

    preset.json            its file names are relative: assets/clip.mp4
    assets/clip.mp4        each with its SHA-256 in the preset's `assets`

A bundle from a stranger is unpacked only where it belongs: names that leave the folder, links, too many files and files
that grow beyond what they claim are refused before anything is kept.
"""

import hashlib
import secrets
import shutil
import stat
import zipfile
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from nodegraph.core.errors import DocumentError, NodegraphError
from nodegraph.core.preset import Preset, read_preset, to_text
from nodegraph.core.preset_decode import asset_path_problem
from nodegraph.core.registry import Registry
from nodegraph.editor.state.documents.paths_in import FileParam, with_files
from nodegraph.editor.state.documents.share import shareable
from nodegraph.editor.state.folders import bundles_folder

PRESET: Final = "preset.json"
MAX_BYTES: Final = 8 << 30
MAX_FILES: Final = 20_000
_MAX_RATIO: Final = 200
_BLOCK: Final = 1 << 20
_STORED: Final = {".mp4", ".mov", ".mkv", ".webm", ".avi", ".m4v", ".jpg", ".jpeg", ".png", ".webp", ".gif", ".zip"}


@dataclass(frozen=True)
class Plan:
    """What a bundle will hold. files: where each is now and its name inside; size: bytes of all; stripped: see share.

    missing: files the document names that are not there; the bundle is made without them.
    """

    document: Preset
    files: tuple[tuple[Path, str], ...]
    size: int
    stripped: tuple[str, ...]
    missing: tuple[str, ...]


def plan_bundle(document: Preset, registry: Registry, base: Path) -> Plan:
    """What a bundle of `document` would hold; reads no file. Raises NodegraphError when it is too much."""
    names: dict[Path, str] = {}
    missing: list[str] = []

    def name(one: FileParam) -> str:
        source = None if one.writes else one.found(base)
        if source is None:
            missing.extend([] if one.writes else [f"{one.node}: {one.name} is not there"])
            return one.text
        names.setdefault(source, _free_name(source.name, set(names.values())))
        return names[source]

    renamed = with_files(document, registry, name)
    clean, stripped = shareable(renamed, registry)
    files = tuple(pair for source, inside in names.items() for pair in _every_file(source, inside))
    if len(files) > MAX_FILES:
        raise NodegraphError(f"{len(files)} files are more than the {MAX_FILES} a bundle may hold.", "Choose fewer.")
    size = sum(path.stat().st_size for path, _ in files)
    if size > MAX_BYTES:
        raise NodegraphError(f"{size >> 30} GB are more than the {MAX_BYTES >> 30} GB a bundle may hold.", "Cut it.")
    return Plan(clean, files, size, tuple(stripped), tuple(missing))


def write_bundle(
    plan: Plan, path: Path, progress: Callable[[int], None] = lambda _: None, stop: Callable[[], bool] = lambda: False
) -> None:
    """Write the bundle: wholly or not at all. `progress` gets the bytes done; `stop` is asked often.

    Raises NodegraphError, also when it was stopped.
    """
    temporary = path.with_name(f".{path.name[:100]}.{secrets.token_hex(4)}.tmp")
    done = 0

    def packed(count: int) -> None:
        nonlocal done
        if stop():
            raise NodegraphError("The export was stopped.", "Nothing was written.")
        done += count
        progress(done)

    try:
        with zipfile.ZipFile(temporary, "x", zipfile.ZIP_DEFLATED) as bundle:
            assets = [_pack(bundle, source, name, packed) for source, name in plan.files]
            bundle.writestr(PRESET, to_text(replace(plan.document, assets=(*_others(plan), *assets))))
        temporary.replace(path)
    except OSError as error:
        message = f"The bundle cannot be written: {error.strerror or error}."
        raise NodegraphError(message, "Check the folder, its room and the files.") from error
    finally:
        temporary.unlink(missing_ok=True)


def _pack(bundle: zipfile.ZipFile, source: Path, name: str, packed: Callable[[int], None]) -> dict[str, str]:
    """Pack one file; its row in `assets`. `packed` is told the bytes as they go in."""
    digest = hashlib.sha256()
    info = zipfile.ZipInfo(name)
    info.compress_type = zipfile.ZIP_STORED if source.suffix.lower() in _STORED else zipfile.ZIP_DEFLATED
    with source.open("rb") as file, bundle.open(info, "w", force_zip64=True) as target:
        while block := file.read(_BLOCK):
            digest.update(block)
            target.write(block)
            packed(len(block))
    return {"path": name, "sha256": digest.hexdigest(), "name": source.name}


def open_bundle(path: Path, folder: Path | None = None) -> Path:
    """Unpack a bundle into a folder of its own; the path of its preset.json. Raises DocumentError.

    The folder's name is the bundle's hash: opening it again finds what is there.
    """
    folder = folder or bundles_folder()
    try:
        target = folder / _hash(path)[:24]
        if not (target / PRESET).is_file():
            _unpack(path, target)
    except (OSError, zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError, EOFError, ValueError) as error:
        why = getattr(error, "strerror", None) or str(error) or "it is cut off"
        raise DocumentError(f"{path.name} cannot be opened: {why.rstrip('.')}.", "Get the bundle again.") from error
    return target / PRESET


def _unpack(path: Path, target: Path) -> None:
    partial = target.with_name(f".{target.name}.{secrets.token_hex(4)}")
    try:
        with zipfile.ZipFile(path) as bundle:
            members = _members(bundle, path.name)
            partial.mkdir(parents=True)
            for member in members:
                _extract(bundle, member, partial / member.filename, path.name)
        _verify(read_preset(partial / PRESET, f"{path.name}/{PRESET}"), partial, path.name)
        partial.rename(target)
    finally:
        shutil.rmtree(partial, ignore_errors=True)


def _members(bundle: zipfile.ZipFile, name: str) -> list[zipfile.ZipInfo]:
    """The files to unpack. Raises DocumentError for a bundle that does not keep to the rules."""
    files = [one for one in bundle.infolist() if not one.is_dir()]
    if len(files) > MAX_FILES:
        raise _refused(name, f"holds {len(files)} files")
    for one in files:
        mode = one.external_attr >> 16
        why = asset_path_problem(one.filename)
        if why or (mode and not stat.S_ISREG(mode) and stat.S_IFMT(mode)):
            raise _refused(name, f"holds {one.filename[:60]!r}, which {why or 'is a link'}")
    wanted = [one for one in files if one.filename == PRESET or one.filename.startswith("assets/")]
    if not any(one.filename == PRESET for one in wanted):
        raise DocumentError(f"{name} is no bundle: there is no {PRESET} in it.", "Unpack it by hand.")
    if len({one.filename.casefold() for one in wanted}) < len(wanted):
        raise _refused(name, "holds one file twice")
    if sum(one.file_size for one in wanted) > min(MAX_BYTES, _MAX_RATIO * _size(bundle) + _BLOCK):
        raise _refused(name, "unpacks to far more than it is")
    return wanted


def _extract(bundle: zipfile.ZipFile, member: zipfile.ZipInfo, target: Path, name: str) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    left = member.file_size
    with bundle.open(member) as source, target.open("xb") as file:
        while block := source.read(_BLOCK):
            left -= len(block)
            if left < 0:
                raise _refused(name, f"holds {member.filename[:60]!r}, which unpacks to more than it says")
            file.write(block)


def _verify(document: Preset, folder: Path, name: str) -> None:
    for asset in document.assets:
        file, wanted = folder / str(asset["path"]), asset.get("sha256")
        if isinstance(wanted, str) and file.is_file() and _hash(file) != wanted:
            raise DocumentError(f"{name} is damaged: {asset['path']} is not what was packed.", "Get it again.")


def _others(plan: Plan) -> Iterator[dict[str, object]]:
    packed = {name for _, name in plan.files}
    return (dict(one) for one in plan.document.assets if one.get("path") not in packed)


def _every_file(source: Path, inside: str) -> Iterator[tuple[Path, str]]:
    if source.is_file():
        yield source, inside
    for path in sorted(source.rglob("*")) if source.is_dir() else ():
        hidden = any(part.startswith(".") for part in path.relative_to(source).parts)
        if path.is_file() and not path.is_symlink() and not hidden:
            yield path, f"{inside}/{path.relative_to(source).as_posix()}"


def _free_name(name: str, taken: set[str]) -> str:
    stem, dot, suffix = name.replace("\\", "_").replace(":", "_").partition(".")
    number, found = 1, f"assets/{stem}{dot}{suffix}"
    while found.casefold() in {one.casefold() for one in taken}:
        number += 1
        found = f"assets/{stem}-{number}{dot}{suffix}"
    return found


def _hash(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _size(bundle: zipfile.ZipFile) -> int:
    return sum(one.compress_size for one in bundle.infolist())


def _refused(name: str, what: str) -> DocumentError:
    return DocumentError(f"{name} is not opened: it {what}.", "It is damaged or hostile.")
