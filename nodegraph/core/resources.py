"""Where the things that ship with nodegraph are: the catalogue, presets, models and the sample clip."""

from pathlib import Path

_PACKAGE = Path(__file__).resolve().parent.parent


def data_folder() -> Path:
    """The folder that holds `models.json`, `presets/`, `models/` and `assets/`.

    In a checkout it is the checkout's root; in an installed wheel they lie inside the package.
    """
    checkout = _PACKAGE.parent
    return checkout if (checkout / "models.json").is_file() else _PACKAGE / "_data"
