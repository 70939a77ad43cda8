"""Write the vectors of what server and tablet both decide at the door: a box's code, the questions, where a vial stands.

Run it as `python -m tests.vectors.care`. The answers are the server's; the tablet's screens must give the same.
"""

import json
import random
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec

from backend.doses.datamatrix import read_datamatrix
from backend.doses.questions import Answer, asked_before, decide
from backend.doses.read_questions import read_questions
from backend.doses.vials import STATES, Clocks, balance, end_vial, standing, use_by

FILE = Path(__file__).parent / "care.json"
YEAR = 2026
GTIN = "03400930247853"
GS = "\x1d"
CODES = (
    f"]d201{GTIN}1727020010AB12{GS}21XYZ",
    f"01{GTIN}10AB12{GS}17280200",
    f"(01){GTIN}(17)270228(10)AB 12",
    f"(01){GTIN}(17)270228(10)AB12(21)9",
    f"]D201{GTIN}<GS>10L-1/2<GS>17771231",
    f"]d2]D201{GTIN}10A",
    f" \t{GS}01{GTIN}240REF{GS}10Z9{GS}\n",
    f"01{GTIN}7101234{GS}10A",
    f"01{GTIN}17761301", f"01{GTIN}17270230", f"01{GTIN}17271x01", f"01{GTIN}17000000", f"01{GTIN}1727",
    f"01{GTIN}10{'A' * 21}", f"01{GTIN}10=cmd|x", f"01{GTIN}10A{GS}10B", f"01{GTIN}10A{GS}10A", f"(01){GTIN}junk(10",
    "0103400930247854", "10AB12", "", GS * 5, "0" * 401, f"01{GTIN}10Ａ", f"01{GTIN}10A\x00B", "https://example.org",
    "01\u0663\u0664\u0660\u0660930247853", "(01)", "()", "17", "0",
)  # fmt: skip
ANTIGENS: tuple[tuple[str, ...], ...] = (("influenza",), ("covid19",), ("measles", "mumps", "rubella"), ())
NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
ANSWERS = 40


def vectors() -> dict[str, Any]:
    """Return every vector with the server's answer."""
    return {"boxes": _boxes(), "questions": _questions(), "vials": _vials()}


def text() -> str:
    """Return the file: one vector a line."""
    parts = (
        f' "{name}": [\n' + ",\n".join(f"  {json.dumps(one, ensure_ascii=True)}" for one in found) + "\n ]"
        for name, found in vectors().items()
    )
    return "{\n" + ",\n".join(parts) + "\n}\n"


def _boxes() -> list[dict[str, Any]]:
    return [{"scanned": code, "year": YEAR, "says": msgspec.to_builtins(read_datamatrix(code, YEAR))} for code in CODES]


def _questions() -> list[dict[str, Any]]:
    form, chance = read_questions(), random.Random(5)
    found = []
    for number in range(ANSWERS):
        antigens = ANTIGENS[number % len(ANTIGENS)]
        asked = asked_before(form, antigens)
        weights = ((1, 0, 0, 0), (6, 1, 1, 0), (6, 1, 1, 2))[number % 3]
        drawn = chance.choices((*Answer, None), weights, k=len(asked))
        given = {one.code: word for one, word in zip(asked, drawn, strict=True) if word is not None}
        decided = msgspec.to_builtins(decide(form, antigens, given))
        found.append({"antigens": antigens, "given": given, "asked": [one.code for one in asked], "decided": decided})
    return found


def _vials() -> list[dict[str, Any]]:
    cases = [
        (state, nominal, given, wasted, hours, opened_before, lot_days)
        for state in (*STATES, "new_word")
        for nominal, given, wasted in ((6, 0, 0), (6, 4, 0), (6, 6, 0), (6, 7, 0), (6, 4, 4), (1, 0, 0), (1, 1, 0))
        for hours, opened_before, lot_days in ((12, 2, 30), (12, 13, 30), (None, 2, 30), (12, None, None), (6, 1, 0))
    ]
    return [_vial(*case) for case in cases]


def _vial(
    state: str,
    nominal: int,
    given: int,
    wasted: int,
    hours: int | None,
    opened_before: int | None,
    lot_days: int | None,
) -> dict[str, Any]:
    opened = None if opened_before is None else NOW - timedelta(hours=opened_before)
    lot_ends = None if lot_days is None else NOW + timedelta(days=lot_days)
    clocks = Clocks(lot_ends_at=lot_ends, opened_at=opened, hours_after_opening=hours)
    doses = balance(nominal, given, wasted, state)
    ends = use_by(clocks)
    return {
        "state": state,
        "counted": [nominal, given, wasted],
        "openings": [] if opened is None else [_milliseconds(opened)],
        "hours_after_opening": hours,
        "lot_ends_at": None if lot_ends is None else _milliseconds(lot_ends),
        "now": _milliseconds(NOW),
        "balance": msgspec.to_builtins(doses),
        "use_by": None if ends is None else _milliseconds(ends.at),
        "standing": standing(state, doses, clocks, NOW).value,
        "ending": msgspec.to_builtins(end_vial(doses)),
    }


def _milliseconds(at: datetime) -> int:
    return int(at.timestamp() * 1000)


if __name__ == "__main__":
    FILE.write_text(text(), "utf-8")
