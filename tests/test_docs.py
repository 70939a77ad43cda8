"""This file keeps the documents true: what they name exists, and what exists is in them.

Each check takes the text of a page, and is shown to catch a page that is wrong. The tables that follow from the code are
made by tests/reference_pages.py; the rules of the code itself are kept in tests/test_house_style.py.
"""

import ast
import dataclasses
import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest

from backend.cli import _parser
from backend.settings import Settings
from sync.kinds import KINDS
from sync.wire import HISTORY, PROTOCOL_VERSION
from tests.reference_pages import PARTS, with_part

CHECKOUT = Path(__file__).resolve().parents[1]
TOP_FILES = {path.name for path in CHECKOUT.iterdir()}
PAGES = [
    CHECKOUT / name
    for name in ("README.md", "CONTRIBUTING.md", "CHANGELOG.md", "sync/README.md", "backend/territory/README.md")
] + sorted((CHECKOUT / "docs").rglob("*.md"))
# What a page names in backticks and looks like a path of ours. `file.py::NAME` names something in a file.
PATH = re.compile(r"`((?:[\w.-]+/)*[\w.-]+(?:/|\.(?:py|md|toml|sql|html|json|yaml|sh|css|js|lock|csv)))(?:::(\w+))?`")
LINK = re.compile(r"\]\(([^)#:\s]+)(?:#[\w-]+)?\)")
# Names that every area uses alike, and files of a running installation.
NOT_IN_THE_TREE = {"api.py", "jobs.py", "store.py", "page.py", "words.py"} | {
    "secret.key", "cert.pem", "key.pem", "worker.log", "web.log", "tablet.sqlite",
}  # fmt: skip
WORDS = [
    "person", "household", "place", "request", "visit", "stop", "route", "plan", "round", "team", "shift", "tablet", "dose",
    "screening", "education session", "exposure", "lot", "vial", "op", "record", "log", "cursor", "scope", "bucket", "review",
    "contact", "campaign", "target", "forecast", "quarantine", "zone", "site session", "appointment", "sign-in session",
]  # fmt: skip
ENVIRONMENT = re.compile(r"MARAUDE_[A-Z_]+|DATABASE_URL|DATABASE_OWNER_URL|REDIS_URL")
DECISION_PARTS = ("Status", "Context", "Decision", "Consequences", "Alternatives", "What keeps it")
EMPTY_WORDS = {"what", "which", "when", "where", "does", "this", "that", "with", "from", "have", "they", "there", "like",
               "file", "decide", "happens", "would", "really", "exactly", "says", "somebody", "something"}  # fmt: skip


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(CHECKOUT)))
def test_paths_and_links_of_a_page_exist(page: Path) -> None:
    assert not broken_paths(page.read_text(encoding="utf-8"), page)


def test_a_page_that_names_what_does_not_exist_is_caught() -> None:
    page = CHECKOUT / "docs/architecture.md"
    for text in ("`sync/gone.py`", "`sync/merge.py::gone`", "[there](gone.md)", "`gone/`"):
        assert broken_paths(text, page), text
    assert not broken_paths("`sync/merge.py::apply` and [here](reference/settings.md)", page)


def test_where_is_it_decided_has_answers_that_say_so_themselves() -> None:
    rows = questions(CHECKOUT / "README.md")
    assert len(rows) >= 25
    assert not unfit_answers(rows)


def test_a_question_that_points_to_the_wrong_file_is_caught() -> None:
    assert unfit_answers([("What is a good plan?", "sync/names.py")])
    assert unfit_answers([("What is a good plan?", "routing/gone.py")])
    rows = questions(CHECKOUT / "README.md")
    turned = [(question, rows[at - len(rows) // 2][1]) for at, (question, _) in enumerate(rows)]
    assert len(unfit_answers(turned)) > len(rows) * 3 // 4


def test_every_variable_of_the_code_is_a_setting_of_the_page_and_the_other_way_round() -> None:
    documented = set(ENVIRONMENT.findall(_page("reference/settings.md")))
    assert documented == variables_read(_sources())
    assert "MARAUDE_NEW" in variables_read(['env.get("MARAUDE_NEW")'])


def test_defaults_of_the_settings_page_are_those_of_the_code() -> None:
    rows = dict(re.findall(r"^\| `(\w+)` \| ([^|]*) \|", _page("reference/settings.md"), re.MULTILINE))
    defaults = {field.name: field.default for field in dataclasses.fields(Settings)}
    for name, field in (
        ("MARAUDE_HOST", "host"),
        ("MARAUDE_PORT", "port"),
        ("MARAUDE_LOG_LEVEL", "log_level"),
        ("MARAUDE_POOL_SIZE_MAX", "pool_size_max"),
        ("MARAUDE_QUEUE", "queue_name"),
        ("MARAUDE_JOB_LEASE_SECONDS", "job_lease_seconds"),
    ):
        assert rows[name].strip() == f"`{defaults[field]}`", name


@pytest.mark.parametrize("name", PARTS)
def test_tables_made_from_the_code_are_up_to_date(name: str) -> None:
    path, make = PARTS[name]
    text = (CHECKOUT / path).read_text(encoding="utf-8")
    assert text == with_part(text, name, make()), "run: python -m tests.reference_pages"


def test_every_table_of_the_schema_has_its_line() -> None:
    made = set()
    for path in (CHECKOUT / "backend/db/migrations/sql").glob("*.sql"):
        made |= set(re.findall(r"^CREATE TABLE (\w+)", path.read_text(encoding="utf-8"), re.MULTILINE))
    plain, _, kinds = _page("reference/tables.md").partition("## Kinds of record")
    documented = re.findall(r"^\| `(\w+)` \|", plain, re.MULTILINE) + re.findall(r"^### `(\w+)`", kinds, re.MULTILINE)
    assert sorted(documented) == sorted(made)
    assert made > set(KINDS)


def test_every_word_of_the_house_and_every_kind_is_in_the_glossary() -> None:
    glossary = _page("reference/glossary.md")
    bold = {word.lower() for word in re.findall(r"^\| \*\*(.+?)\*\* \|", glossary, re.MULTILINE)}
    assert not set(WORDS) - bold
    kinds = {kind.replace("_", " ") for kind in KINDS}
    assert not kinds - bold


def test_the_protocol_page_names_the_version_and_every_request_of_tablets() -> None:
    page = _page("reference/sync-protocol.md")
    assert f"Version {PROTOCOL_VERSION}." in page
    assert PROTOCOL_VERSION in HISTORY
    sources = [
        (CHECKOUT / "backend/tablets" / name).read_text(encoding="utf-8")
        for name in ("api.py", "forecasts.py", "people_api.py")
    ]
    paths = re.findall(r'@post\("(/sync/[\w/-]+)"', "".join(sources))
    assert set(paths) == set(re.findall(r"POST (/sync/[\w/-]+)", page))


def test_every_verb_that_the_documents_use_is_a_verb_of_the_command_line() -> None:
    verbs = _verbs()
    for page in PAGES:
        used = set(re.findall(r"(?:python3 -m backend|(?<![\w/-])maraude) ([a-z][a-z-]+)\b", _code(page)))
        assert not used - verbs - {"user"}, page
    assert "unknown-verb" not in verbs


def test_every_event_that_operators_are_told_of_is_one_that_the_code_logs() -> None:
    told = re.findall(r"`([a-z_]+\.[a-z_]+)`", _page("operations/read-the-logs.md"))
    logged = set(re.findall(r"log\.\w+\(\s*\"([a-z_.]+)\"", "\n".join(_sources())))
    assert len(told) >= 10
    assert {event for event in told if not (CHECKOUT / event).exists()} <= logged | {"secret.key"}


@pytest.mark.parametrize("page", sorted((CHECKOUT / "docs/decisions").glob("0*.md")), ids=lambda page: page.stem)
def test_a_decision_has_every_part_and_is_listed(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    assert not missing_parts(text)
    assert page.name in (CHECKOUT / "docs/decisions/README.md").read_text(encoding="utf-8")
    assert missing_parts(text.replace("## Alternatives", "## Others")) == ["Alternatives"]


def test_decisions_are_numbered_without_gaps() -> None:
    numbers = sorted(int(page.name[:4]) for page in (CHECKOUT / "docs/decisions").glob("0*.md"))
    assert numbers == list(range(1, len(numbers) + 1))


def test_the_top_of_the_readme_is_the_two_commands() -> None:
    lines = (CHECKOUT / "README.md").read_text(encoding="utf-8").splitlines()[:6]
    assert [line.split("  ")[0] for line in lines if line.startswith("python3")] == [
        "python3 -m backend demo",
        "python3 -m backend test",
    ]


def broken_paths(text: str, page: Path) -> list[str]:
    """Return what a page names in backticks or links to that is not in the tree."""
    text = re.sub(r"```.*?```", "", text, flags=re.DOTALL)
    found = []
    for name, inside in PATH.findall(text):
        path = next((base / name for base in (CHECKOUT, page.parent) if (base / name).exists()), None)
        if path is None and name not in NOT_IN_THE_TREE:
            found.append(name)
        elif inside and path is not None and not re.search(rf"\b{inside}\b", path.read_text(encoding="utf-8")):
            found.append(f"{name}::{inside}")
    return found + [link for link in LINK.findall(text) if not (page.parent / link).exists()]


def questions(readme: Path) -> list[tuple[str, str]]:
    """Return the rows of "Where is it decided?"."""
    return re.findall(r"^\| (.+\?) \| `([\w/.]+)` \|$", readme.read_text(encoding="utf-8"), re.MULTILINE)


def unfit_answers(rows: Iterable[tuple[str, str]]) -> list[str]:
    """Return the rows whose file is missing, or whose first sentence shares no word with the question."""
    found = []
    for question, name in rows:
        path = CHECKOUT / name
        if not path.exists():
            found.append(f"{name} does not exist")
            continue
        said = opening(path)
        if not _stems(question) & _stems(f"{said} {path.stem}"):
            found.append(f"{question} {name} says: {said}")
    return found


def opening(path: Path) -> str:
    """Return the first paragraph with which a file says what it is: of its docstring, or of its comment in JavaScript."""
    text = path.read_text(encoding="utf-8")
    if path.suffix == ".js":
        return text.split("\n//\n")[0].split("\n\n")[0]
    return (ast.get_docstring(ast.parse(text)) or "").split("\n\n")[0]


def variables_read(sources: Iterable[str]) -> set[str]:
    """Return the environment variables of ours that some Python source names."""
    return {name for text in sources for name in re.findall(rf"[\"']({ENVIRONMENT.pattern})[\"']", text)}


def missing_parts(decision: str) -> list[str]:
    """Return the parts that a decision lacks."""
    return [part for part in DECISION_PARTS if not re.search(rf"^(?:## {part}|{part}:)", decision, re.MULTILINE)]


def _stems(text: str) -> set[str]:
    words = re.findall(r"[a-zé]{4,}", text.lower().replace("_", " "))
    return {word[:5].rstrip("s") for word in words if word not in EMPTY_WORDS}


def _page(name: str) -> str:
    return (CHECKOUT / "docs" / name).read_text(encoding="utf-8")


def _sources() -> list[str]:
    paths = [path for folder in ("backend", "admin", "sync", "routing") for path in (CHECKOUT / folder).rglob("*.py")]
    paths += [CHECKOUT / "tests/skips.py", CHECKOUT / "tests/data_files.py"]
    return [path.read_text(encoding="utf-8") for path in paths]


def _code(page: Path) -> str:
    """Return what a page shows as code: fenced or in backticks."""
    text = page.read_text(encoding="utf-8")
    return "\n".join(re.findall(r"```.*?```", text, re.DOTALL) + re.findall(r"`[^`\n]+`", text))


def _verbs() -> set[str]:
    actions: list[Any] = [action for action in _parser("")._actions if isinstance(action.choices, dict)]
    return {verb for action in actions for verb in action.choices}
