"""Find the reference data that real-file tests and benches read, and skip a test by name where they are absent."""

import os
from pathlib import Path

import pytest


def data_folder() -> Path | None:
    """Return the folder of reference data (MARAUDE_DATA_DIR, else ../shared/data beside the checkout), or None."""
    named = os.environ.get("MARAUDE_DATA_DIR")
    folder = Path(named) if named else Path(__file__).resolve().parents[2] / "shared" / "data"
    return folder if folder.is_dir() else None


def data_path(relative: str) -> Path:
    """Return one file of the reference data; skip the test that asks, naming the file, where it is absent."""
    folder = data_folder()
    if folder is None or not (folder / relative).exists():
        pytest.skip(f"needs the reference data {relative}: set MARAUDE_DATA_DIR")
    return folder / relative
