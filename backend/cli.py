"""Read the command line: `maraude VERB …` and `python3 -m backend VERB …` are the same.

Each verb is a function that takes the parsed words and the settings and returns an exit status; heavy modules are
imported by the verb that needs them.
"""

import argparse
import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from backend.health.shared_measures import measures_are_shared
from backend.serve.lifetime import tie_to_parent
from backend.settings import BadSetting, Settings, read_settings

Verb = Callable[[argparse.Namespace, Settings], int]
_TEXT = argparse.RawDescriptionHelpFormatter


def main(words: Sequence[str] | None = None) -> int:
    """Run a verb and return its exit status: 0 done, 1 a fault that was told, 2 words that are no command."""
    tie_to_parent()
    given = list(sys.argv[1:] if words is None else words)
    verb = given[0] if given else ""
    if verb in _PASSED_ON:
        return _PASSED_ON[verb](given[1:])
    options = _parser(verb).parse_args(given)
    try:
        settings = read_settings()
    except BadSetting as bad:
        print(f"maraude: {bad}", file=sys.stderr)
        return 1
    run: Verb = options.run
    from backend.serve.database_fault import database_fault  # noqa: PLC0415

    try:
        return run(options, settings) if run in _BRING_THEIR_OWN_SERVERS else _run_on_servers(run, options, settings)
    except BrokenPipeError:  # whoever read our words has left, as `head` does
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    except Exception as error:
        told = database_fault(error)
        if told is None:
            raise
        return _fault(told)


def _run_on_servers(run: Verb, options: argparse.Namespace, settings: Settings) -> int:
    """Run a verb on the servers that the settings name or that run beside; of a demo's it is said first."""
    from backend.serve.addresses import at_home_of, running_beside, runs_only_a_demo, whose, with_servers  # noqa: PLC0415

    beside = None if settings.database_url else running_beside(settings.home)
    if beside and beside.is_demo:
        if getattr(options, "refuses_demo", False):
            return _fault("a demo runs here, and its data are thrown away: stop it, and run `maraude serve` first.")
        print(f"maraude: the demo of {beside.home}: its next start makes this database anew.", file=sys.stderr)
    elif getattr(options, "says_whose", False):
        print(f"maraude: {whose(settings.home, settings.database_url, runs=beside is not None)}", file=sys.stderr)
    settings = at_home_of(settings, beside)
    if not getattr(options, "finds_its_servers", False):
        settings = with_servers(settings, beside)
    if getattr(options, "needs_servers", True) and not settings.database_url:
        told = "no database: set DATABASE_URL and REDIS_URL, or run this beside `maraude serve`."
        if runs_only_a_demo(settings.home):
            told += f" A demo runs: MARAUDE_HOME={settings.home / 'demo'} names it."
        return _fault(told)
    return run(options, settings)


def _fault(sentence: str) -> int:
    print(f"maraude: {sentence}", file=sys.stderr)
    return 1


def _parser(verb: str) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="maraude",
        description="The field-operations system of a territorial health community.",
        epilog="Each verb tells more:  maraude VERB --help",
    )
    verbs = parser.add_subparsers(metavar="VERB", required=True)
    _add_demo(verbs)
    _add_serve(verbs)
    _add(verbs, "worker", "Run background jobs until stopped.", "maraude worker", _worker)
    _add_reference_admin(verbs)
    migrate = _add(verbs, "migrate", "Bring the database's schema forward.", "maraude migrate", _migrate)
    migrate.set_defaults(needs_servers=False, says_whose=True)
    if verb == "serve-demo":  # the demo runs it and `serve` runs the next one; nobody types them, so no list names them
        verbs.add_parser(verb).set_defaults(run=_serve_demo)
    if verb == "web":
        _add_web(verbs)
    doctor = _add(
        verbs, "doctor", "Say what is wrong with this installation and how to mend it.", "maraude doctor", _doctor
    )
    doctor.add_argument("--language", choices=("fr", "en"), default="fr")
    if verb not in verbs.choices:  # what follows imports much, which a server or worker that starts need not wait for
        _add_verbs_of_areas(verbs)
    return parser


def _add_verbs_of_areas(verbs: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the verbs that areas of the backend define beside what they do, and name those that read their own words."""
    from backend.accounts.commands import add_user_commands  # noqa: PLC0415 - only to build the help
    from backend.backup.commands import add_backup_commands  # noqa: PLC0415
    from backend.journal.commands import add_journal_commands  # noqa: PLC0415
    from backend.keys.commands import add_keys_commands  # noqa: PLC0415
    from backend.log.commands import add_rebuild_command  # noqa: PLC0415
    from backend.retention.commands import add_retention_commands  # noqa: PLC0415
    from backend.territory.commands import add_territory_commands  # noqa: PLC0415

    add_backup_commands(verbs)
    add_user_commands(verbs)
    add_journal_commands(verbs)
    add_retention_commands(verbs)
    add_keys_commands(verbs)
    add_territory_commands(verbs)
    add_rebuild_command(verbs)
    for name, does in _PASSED_ON_HELP.items():
        verbs.add_parser(name, help=does, add_help=False)


def _add(
    verbs: "argparse._SubParsersAction[argparse.ArgumentParser]", name: str, does: str, example: str, run: Verb
) -> argparse.ArgumentParser:
    parser = verbs.add_parser(name, help=does, description=does, epilog=f"Example:\n  {example}", formatter_class=_TEXT)
    parser.set_defaults(run=run)
    return parser


def _add_demo(verbs: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    does = "Set everything up in a demo database, run a whole day on it, and serve it until stopped."
    demo = _add(verbs, "demo", does, "maraude demo --once", _demo)
    demo.add_argument("--once", action="store_true", help="end after the report; status 0 only if every promise held")
    demo.add_argument("--seed", type=int, default=1, help="the seed of the invented people (default 1)")
    demo.add_argument("--scale", type=int, default=6000, help="persons known, up to 318000 (default 6000)")
    demo.add_argument("--port", type=int, default=None, help="where to serve (default: the setting, else 8765)")
    demo.add_argument("--plan-seconds", type=int, default=8, help="seconds of search for tomorrow's plan (default 8)")


def _add_serve(verbs: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    does = "Serve the application; embedded servers are started where no URL names one."
    serve = _add(verbs, "serve", does, "maraude serve --tls-cert cert.pem --tls-key key.pem", _serve)
    serve.add_argument("--host", default=None)
    serve.add_argument("--port", type=int, default=None)
    serve.add_argument("--tls-cert", type=Path, default=None, help="certificate chain: tablets need a secure context")
    serve.add_argument("--tls-key", type=Path, default=None)
    serve.add_argument("--without-worker", action="store_true", help="do not run a worker beside the web server")


def _add_web(verbs: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    web = verbs.add_parser("web")
    web.set_defaults(run=_web)
    web.add_argument("--socket", type=int, action="append", required=True)
    web.add_argument("--tls-cert", type=Path, default=None)
    web.add_argument("--tls-key", type=Path, default=None)


def _add_reference_admin(verbs: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    does = "Serve the administration of reference tables, on an origin of its own beside the web server."
    verb = _add(verbs, "reference-admin", does, "maraude reference-admin", _reference_admin)
    verb.add_argument("--tls-cert", type=Path, default=None, help="certificate chain")
    verb.add_argument("--tls-key", type=Path, default=None)
    verb.add_argument("--language", choices=("fr", "en"), default="fr", help="of a refusal")
    verb.set_defaults(needs_servers=False)


def _demo(options: argparse.Namespace, settings: Settings) -> int:
    from backend.demo.commands import demo  # noqa: PLC0415

    return demo(options, settings)


def _serve(options: argparse.Namespace, settings: Settings) -> int:
    with measures_are_shared(settings.web_processes):
        from backend.serve.commands import serve  # noqa: PLC0415

        return serve(options, settings)


def _serve_demo(_options: argparse.Namespace, settings: Settings) -> int:
    with measures_are_shared(settings.web_processes):
        from backend.serve.commands import serve_demo  # noqa: PLC0415

        return serve_demo(settings)


def _web(options: argparse.Namespace, settings: Settings) -> int:
    from backend.serve.commands import web  # noqa: PLC0415

    return web(options, settings)


def _reference_admin(options: argparse.Namespace, settings: Settings) -> int:
    from importlib.util import find_spec  # noqa: PLC0415

    if find_spec("piccolo_admin") is None:
        from backend.reference_admin.refusals import told  # noqa: PLC0415

        print(told("packages", options.language), file=sys.stderr)
        return 1
    from backend.reference_admin.commands import reference_admin  # noqa: PLC0415

    return reference_admin(options, settings)


def _worker(_options: argparse.Namespace, settings: Settings) -> int:
    from backend.serve.commands import worker  # noqa: PLC0415

    return worker(settings)


def _migrate(_options: argparse.Namespace, settings: Settings) -> int:
    from backend.serve.commands import migrate  # noqa: PLC0415

    return migrate(settings)


def _doctor(options: argparse.Namespace, settings: Settings) -> int:
    from backend import clock  # noqa: PLC0415
    from backend.doctor.commands import doctor  # noqa: PLC0415

    return doctor(settings, settings.home / "data", clock.now, options.language)


def _test(words: list[str]) -> int:
    from backend.development import test  # noqa: PLC0415

    return test(words)


def _check(words: list[str]) -> int:
    from backend.development import check  # noqa: PLC0415

    return check(words)


def _route(words: list[str]) -> int:
    from routing.commands import main as route  # noqa: PLC0415

    return route(words)


def _doses(words: list[str]) -> int:
    from backend.doses.commands import main as doses  # noqa: PLC0415

    return doses(words)


def _simulate(words: list[str]) -> int:
    from backend.development import simulate  # noqa: PLC0415

    return simulate(words)


def _chaos(words: list[str]) -> int:
    from backend.development import chaos  # noqa: PLC0415

    return chaos(words)


def _bench(words: list[str]) -> int:
    from backend.development import bench  # noqa: PLC0415

    return bench(words)


# `doctor` looks for them itself, to say what it finds.
_BRING_THEIR_OWN_SERVERS = frozenset({_demo, _serve, _serve_demo, _web, _doctor})
# Verbs whose words another parser reads.
_PASSED_ON: dict[str, Callable[[list[str]], int]] = {
    "test": _test,
    "check": _check,
    "simulate": _simulate,
    "chaos": _chaos,
    "bench": _bench,
    "route": _route,
    "doses": _doses,
}
_PASSED_ON_HELP = {
    "test": "Run all tests, from nothing; words go to pytest. Example: maraude test -k merge",
    "check": "Format, lint, types, import contracts, tests. Example: maraude check",
    "simulate": "Simulate sync under faults, from seeds. Example: maraude simulate --seeds 100",
    "chaos": "Kill real servers on a bad network and count what is lost. Example: maraude chaos --ops 2000",
    "bench": "Measure: sync, plan, travel, doses, coverage, trust, pages. Example: maraude bench doses",
    "route": "Solve and check planning problems in JSON. Example: maraude route solve PROBLEM.json --seconds 5 --seed 1",
    "doses": "Check the vaccination engine on case sheets. Example: maraude doses check FILE.csv",
}


if __name__ == "__main__":
    sys.exit(main())
