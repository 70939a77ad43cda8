"""This file reads and writes problems and plans as JSON, in the shape that `maraude route` documents.

Field for field the shape is that of `routing/problem.py` and `routing/plan.py`; travel tables are lists of rows.
"""

from typing import Any

import msgspec
import numpy as np

from routing.plan import Plan
from routing.problem import (
    FrozenLunch,
    FrozenStop,
    Pair,
    Pin,
    Place,
    Problem,
    Product,
    Published,
    Reserve,
    Team,
    Travel,
    Visit,
    Weights,
)


class TravelFile(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The travel table of one mode: row from, column to, in the order of the places."""

    mode: str
    seconds: list[list[int]]
    metres: list[list[int]]
    source: str = "given"


class ProblemFile(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A problem as JSON."""

    places: tuple[Place, ...]
    visits: tuple[Visit, ...]
    teams: tuple[Team, ...]
    travel: tuple[TravelFile, ...]
    products: tuple[Product, ...] = ()
    pairs: tuple[Pair, ...] = ()
    pins: tuple[Pin, ...] = ()
    frozen: tuple[FrozenStop, ...] = ()
    frozen_lunches: tuple[FrozenLunch, ...] = ()
    published: tuple[Published, ...] = ()
    reserves: tuple[Reserve, ...] = ()
    now_seconds: int = 0
    weights: Weights = msgspec.field(default_factory=Weights)


def read_problem(text: bytes) -> Problem:
    """Read a problem. Raises `msgspec.ValidationError` for a wrong shape, `ProblemRefused` for wrong values."""
    file = msgspec.json.decode(text, type=ProblemFile)
    values: dict[str, Any] = {name: getattr(file, name) for name in ProblemFile.__struct_fields__}
    values["travel"] = tuple(
        Travel(
            mode=table.mode,
            seconds=_table(f"$.travel[{number}].seconds", table.seconds),
            metres=_table(f"$.travel[{number}].metres", table.metres),
            source=table.source,
        )
        for number, table in enumerate(file.travel)
    )
    return Problem(**values)


def _table(where: str, rows: list[list[int]]) -> np.ndarray[Any, np.dtype[np.int32]]:
    width = len(rows[0]) if rows else 0
    for number, row in enumerate(rows):
        if len(row) != width:
            raise msgspec.ValidationError(f"Row has {len(row)} entries, the first has {width} - at `{where}[{number}]`")
        for column, value in enumerate(row):
            if not -(2**31) <= value < 2**31:
                raise msgspec.ValidationError(f"{value} is beyond 32 bits - at `{where}[{number}][{column}]`")
    return np.array(rows, dtype=np.int32).reshape(len(rows), width)


def write_problem(problem: Problem) -> bytes:
    """Write a problem as `read_problem` reads it."""
    values: dict[str, Any] = {name: getattr(problem, name) for name in ProblemFile.__struct_fields__}
    values["travel"] = tuple(
        TravelFile(mode=table.mode, seconds=table.seconds.tolist(), metres=table.metres.tolist(), source=table.source)
        for table in problem.travel
    )
    return msgspec.json.encode(ProblemFile(**values))


def read_plan(text: bytes) -> Plan:
    """Read a plan. Raises `msgspec.ValidationError` for a wrong shape."""
    return msgspec.json.decode(text, type=Plan)


def write_plan(plan: Plan) -> bytes:
    """Write a plan as `read_plan` reads it."""
    return msgspec.json.encode(plan)


def schemas() -> dict[str, Any]:
    """Return the JSON schema of a problem and of a plan."""
    (problem, plan), parts = msgspec.json.schema_components([ProblemFile, Plan])
    return {"problem": problem, "plan": plan, "$defs": parts}
