"""The `territory` verbs: look at a user's files, and load them whole or not at all."""

import argparse
import asyncio
import re
import shutil
import sys
from datetime import date
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from backend import clock
from backend.dispatch.travel import extract_path
from backend.piccolo_conf import DB
from backend.settings import Settings
from backend.territory.line_errors import LineError
from backend.territory.load import Loaded, parse, read_files
from backend.territory.store import ImportRefusedError, WholeTerritory, write_territory

ERRORS_PRINTED_MOST = 50


def add_territory_commands(verbs: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add `territory check` and `territory load`."""
    territory = verbs.add_parser("territory", help="Check and load the files of a territory.")
    commands = territory.add_subparsers(metavar="COMMAND", required=True)
    for name, does, run in (
        ("check", "Say what the files hold and what is wrong, line by line; nothing is written.", check),
        ("load", "Load a territory from its files, whole or not at all.", load),
    ):
        files = "--zones zones.geojson --places places.csv --people people.csv"
        more = "" if name == "check" else ' --slug my-town --name "My town" --time-zone Europe/Paris'
        parser = commands.add_parser(
            name,
            help=does,
            description=does,
            epilog=f"Example:\n  maraude territory {name} {files}{more}",
            formatter_class=argparse.RawDescriptionHelpFormatter,
        )
        parser.add_argument("--zones", type=Path, required=True, help="GeoJSON: polygons with code, name")
        parser.add_argument("--places", type=Path, required=True, help="CSV: homes, hotels, centres …")
        parser.add_argument("--people", type=Path, required=True, help="CSV")
        parser.add_argument("--teams", type=Path, default=None, help="CSV")
        parser.add_argument(
            "--streets", type=Path, default=None, help="OpenStreetMap extract (.osm.pbf) for travel times"
        )
        parser.add_argument("--language", choices=("fr", "en"), default="fr")
        parser.set_defaults(run=run, needs_servers=name == "load", refuses_demo=name == "load")
        if name == "load":
            parser.add_argument("--slug", type=_slug, required=True, help="short name in addresses: a-z, 0-9, hyphen")
            parser.add_argument("--name", required=True)
            parser.add_argument("--time-zone", default="Europe/Paris")


def check(options: argparse.Namespace, _settings: Settings) -> int:
    """Print what the files hold, or every error with its line; 1 if there is one."""
    return 0 if _read(options, "check") is not None else 1


def load(options: argparse.Namespace, settings: Settings) -> int:
    """Load the files into the database that the settings name."""
    try:
        ZoneInfo(options.time_zone)
    except (ZoneInfoNotFoundError, ValueError):
        return _fault(f"{options.time_zone} is no time zone; Europe/Paris is one.")
    loaded = _read(options, options.slug)
    if loaded is None:
        return 1
    try:
        asyncio.run(_write(options, settings, loaded))
    except ImportRefusedError as refused:
        return _fault(f"nothing was loaded: {refused}")
    if options.streets is not None:
        target = extract_path(settings.home, options.slug)
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(options.streets, target)
    print(f"{options.name} is loaded. Next: maraude user first-administrator --territory {options.slug} …")
    return 0


async def _write(options: argparse.Namespace, settings: Settings, loaded: Loaded) -> None:
    DB.point_at(settings.database_url)
    await DB.start_connection_pool(min_size=1, max_size=3)
    try:
        whole = WholeTerritory(
            slug=options.slug,
            name=options.name,
            time_zone=options.time_zone,
            inhabitants=loaded.inhabitants,
            is_demo=False,
            zone_rows=loaded.zone_rows,
            population_cells=loaded.population_cells,
            shifts=(),
            coverage_targets=(),
            records=loaded.records,
        )
        total = len(loaded.records)
        await write_territory(
            settings.database_owner_url,
            whole,
            clock.now(),
            lambda done: print(f"{done} of {total} records", flush=True),
        )
    finally:
        await DB.close_connection_pool()


def _read(options: argparse.Namespace, slug: str) -> Loaded | None:
    files = read_files(options.zones, options.places, options.people, options.teams, options.streets)
    outcome = files if isinstance(files, list) else parse(files, slug, _today(options))
    if isinstance(outcome, list):
        _print_errors(outcome, options.language)
        return None
    seen = outcome.preview
    print(
        f"{seen.zones} zones, {seen.places} places ({seen.places_outside_zones} outside every zone), "
        f"{seen.households} households, {seen.people} people ({seen.people_without_place} without a place), {seen.teams} teams"
    )
    return outcome


def _slug(text: str) -> str:
    if not re.fullmatch("[a-z0-9-]{1,40}", text):
        message = f"{text!r} is no short name; my-town is one: a-z, 0-9 and hyphen, 40 at most"
        raise argparse.ArgumentTypeError(message)
    return text


def _today(options: argparse.Namespace) -> date:
    return clock.day_in(getattr(options, "time_zone", "Europe/Paris"), clock.now())


def _print_errors(errors: list[LineError], language: str) -> None:
    french = language == "fr"
    for error in errors[:ERRORS_PRINTED_MOST]:
        sentence, remedy = (error.sentence_fr, error.remedy_fr) if french else (error.sentence_en, error.remedy_en)
        where = f"{error.file}:{error.line}" + (f" [{error.column}]" if error.column else "")
        print(f"{where}  {sentence} {remedy}")
    if len(errors) > ERRORS_PRINTED_MOST:
        print(f"… {len(errors) - ERRORS_PRINTED_MOST} more")
    print(f"{len(errors)} error(s): nothing was loaded.")


def _fault(sentence: str) -> int:
    print(f"maraude: {sentence}", file=sys.stderr)
    return 1
