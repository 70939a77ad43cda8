"""The types that the tablet's scripts say in comments hold: the compiler that `package-lock.json` names finds no fault in them.

Node is the one that comes with the browser tests' driver; the compiler comes by its hash from the npm registry that this machine
uses, once per user. Where there is none, these tests are skipped, named and counted.
"""

import base64
import json
import os
import re
import subprocess
import tarfile
from io import BytesIO
from pathlib import Path

import playwright
import pytest

from backend.bootstrap import places
from backend.bootstrap.bring_libraries import Library, NotBroughtError, fetch, is_there, libraries_dir, unpack
from backend.bootstrap.npm_registry import configured_registry
from backend.tablets.made import made_modules

pytestmark = pytest.mark.types

CHECKOUT = Path(__file__).resolve().parents[3]
APP = CHECKOUT / "sync/tablet"
NODE = Path(playwright.__file__).parent / "driver/node"
NEEDED = re.compile(r"package/(lib/_?tsc\.js|lib/lib\..*\.d\.ts|lib/lib\.d\.ts|package\.json)")
# A fault of each sort that the types are there for, and the word of the compiler that names it.
PLANTED = {
    "locked.js": (
        "TS18047",  # possibly null
        """/** @param {import("{app}/tablet.js").TabletHere} tablet */
        export const records = (tablet) => tablet.open.store.recordIds();""",
    ),
    "act.js": (
        "TS2345",  # an act without its kind
        """/** @param {import("{app}/interface.js").Tablet} tablet */
        export const saved = (tablet) => tablet.record({ set: {} });""",
    ),
    "verdict.js": (
        "TS2322",  # a word that no status has
        """/** @type {import("{app}/interface.js").Shown["status"]} */
        export const status = "lost";""",
    ),
}


def test_app_has_no_fault_and_what_python_makes_is_as_declared(tsc: Path, tmp_path: Path) -> None:
    for path, content in made_modules().items():
        (tmp_path / f"{Path(path).stem}.ts").write_text(held_to_its_declaration(path, content.decode()))
    assert compiled(tsc, tmp_path, CHECKOUT / "tsconfig.json", [str(APP), str(tmp_path)]) == ""


def test_worker_has_no_fault(tsc: Path) -> None:
    assert run(tsc, CHECKOUT / "tsconfig.worker.json") == ""


def test_compiler_finds_each_fault_when_it_is_planted(tsc: Path, tmp_path: Path) -> None:
    for name, (_, text) in PLANTED.items():
        (tmp_path / name).write_text(text.replace("{app}", str(APP)))
    kinds = held_to_its_declaration("made/kinds.js", made_modules()["made/kinds.js"].decode())
    (tmp_path / "kinds.ts").write_text(kinds.replace('"policy":"fact"', '"policy":"last_writer"', 1))
    found = compiled(tsc, tmp_path, CHECKOUT / "tsconfig.json", [str(tmp_path)])
    for name, (code, _) in PLANTED.items():
        assert re.search(rf"{name}\(\d+,\d+\): error {code}", found), found
    assert re.search(r"kinds\.ts\(\d+,\d+\): error .*last_writer", found), found


def held_to_its_declaration(path: str, text: str) -> str:
    """Return a module made from Python as TypeScript whose every value must have the type that the app was checked against.

    >>> held_to_its_declaration("made/kinds.js", "export const SCHEMA = 4;").splitlines()[1]
    'export const SCHEMA: typeof declared.SCHEMA = 4;'
    """
    declared = f'import type * as declared from "{APP}/{path}";\n'
    return declared + re.sub(
        r"^export const (\w+) = ", r"export const \1: typeof declared.\1 = ", text, flags=re.MULTILINE
    )


def compiled(tsc: Path, folder: Path, settings: Path, include: list[str]) -> str:
    """Return what the compiler says of these files under the settings of the checkout."""
    (folder / "tsconfig.json").write_text(json.dumps({"extends": str(settings), "include": include}))
    return run(tsc, folder / "tsconfig.json")


def run(tsc: Path, project: Path) -> str:
    done = subprocess.run(
        [NODE, tsc, "--project", project, "--pretty", "false"],
        capture_output=True,
        text=True,
        check=False,
        cwd=CHECKOUT,
    )
    assert bool(done.returncode) == bool(done.stdout), done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def tsc() -> Path:
    """Bring the compiler once per user; without it, skip."""
    home = places.home(os.environ)
    assert isinstance(home, Path)
    folder = libraries_dir(home, os.environ)
    locked = json.loads((CHECKOUT / "package-lock.json").read_text())["packages"]["node_modules/typescript"]
    sha512 = base64.b64decode(locked["integrity"].removeprefix("sha512-")).hex()
    compiler = Library("typescript", locked["version"], sha512, ("lib/tsc.js", "package.json"))
    if not NODE.exists():
        pytest.skip("the browser tests' driver holds no Node")
    if not is_there(folder, compiler):
        registry = configured_registry(os.environ, Path.home())
        if registry is None:
            pytest.skip("no npm registry is configured: the compiler of types cannot be brought")
        try:
            archive = fetch(compiler, registry)
        except NotBroughtError as fault:
            pytest.skip(str(fault))
        with tarfile.open(fileobj=BytesIO(archive), mode="r:gz") as packed:
            names = tuple(name.removeprefix("package/") for name in packed.getnames() if NEEDED.fullmatch(name))
        unpack(Library(compiler.name, compiler.version, sha512, names), archive, folder)
    return folder / compiler.folder / "lib/tsc.js"
