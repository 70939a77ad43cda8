"""This file brings the browser's libraries of `libraries.toml` by their hash into a folder outside the tree.

Where no registry can be reached the pages work without them and say so. Run it alone:
`python3 -m backend.bootstrap.bring_libraries FOLDER`.
"""

import hashlib
import os
import shutil
import ssl
import sys
import tarfile
import tomllib
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Final

from backend.bootstrap.npm_registry import Registry, configured_registry

LOCK: Final = Path(__file__).with_name("libraries.toml")
FETCH_SECONDS_MAX: Final = 30.0
BYTES_MAX: Final = 20_000_000


@dataclass(frozen=True)
class Library:
    """A library of the lock: its archive's hash, and the files of it that are served."""

    name: str
    version: str
    sha512: str
    files: tuple[str, ...]

    @property
    def folder(self) -> str:
        """The folder it lies in: another version or another archive is another folder.

        >>> Library("map", "1.0", "ab" * 64, ()).folder
        'map-1.0-abababab'
        """
        return f"{self.name}-{self.version}-{self.sha512[:8]}"


class NotBroughtError(Exception):
    """A library could not be brought; the sentence says why."""


def read_lock(text: str) -> tuple[Library, ...]:
    """Return the libraries of the lock's text."""
    listed = tomllib.loads(text)["library"]
    return tuple(Library(one["name"], one["version"], one["sha512"], tuple(one["files"])) for one in listed)


def libraries_dir(home_dir: Path, environ: Mapping[str, str]) -> Path:
    """Return where the libraries lie: MARAUDE_LIBRARIES, else in this user's folder."""
    return Path(environ.get("MARAUDE_LIBRARIES") or home_dir / "libraries")


def is_there(folder: Path, library: Library) -> bool:
    """Tell whether a library was brought to the end."""
    return all((folder / library.folder / name).is_file() for name in library.files)


def bring(folder: Path, environ: Mapping[str, str], user_home: Path, say: Callable[[str], None]) -> bool:
    """Bring what is missing; False after saying what could not be brought."""
    missing = [one for one in read_lock(LOCK.read_text("utf-8")) if not is_there(folder, one)]
    if not missing:
        return True
    registry = configured_registry(environ, user_home)
    if registry is None:
        say("no npm registry is configured (npm_config_registry, .npmrc): pages work without their map library")
        return False
    for library in missing:
        try:
            unpack(library, fetch(library, registry), folder)
        except NotBroughtError as fault:
            say(f"{fault}; pages work without it")
            return False
        say(f"{library.name} {library.version} is in {folder}")
    return True


def fetch(library: Library, registry: Registry) -> bytes:
    """Return the archive of a library if it is the one that the lock names. Raises NotBroughtError."""
    file = f"{library.name.rpartition('/')[2]}-{library.version}.tgz"
    address = f"{registry.address}/{library.name}/-/{file}"
    if urllib.parse.urlsplit(address).scheme not in {"https", "http", "file"}:
        raise NotBroughtError(f"{file}: the registry's address is no way to fetch it")
    request = urllib.request.Request(address)  # noqa: S310 - checked above
    if registry.token:
        request.add_unredirected_header("Authorization", f"Bearer {registry.token}")
    try:
        context = ssl.create_default_context(cafile=registry.certificates)
        with urllib.request.urlopen(request, timeout=FETCH_SECONDS_MAX, context=context) as answer:  # noqa: S310
            content: bytes = answer.read(BYTES_MAX)
    except (OSError, ValueError) as error:
        raise NotBroughtError(f"{file} could not be fetched from the npm registry: {type(error).__name__}") from error
    if hashlib.sha512(content).hexdigest() != library.sha512:
        raise NotBroughtError(f"{file} is not the archive that the lock names")
    return content


def unpack(library: Library, archive: bytes, folder: Path) -> None:
    """Put the served files of an archive in place, all at once; no other file of it is written."""
    aside = folder / f"{library.folder}.{os.getpid()}.new"
    try:
        with tarfile.open(fileobj=BytesIO(archive), mode="r:gz") as packed:
            for name in library.files:
                member = packed.extractfile(f"package/{name}")
                if member is None:
                    raise NotBroughtError(f"{library.name} {library.version} holds no {name}")
                (aside / name).parent.mkdir(parents=True, exist_ok=True)
                (aside / name).write_bytes(member.read())
        shutil.rmtree(folder / library.folder, ignore_errors=True)
        aside.rename(folder / library.folder)
    except (KeyError, OSError, tarfile.TarError) as error:
        raise NotBroughtError(f"{library.name} {library.version} could not be unpacked: {error}") from error
    finally:
        shutil.rmtree(aside, ignore_errors=True)


def main(words: Sequence[str]) -> int:
    """Bring the libraries into the folder that is named; status 1 when one is missing."""
    if len(words) != 1:
        print("python3 -m backend.bootstrap.bring_libraries FOLDER", file=sys.stderr)
        return 2

    def say(sentence: str) -> None:
        print(f"maraude: {sentence}", file=sys.stderr, flush=True)

    return 0 if bring(Path(words[0]), os.environ, Path.home(), say) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
