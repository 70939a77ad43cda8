"""Where packages come from is what pip's and uv's own configuration says, in their own order."""

from pathlib import Path

from backend.bootstrap.indexes import Indexes, configured_for_pip, configured_for_uv, uv_arguments


def written(path: Path, content: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(content)
    return path


def test_pip_settings_win_in_pips_order_when_several_files_speak(tmp_path: Path) -> None:
    system, user = tmp_path / "etc", tmp_path / "home"
    written(system / "pip.conf", "[global]\nindex-url = https://system.example/simple\ncert = /system.pem\n")
    written(
        user / ".config/pip/pip.conf",
        "[global]\nindex-url = https://user.example/simple\nfind-links = /wheels\n  https://links.example\n",
    )
    assert configured_for_pip({}, user, system) == Indexes(
        default="https://user.example/simple",
        find_links=("/wheels", "https://links.example"),
        certificates="/system.pem",
    )
    named = written(tmp_path / "named.conf", "[install]\nextra_index_url = https://more.example/simple\n")
    environ = {"PIP_CONFIG_FILE": str(named), "PIP_INDEX_URL": "https://variable.example/simple"}
    assert configured_for_pip(environ, user, system).addresses == (
        "https://variable.example/simple",
        "https://more.example/simple",
    )


def test_pip_files_are_not_read_when_pip_is_told_not_to(tmp_path: Path) -> None:
    written(tmp_path / "etc/pip.conf", "[global]\nindex-url = https://system.example/simple\n")
    assert configured_for_pip({"PIP_CONFIG_FILE": "/dev/null"}, tmp_path, tmp_path / "etc").is_empty


def test_broken_files_are_left_to_their_own_tool_when_read(tmp_path: Path) -> None:
    written(tmp_path / "etc/pip.conf", "index-url without a section")
    written(tmp_path / "etc/uv/uv.toml", "= nothing")
    assert configured_for_pip({}, tmp_path, tmp_path / "etc").is_empty
    assert configured_for_uv({}, tmp_path, tmp_path / "etc").is_empty


def test_uv_settings_are_found_when_written_in_any_of_its_ways(tmp_path: Path) -> None:
    written(
        tmp_path / ".config/uv/uv.toml",
        'find-links = ["/wheels"]\n[[index]]\nname = "own"\nurl = "https://own.example/simple"\ndefault = true\n'
        '[[index]]\nurl = "https://more.example/simple"\n[pip]\nextra-index-url = ["https://old.example/simple"]\n',
    )
    found = configured_for_uv({"UV_INDEX": "named=https://variable.example/simple"}, tmp_path, tmp_path / "etc")
    assert found.default == "https://own.example/simple"
    assert found.extra == (
        "https://variable.example/simple",
        "https://more.example/simple",
        "https://old.example/simple",
    )
    assert found.find_links == ("/wheels",)
    variable = configured_for_uv({"UV_DEFAULT_INDEX": "https://one.example/s"}, tmp_path, tmp_path / "etc")
    assert variable.default == "https://one.example/s"


def test_uv_is_told_everything_when_only_pip_is_configured() -> None:
    words = uv_arguments(Indexes("https://own.example/s", ("https://more.example/s",), ("/wheels",), no_index=True))
    assert " ".join(words[:7]) == (
        "--default-index https://own.example/s --index https://more.example/s --find-links /wheels --no-index"
    )


def test_no_index_is_asked_when_pip_is_forbidden_to() -> None:
    assert Indexes("https://own.example/s", no_index=True).addresses == ()
