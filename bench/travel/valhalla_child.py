"""Answer pairs of points with Valhalla, in the Python that has it: our independent second opinion.

Started by bench/travel/__main__.py as `PYTHON valhalla_child.py EXTRACT FOLDER` with
{"mode": [[lon, lat, lon, lat], …]} on standard input; prints {"mode": [[seconds, metres] or null, …]}.
It imports nothing of ours.
"""

import importlib
import json
import subprocess
import sys
from pathlib import Path
from typing import Any


def main() -> int:
    """Build the tiles of the extract, then answer each pair alone."""
    valhalla = importlib.import_module("valhalla")  # only this child's Python has it

    extract, folder = sys.argv[1], Path(sys.argv[2])
    tiles = folder / "tiles"
    tiles.mkdir(parents=True, exist_ok=True)
    config = valhalla.get_config(tile_extract="", tile_dir=str(tiles))
    (folder / "valhalla.json").write_text(json.dumps(config), encoding="utf-8")
    builder = Path(str(valhalla.__file__)).parent / "bin" / "valhalla_build_tiles"
    subprocess.run(
        [str(builder), "-c", str(folder / "valhalla.json"), extract],
        check=True,
        capture_output=True,
        timeout=600,
        cwd=folder,
    )
    actor = valhalla.Actor(config)
    asked = json.loads(sys.stdin.read())
    json.dump({mode: [_answer(actor, mode, pair) for pair in pairs] for mode, pairs in asked.items()}, sys.stdout)
    return 0


def _answer(actor: Any, mode: str, pair: list[float]) -> list[float] | None:
    """Return (seconds, metres) of one pair, or None where Valhalla finds no way."""
    request = {
        "sources": [{"lon": pair[0], "lat": pair[1]}],
        "targets": [{"lon": pair[2], "lat": pair[3]}],
        "costing": mode,
    }
    try:
        cell = actor.matrix(request)["sources_to_targets"][0][0]
    except RuntimeError:
        return None
    return None if cell["time"] is None else [cell["time"], cell["distance"] * 1000]


if __name__ == "__main__":
    sys.exit(main())
