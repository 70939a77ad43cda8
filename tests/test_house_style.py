"""This file keeps the house rules that no ready-made linter knows, each with the fault that it must catch.

A check takes the text of the files by their path and returns its complaints. What is an exception stands here by name,
with its reason. What linters keep is in pyproject.toml; what documents promise, in tests/test_docs.py.
"""

import ast
import re
import subprocess
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path

import pytest

from backend.edge.logs import ALLOWED
from sync.kinds import KINDS

CHECKOUT = Path(__file__).resolve().parents[1]
PRODUCT = ("admin/", "backend/", "routing/", "sync/")
PYTHON = (*PRODUCT, "bench/", "tests/")
Files = dict[str, str]
Check = Callable[[Files], list[str]]

LINES_MAX = {"product": 400, "tests": 500}  # a file of tests holds many small stories
LONG_FILES = {
    "sync/kinds.py": "a table: one entry per field of each kind",
}
# Words in a statement that are ours, by file: a table or a column of our own, never a value.
OWN_WORDS_IN_SQL = {
    "backend/backup/manifest.py": {"table"},  # the tables that the database names
    "backend/backup/restore.py": {"database", "former", "name", "owner", "restored"},  # databases and roles named here
    "backend/coverage/keep.py": {"shared", "_prefixed('c')", "_prefixed('u')"},  # `` or `_shared`; columns of a cell
    "backend/doses/keep.py": {"', '.join((f'{name} {type_}' for name, type_ in _TYPES.items()))"},
    "backend/embedded/postgres.py": {
        "exists",
        "rights",
        "passwords.owner",
        "passwords.app",
        "passwords.reference",
    },  # psql; passwords made here
    "backend/people/belongings.py": {"table", "condition"},  # kinds and fields of sync/kinds.py
    "backend/people/file.py": {"kind"},
    "backend/retention/erase.py": {"kind"},
    "backend/review/store.py": {"order"},  # one of two orders, a line above
    "backend/territory/store.py": {"table"},  # the plain tables of a territory, listed there
    "backend/log/projection.py": {
        "kind",
        "returned",  # `*`, or the columns of a kind that refer to others
        "', '.join(names)",
        "', '.join(typed)",
        "', '.join(values)",
        "', '.join((f'{name} = excluded.{name}' for name in names))",
    },
}
STATEMENT = re.compile(
    r"^\s*(SELECT\s|INSERT INTO\s|UPDATE\s+\S+\s+SET\s|DELETE FROM\s|CREATE\s+(TABLE|DATABASE|ROLE)\s|ALTER\s|DROP\s|"
    r"WITH\s+\S+\s+AS|TRUNCATE\s|COPY\s)"
)
ROUTES = {"get", "post", "put", "patch", "delete", "head", "route", "websocket", "websocket_listener"}
LOG_METHODS = {"debug", "info", "warning", "error", "exception", "critical", "log"}
# Names of hosts and folders are put together here, so that this file does not hold what it looks for.
REGISTRIES = tuple(
    ".".join(parts)
    for parts in (
        ("pypi", "org"),
        ("pythonhosted", "org"),
        ("npmjs", "org"),
        ("npmjs", "com"),
        ("unpkg", "com"),
        ("jsdelivr", "net"),
        ("cdnjs", "cloudflare"),
        ("docker", "io"),
        ("ghcr", "io"),
        ("quay", "io"),
        ("gcr", "io"),
        ("crates", "io"),
    )
)
MACHINE_PATHS = re.compile(
    r"(?<![\w.~/-])/(?:" + "|".join(("wo" + "rk", "ro" + "ot", "opt/py" + "pi", "opt/wh" + "eels")) + r")(?:/|\b)"
)
OPENINGS_THAT_SAY_NOTHING = re.compile(
    r"^(module|utilities|utils|helpers?|misc|functions?|classes|code|stuff|todo)\b", re.IGNORECASE
)


def test_no_file_breaks_a_rule_of_the_house(check: Check, files: Files) -> None:
    complaints = check(files)
    assert not complaints, "\n".join(complaints)


def first_sentences(files: Files) -> list[str]:
    """Complain of a module that does not open with a sentence that says what it is."""
    found = []
    for path, tree in _trees(files, PYTHON):
        sentence = (ast.get_docstring(tree) or "").split("\n")[0]
        if not files[path].strip() or path.startswith("backend/db/migrations/__init__"):
            continue
        if len(sentence.split()) < 3 or sentence[-1:] not in ".:;?" or OPENINGS_THAT_SAY_NOTHING.match(sentence):
            found.append(f"{path}: its first sentence must complete 'This file …', not {sentence!r}")
    return found


def lengths(files: Files) -> list[str]:
    """Complain of files longer than the limit, and of exceptions that are none any more."""
    found = [
        f"{path}: {count} lines, at most {most} make a file that can be read at once"
        for path, text in files.items()
        if path.endswith(".py")
        and path not in LONG_FILES
        and (count := text.count("\n")) > (most := LINES_MAX["product" if path.startswith(PRODUCT) else "tests"])
    ]
    kept = [path for path in LONG_FILES if path in files and files[path].count("\n") <= LINES_MAX["product"]]
    return found + [f"{path}: it is short enough now, take it out of LONG_FILES" for path in kept]


def statements(files: Files) -> list[str]:
    """Complain of a value written into SQL: statements are literal text, or hold names of our own (OWN_WORDS_IN_SQL)."""
    found = []
    for path, tree in _trees(files, PRODUCT):
        own = OWN_WORDS_IN_SQL.get(path, set())
        for node in ast.walk(tree):
            if isinstance(node, ast.JoinedStr) and STATEMENT.match(_literal_start(node)):
                inserted = [ast.unparse(part.value) for part in node.values if isinstance(part, ast.FormattedValue)]
                found += [
                    f"{path}:{node.lineno}: {{{word}}} in a statement: give it as a value ($1)"
                    for word in inserted
                    if not re.fullmatch(r"_?[A-Z][A-Z0-9_]*", word) and word not in own
                ]
            elif _is_formatted(node) and any(STATEMENT.match(text) for text in _texts(node)):
                found.append(f"{path}:{getattr(node, 'lineno', 0)}: a statement is put together with % or format()")
    return found


def unpickling(files: Files) -> list[str]:
    """Complain of anything that turns bytes from outside into objects or code."""
    banned = {"pickle", "marshal", "shelve", "dill", "cloudpickle"}
    found = []
    for path, tree in _trees(files, PRODUCT):
        for node in ast.walk(tree):
            if isinstance(node, ast.Import | ast.ImportFrom):
                names = (
                    [node.module or ""] if isinstance(node, ast.ImportFrom) else [alias.name for alias in node.names]
                )
                found += [
                    f"{path}:{node.lineno}: {name} is not used here" for name in names if name.split(".")[0] in banned
                ]
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in {"eval", "exec"}:
                found.append(f"{path}:{node.lineno}: {node.func.id}() is not used here")
    return found


def queues(files: Files) -> list[str]:
    """Complain of a queue, worker or job of RQ that would fall back to its default serializer, which unpickles."""
    found = []
    for path, tree in _trees(files, PRODUCT):
        rq = {alias.asname or alias.name for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)
              and (node.module or "").split(".")[0] == "rq" for alias in node.names}  # fmt: skip
        own = {node.name for node in ast.walk(tree) if isinstance(node, ast.ClassDef)
               and any(ast.unparse(base).split(".")[-1] in rq for base in node.bases)}  # fmt: skip
        for call in (node for node in ast.walk(tree) if isinstance(node, ast.Call)):
            name = ast.unparse(call.func)
            makes = name in {"Queue", "Worker", "SimpleWorker", "SpawnWorker"} & rq or name in own
            reads = name.endswith((".fetch", ".fetch_many")) and name.split(".")[0] in rq | own
            if (makes or reads) and not any(
                word.arg == "serializer" and "json" in ast.unparse(word.value).lower() for word in call.keywords
            ):
                found.append(f"{path}:{call.lineno}: {name}() needs serializer=JSONSerializer")
    return found


def log_calls(files: Files) -> list[str]:
    """Complain of a log call with a field that is not allow-listed, or whose sentence is put together from values."""
    found = []
    for path, tree in _trees(files, ("admin/", "backend/")):
        for call in (node for node in ast.walk(tree) if isinstance(node, ast.Call)):
            called = call.func
            if not (
                isinstance(called, ast.Attribute)
                and called.attr in LOG_METHODS
                and ast.unparse(called.value) in {"log", "LOG"}
            ):
                continue
            found += [
                f"{path}:{call.lineno}: the field {word.arg} is not in backend/edge/logs.py::ALLOWED"
                for word in call.keywords
                if word.arg not in ALLOWED and word.arg != "exc_info"
            ]
            if not (call.args and isinstance(call.args[0], ast.Constant)):
                found.append(f"{path}:{call.lineno}: an event of the log is a literal word")
    return found


def allow_list_of_logs(files: Files) -> list[str]:
    """Complain of an allow-listed field that names something a person's, a place's or a household's record holds."""
    _ = files
    private = {
        field
        for kind in ("person", "place", "household", "consent", "dose", "screening")
        for field in KINDS[kind].fields
    }
    return [
        f"backend/edge/logs.py: {field} may not be logged"
        for field in sorted(private & ALLOWED - {"kind", "state", "status"})
    ]


def _names_of_rights(tree: ast.Module) -> set[str]:
    """Return the constants of a file whose value names a right."""
    assigned = [node for node in tree.body if isinstance(node, ast.Assign | ast.AnnAssign) and node.value is not None
                and "Right." in ast.unparse(node.value)]  # fmt: skip
    targets = [
        target for node in assigned for target in (node.targets if isinstance(node, ast.Assign) else [node.target])
    ]
    return {target.id for target in targets if isinstance(target, ast.Name)}


def rights(files: Files) -> list[str]:
    """Complain of a route that names no right, by itself or by a constant that a file of rules gives a right."""
    found = []
    named_rights = {path: _names_of_rights(tree) for path, tree in _trees(files, ("backend/",))}
    for path, tree in _trees(files, ("admin/", "backend/")):
        litestar = {alias.asname or alias.name for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)
                    and (node.module or "").split(".")[0] == "litestar" for alias in node.names}  # fmt: skip
        shared = _names_of_rights(tree) | {
            alias.name for node in tree.body if isinstance(node, ast.ImportFrom) and node.module
            for alias in node.names if alias.name in named_rights.get(node.module.replace(".", "/") + ".py", ())
        }  # fmt: skip
        for node in ast.walk(tree):
            if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                continue
            for mark in node.decorator_list:
                named = ast.unparse(mark.func) if isinstance(mark, ast.Call) else ast.unparse(mark)
                words = mark.keywords if isinstance(mark, ast.Call) else []
                said = [ast.unparse(word.value) for word in words if word.arg == "opt"]
                known = any(
                    "Right." in one or one in shared or one in {f"needs({name})" for name in shared} for one in said
                )
                if named in ROUTES & litestar and not known:
                    found.append(f"{path}:{node.lineno}: the route {node.name} names no right: opt=needs(Right.…)")
    return found


def hosts(files: Files) -> list[str]:
    """Complain of a file that names a package registry: where packages come from is the machine's own setting."""
    return [f"{path}: names {host}" for path, text in files.items() for host in REGISTRIES if host in text]


def machine_paths(files: Files) -> list[str]:
    """Complain of a path that exists on somebody's machine only."""
    return [
        f"{path}: {match.group()}: a path of one machine"
        for path, text in files.items()
        for match in MACHINE_PATHS.finditer(text)
    ]


CHECKS: tuple[Check, ...] = (
    first_sentences, lengths, statements, unpickling, queues, log_calls, allow_list_of_logs, rights, hosts, machine_paths,
)  # fmt: skip

PLANTED = [
    (first_sentences, "backend/some.py", '"""Helpers for visits."""\nX = 1\n'),
    (first_sentences, "sync/some.py", "X = 1\n"),
    (lengths, "routing/some.py", '"""Decide something."""\n' + "X = 1\n" * 400),
    (lengths, "tests/some.py", '"""Keep something."""\n' + "X = 1\n" * 500),
    (lengths, "sync/kinds.py", '"""Say which kinds there are."""\n'),
    (statements, "backend/some.py", "await tx.fetch(f\"SELECT * FROM person WHERE family_name = '{name}'\")"),
    (statements, "backend/some.py", 'await tx.execute("DELETE FROM person WHERE id = %s" % person_id)'),
    (statements, "backend/some.py", "await tx.execute(\"UPDATE person SET phone = '{}'\".format(phone))"),
    (statements, "backend/some.py", 'await tx.execute("SELECT * FROM person WHERE alias = \'" + alias + "\'")'),
    (unpickling, "backend/some.py", "import pickle\n"),
    (unpickling, "sync/some.py", "from dill import loads\n"),
    (unpickling, "sync/some.py", "eval(word)\n"),
    (queues, "backend/some.py", "from rq import Queue\nq = Queue('maraude', connection=c)\n"),
    (queues, "backend/some.py", "from rq.job import Job\nclass Own(Job): ...\njob = Own.fetch(i, connection=c)\n"),
    (log_calls, "backend/some.py", 'log.info("person.seen", family_name=person.family_name)\n'),
    (log_calls, "backend/some.py", 'log.warning(f"{person.family_name} was seen")\n'),
    (rights, "backend/some.py", "from litestar import get\n@get('/api/people')\nasync def people() -> None: ...\n"),
    (
        rights,
        "admin/some.py",
        "from litestar import post\n@post('/p', opt={'x': 1})\nasync def people() -> None: ...\n",
    ),
    (hosts, "requirements.lock", "--index-url https://" + REGISTRIES[0] + "/simple\n"),
    (machine_paths, "docs/some.md", "see /" + "work/main/README.md\n"),
]


@pytest.mark.parametrize(("check", "path", "text"), PLANTED)
def test_a_check_complains_when_its_fault_is_planted(check: Check, path: str, text: str) -> None:
    assert check({path: text})


def test_the_allow_list_of_logs_is_checked_against_the_fields_of_people(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tests.test_house_style.ALLOWED", ALLOWED | {"family_name"})
    assert allow_list_of_logs({})


def test_statements_with_our_own_names_pass() -> None:
    text = 'async def f(tx):\n    await tx.fetch(f"SELECT {_COLUMNS} FROM plan WHERE id = $1", plan_id)\n'
    assert not statements({"backend/some.py": text})


@pytest.fixture(params=CHECKS, ids=lambda check: check.__name__)
def check(request: pytest.FixtureRequest) -> Check:
    found: Check = request.param
    return found


@pytest.fixture(scope="module")
def files() -> Files:
    """Every text file of the repository, as git knows it, new ones included; a tree without git is walked."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"],
        cwd=CHECKOUT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    if listed.returncode == 0:
        paths = [CHECKOUT / name for name in listed.stdout.split("\0") if name]
    else:
        paths = [
            path
            for path in CHECKOUT.rglob("*")
            if not {".git", "node_modules", "__pycache__"} & {*path.relative_to(CHECKOUT).parts}
        ]
    found = {}
    for path in paths:
        if path.is_file():
            try:
                found[path.relative_to(CHECKOUT).as_posix()] = path.read_text(encoding="utf-8")
            except UnicodeDecodeError:  # a picture
                continue
    return found


def _trees(files: Files, folders: tuple[str, ...]) -> Iterator[tuple[str, ast.Module]]:
    for path, text in files.items():
        if path.endswith(".py") and path.startswith(folders):
            yield path, _parsed(path, text)


@cache
def _parsed(path: str, text: str) -> ast.Module:
    return ast.parse(text, path)


def _literal_start(node: ast.JoinedStr) -> str:
    first = node.values[0] if node.values else None
    return first.value if isinstance(first, ast.Constant) and isinstance(first.value, str) else ""


def _is_formatted(node: ast.AST) -> bool:
    """Tell a string that is put together from values: `%`, `+` with something that is no text, `format`."""
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Mod):
        return True
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
        return not (_is_literal(node.left) and _is_literal(node.right))
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "format"


def _is_literal(node: ast.expr) -> bool:
    """Tell text as it is written: a constant, one of our names in capitals, or a choice between such texts."""
    if isinstance(node, ast.IfExp):
        return _is_literal(node.body) and _is_literal(node.orelse)
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
        return _is_literal(node.left) and _is_literal(node.right)
    named = isinstance(node, ast.Name) and node.id.lstrip("_").isupper()
    return named or isinstance(node, ast.Constant | ast.JoinedStr)


def _texts(node: ast.AST) -> list[str]:
    parts = [node.left, node.right] if isinstance(node, ast.BinOp) else []
    parts += [node.func.value] if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) else []
    return [part.value for part in parts if isinstance(part, ast.Constant) and isinstance(part.value, str)]
