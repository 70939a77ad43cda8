"""Runs `maraude doses …`: checks the engine on an official sheet, and our rule files on their worked cases.

It reads files, prints, and returns an exit status: 0 when everything agrees, 1 when something differs, 2 when a file
cannot be read. What is compared is told in backend/doses/cdsi/check.py and backend/doses/rules/worked.py.
"""

import argparse
import os
import re
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

import msgspec

from backend.doses.cdsi.cases import OfficialCase, UnreadCase, is_first_half, read_sheet
from backend.doses.cdsi.check import FIELDS, CheckedCase, check_case, tally
from backend.doses.cdsi.exceptions import read_exceptions
from backend.doses.cdsi.release import read_release
from backend.doses.engine.ruleset import RuleSet, prepare
from backend.doses.rules.files import FRENCH_RULES, read_rules, schedule_on
from backend.doses.rules.worked import deviations

_CHECKOUT: Final = Path(__file__).resolve().parents[2]
_HALVES: Final = {"first": (True,), "second": (False,), "both": (True, False)}


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one of the commands of `maraude doses`; the arguments are those after the word `doses`."""
    parser = argparse.ArgumentParser(
        prog="maraude doses", description="Vaccination rules and the engine that reads them."
    )
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    checks = commands.add_parser("check", help="check the engine on an official CDSi case sheet (CSV)")
    checks.add_argument("file", type=Path, help="the sheet: healthy or underlying-condition format")
    checks.add_argument("--rules", type=Path, help="supporting data (folder or zip); by default looked for beside FILE")
    checks.add_argument("--except", type=Path, dest="excepted", help="argued exceptions (TOML), left out of the counts")
    checks.add_argument("--half", choices=_HALVES, default="both", help="which half of the cases, by hash of their id")
    checks.set_defaults(run=_check)
    ours = commands.add_parser("rules", help="check our rule files and run the worked cases they carry")
    ours.add_argument("folder", type=Path, nargs="?", default=FRENCH_RULES, help="a folder of rule files (TOML)")
    ours.set_defaults(run=_rules)
    options = parser.parse_args(arguments)
    try:
        return int(options.run(options))
    except (OSError, ValueError, KeyError, msgspec.ValidationError) as problem:
        print(f"maraude doses: {problem}", file=sys.stderr)
        return 2


def _check(options: argparse.Namespace) -> int:
    rules = prepare(read_release(options.rules or _supporting_data(options.file)))
    sheet = read_sheet(options.file, rules)
    excepted = read_exceptions(options.excepted) if options.excepted else {}
    is_all_passed = True
    for is_first in _HALVES[options.half]:
        half = [case for case in sheet.cases if case.is_first_half is is_first]
        unread = [case for case in sheet.unread if is_first_half(case.id) is is_first]
        print(f"\n{options.file.name}, {'first' if is_first else 'second'} half, rules {rules.version[:12]}")
        is_all_passed &= _report(half, unread, rules, excepted)
    return 0 if is_all_passed else 1


def _rules(options: argparse.Namespace) -> int:
    """Print, per rule file, its validity, who signed it, and every worked case that comes out otherwise."""
    is_all_passed = True
    for rules in read_rules(options.folder)[1]:
        found = [
            deviation
            for case in rules.cases
            for deviation in deviations(case, rules.antigen, prepare(schedule_on(options.folder, case.on)))
        ]
        wrong = len({deviation.case for deviation in found})
        signed = f"signed by {rules.signed_by.name}" if rules.signed_by else "not validated by a physician"
        period = f"{rules.valid_from or 'always'} to {rules.valid_until or 'further notice'}"
        print(f"{rules.antigen:24}{period:32}{len(rules.cases) - wrong}/{len(rules.cases)} cases  {signed}")
        for deviation in found:
            print(f"  {deviation.case}: {deviation.field} should be {deviation.expected}, is {deviation.found}")
        is_all_passed &= not found
    return 0 if is_all_passed else 1


def _supporting_data(sheet: Path) -> Path:
    """Find the newest supporting data beside the sheet, else in the folder of reference data."""
    named = os.environ.get("MARAUDE_DATA_DIR")
    reference = Path(named) if named else _CHECKOUT.parent / "shared" / "data"
    for folder in (sheet.resolve().parent, reference / "cdsi", reference):
        if found := sorted(folder.glob("supporting-data*"), key=_release_number):
            return found[-1]
    raise ValueError(f"no supporting data beside {sheet} nor in MARAUDE_DATA_DIR: name them with --rules")


def _release_number(path: Path) -> tuple[int, ...]:
    """Order 4.9 before 4.64."""
    return tuple(int(part) for part in re.findall(r"\d+", path.name))


def _report(
    cases: Sequence[OfficialCase], unread: Sequence[UnreadCase], rules: RuleSet, excepted: Mapping[str, str]
) -> bool:
    """Print the counts per vaccine group, every difference with its rule lines, and the exceptions made."""
    checked = [check_case(case, rules) for case in cases]
    counted = [one for one in checked if one.case.id not in excepted]
    print(f"{'passed/compared':24}" + "".join(f"{field:>18}" for field in (*FIELDS, "all")))
    for group, counts in tally(counted).items():
        print(f"{group:24}" + "".join(f"{f'{c.passed}/{c.compared}':>18}" for c in counts.values()))
    passed = sum(not one.differences for one in checked)
    print(f"every row of the sheet: {passed}/{len(checked) + len(unread)}, none left out")
    for one in counted:
        _explain(one)
    for row in unread:
        print(f"\n{row.id} row {row.row}: not read: {row.why}")
    left_out = [case for case in cases if case.id in excepted]
    if left_out:
        print(f"\nnot counted: {len(left_out)}, each with its argument")
        for case in left_out:
            print(f"  {case.id}: {excepted[case.id]}")
    return not unread and not any(one.differences for one in counted)


def _explain(checked: CheckedCase) -> None:
    if not checked.differences:
        return
    print(f"\n{checked.case.id} {checked.case.group}: {checked.case.title}")
    for difference in checked.differences:
        print(f"  {difference.field}: the sheet says {difference.expected}, the engine {difference.found}")
    for line in dict.fromkeys(line for difference in checked.differences for line in difference.because):
        print(f"    by {line}")


if __name__ == "__main__":
    sys.exit(main())
