"""Where the editor keeps what is a person's own: settings, unsaved work, older versions, opened bundles."""

from pathlib import Path

import platformdirs


def settings_file() -> Path:
    """The editor's settings."""
    return platformdirs.user_config_path("nodegraph", appauthor=False) / "editor.json"


def journal_folder() -> Path:
    """One file for each document with unsaved changes."""
    return platformdirs.user_state_path("nodegraph", appauthor=False) / "journal"


def versions_folder() -> Path:
    """The versions that saving replaced."""
    return platformdirs.user_state_path("nodegraph", appauthor=False) / "versions"


def bundles_folder() -> Path:
    """Opened bundles, each in a folder of its own."""
    return platformdirs.user_data_path("nodegraph", appauthor=False) / "bundles"
