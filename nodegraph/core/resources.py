"""Where the things that ship with nodegraph are: the catalogue, presets, models and the sample clip."""

from pathlib import Path

_PACKAGE = Path(__file__).resolve().parent.parent


def data_folder() -> Path:
    """The folder that holds `models.json`, `presets/`, `models/` and `assets/`.

    An installed wheel carries them inside the package; in a checkout they lie at its root.
    """
    installed = _PACKAGE / "_data"
    return installed if installed.is_dir() else _PACKAGE.parent
