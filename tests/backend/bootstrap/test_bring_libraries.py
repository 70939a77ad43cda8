"""Libraries come by their hash or not at all; the registry is the one that npm's own settings name."""

import hashlib
import io
import tarfile
from pathlib import Path

import pytest

from backend.bootstrap import bring_libraries
from backend.bootstrap.bring_libraries import bring, is_there, read_lock
from backend.bootstrap.npm_registry import configured_registry

FILES = {"dist/tiny.js": b"export const tiny = 1;\n", "dist/other.js": b"evil();\n"}


def archive() -> bytes:
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w:gz") as file:
        for name, content in FILES.items():
            member = tarfile.TarInfo(f"package/{name}")
            member.size = len(content)
            file.addfile(member, io.BytesIO(content))
    return packed.getvalue()


class Place:
    """A folder that is a registry, a lock that names one library of it, and where libraries go."""

    def __init__(self, folder: Path) -> None:
        self.there = folder / "libraries"
        self.archive = folder / "registry/tiny/-/tiny-1.0.tgz"
        self.archive.parent.mkdir(parents=True)
        self.archive.write_bytes(archive())
        self.lock = folder / "libraries.toml"
        digest = hashlib.sha512(self.archive.read_bytes()).hexdigest()
        self.lock.write_text(
            f'[[library]]\nname = "tiny"\nversion = "1.0"\nsha512 = "{digest}"\nfiles = ["dist/tiny.js"]\n'
        )
        self.environ = {"npm_config_registry": (folder / "registry").as_uri()}
        self.home = folder
        self.said: list[str] = []

    def bring(self) -> bool:
        return bring(self.there, self.environ, self.home, self.said.append)

    def files(self) -> set[str]:
        return {path.name for path in self.there.rglob("*") if path.is_file()}


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Place:
    made = Place(tmp_path)
    monkeypatch.setattr(bring_libraries, "LOCK", made.lock)
    return made


def test_library_is_brought_once_with_its_named_files_alone(place: Place) -> None:
    assert place.bring()
    assert place.files() == {"tiny.js"}
    place.archive.unlink()
    assert place.bring()  # it is there: nobody is asked
    assert is_there(place.there, read_lock(place.lock.read_text())[0])


def test_nothing_is_left_when_the_archive_is_not_the_one_named(place: Place) -> None:
    place.archive.write_bytes(place.archive.read_bytes() + b"more")
    assert not place.bring()
    assert place.files() == set()
    assert "not the archive that the lock names" in place.said[0]


@pytest.mark.parametrize("environ", [{"npm_config_offline": "true"}, {"npm_config_registry": "file:///nowhere"}])
def test_it_is_said_when_no_registry_can_be_reached(place: Place, environ: dict[str, str]) -> None:
    place.environ = environ
    assert not place.bring()
    assert "without" in place.said[0]
    assert place.files() == set()


def test_registry_and_token_are_those_of_the_users_file_unless_a_variable_says_otherwise(tmp_path: Path) -> None:
    (tmp_path / ".npmrc").write_text(
        "; ours\nregistry=https://packages.example/npm/\n//packages.example/npm/:_authToken=${SECRET}\n"
    )
    found = configured_registry({"SECRET": "abc"}, tmp_path, tmp_path)
    assert found is not None
    assert (found.address, found.token) == ("https://packages.example/npm", "abc")
    assert "abc" not in repr(found)
    other = configured_registry({"NPM_CONFIG_REGISTRY": "https://other.example"}, tmp_path, tmp_path)
    assert other is not None
    assert (other.address, other.token) == ("https://other.example", "")


def test_the_lock_names_each_library_by_a_whole_hash() -> None:
    for library in read_lock(bring_libraries.LOCK.read_text("utf-8")):
        assert len(bytes.fromhex(library.sha512)) == hashlib.sha512().digest_size
        assert library.files
