"""The app is served as one version: any change is another version, and the worker knows the sum of each file."""

import hashlib
import json
import posixpath
import re

from backend.tablets.shell import SHELL, Shell, build_shell, read_contents


def listed(shell: Shell) -> dict[str, str]:
    head = shell.worker.content.decode().split("\n", 1)[0]
    found: dict[str, str] = json.loads(re.fullmatch(r"const SHELL = (.*);", head)[1])["files"]  # type: ignore[index]
    return found


def test_every_change_of_any_file_is_another_version() -> None:
    contents = read_contents()
    versions = {build_shell(contents | {path: content + b" "}).version for path, content in contents.items()}
    assert len(versions | {SHELL.version}) == len(contents) + 1


def test_worker_lists_every_file_with_its_sum_and_the_page_names_no_other_version() -> None:
    sums = listed(SHELL)
    for path, file in SHELL.files.items():
        assert sums[f"/tablet/v/{SHELL.version}/{path}"] == hashlib.sha256(file.content).hexdigest()
    assert sums["/tablet/"] == hashlib.sha256(SHELL.page.content).hexdigest()
    named = set(re.findall(r"/tablet/v/(\w+)/", SHELL.page.content.decode()))
    assert named == {SHELL.version}


def test_every_module_that_a_module_imports_is_in_the_app() -> None:
    missing = {
        f"{path}: {name}"
        for path, file in SHELL.files.items()
        if path.endswith(".js")
        for name in re.findall(r'^import .*?from "(\.[^"]+)"', file.content.decode(), re.MULTILINE)
        if posixpath.normpath(posixpath.join(posixpath.dirname(path), name)) not in SHELL.files
    }
    assert missing == set()


def test_page_asks_at_once_for_every_module_but_the_one_of_types_alone() -> None:
    asked = re.findall(r'<link rel="modulepreload" href="/tablet/v/\w+/([^"]+)">', SHELL.page.content.decode())
    assert len(asked) == len(set(asked))
    assert set(asked) == {path for path in SHELL.files if path.endswith(".js")} - {"interface.js"}


def test_app_is_small_enough_for_a_slow_network() -> None:
    packed = sum(len(file.packed) for file in [*SHELL.files.values(), SHELL.page, SHELL.worker])
    assert packed < 250_000, packed
