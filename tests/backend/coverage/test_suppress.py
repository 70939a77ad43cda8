"""Nobody can work out a small count from what is shown, whatever is added or subtracted."""

from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from backend.coverage import suppress
from backend.coverage.suppress import Published, is_small, joined_periods, pooled, protected

Table = dict[tuple[str, str], int]
SIZES = st.sampled_from([0, 0, 1, 2, 5, 10, 11, 12, 15, 30])


@st.composite
def tables(draw: st.DrawFn) -> Table:
    rows, columns = draw(st.integers(1, 5)), draw(st.integers(1, 3))
    return {(f"r{row}", f"c{column}"): draw(SIZES) for row, column in product(range(rows), range(columns))}


def other_worlds(table: Table, shown: Published) -> dict[tuple[str, str], bool]:
    """Say for each small count whether another table of counts fits all that is shown; the attacker's whole search.

    Hidden counts are moved by small steps along every pattern of +1, 0, -1: if a pattern keeps each sum that is shown
    and no count below 0, the attacker cannot tell the two tables apart. Hidden row sums are small counts too.
    """
    hidden = [key for key, n in shown.cells.items() if n is None]
    signs: tuple[int, ...] = (-1, 0, 1)
    steps = [step for step in product(signs, repeat=len(hidden)) if any(step)]
    found: dict[tuple[str, str], bool] = {key: False for key in hidden if is_small(table[key])}
    sums = {row: sum(n for (r, _), n in table.items() if r == row) for row in shown.rows}
    found |= {(row, ""): False for row, n in shown.rows.items() if n is None and is_small(sums[row])}
    for step in steps:
        move = dict(zip(hidden, step, strict=True))
        if any(table[key] + by < 0 for key, by in move.items()):
            continue
        rows = {row: sum(by for (r, _), by in move.items() if r == row) for row in shown.rows}
        columns = {column: sum(by for (_, c), by in move.items() if c == column) for column in shown.columns}
        if any(by and shown.rows[row] is not None for row, by in rows.items()):
            continue
        if any(by and shown.columns[column] is not None for column, by in columns.items()):
            continue
        if shown.total is not None and sum(move.values()) != 0:
            continue
        for key, by in [*move.items(), *(((row, ""), by) for row, by in rows.items())]:
            if by and key in found:
                found[key] = True
    return found


def pooled_table(table: Table) -> Table:
    by_column = {column: sum(n for (_, c), n in table.items() if c == column) for _, column in table}
    pool_of = pooled([by_column])
    made: Table = {}
    for (row, column), n in table.items():
        made[row, pool_of[column]] = made.get((row, pool_of[column]), 0) + n
    return made


@settings(derandomize=True, max_examples=250, deadline=None)
@given(drawn=tables())
def test_no_small_count_can_be_worked_out(drawn: Table) -> None:
    """One who adds and subtracts all that is shown is left with at least two tables in which it differs."""
    table = pooled_table(drawn)
    shown = protected(table)
    hidden = [key for key, n in shown.cells.items() if n is None]
    assert all(shown.cells[key] is None for key, n in table.items() if is_small(n))
    assert all(n is None or n == table[key] for key, n in shown.cells.items())
    if len(hidden) <= 10:  # the search is exhaustive: 3 ** 10 patterns
        assert all(other_worlds(table, shown).values()), (table, shown)


def test_search_of_the_attacker_finds_a_count_that_only_was_blanked(monkeypatch: pytest.MonkeyPatch) -> None:
    """The checker sees the planted fault: small counts hidden, and nothing else with them."""
    table = {("r1", "c1"): 30, ("r2", "c1"): 4, ("r3", "c1"): 20}
    monkeypatch.setattr(suppress, "_bridges", lambda _hidden: [])
    assert not all(other_worlds(table, protected(table)).values())


def test_nothing_is_hidden_when_nothing_is_small() -> None:
    table = {("r1", "c1"): 11, ("r2", "c1"): 0, ("r1", "c2"): 40, ("r2", "c2"): 25}
    shown = protected(table)
    assert (shown.cells, shown.rows, shown.total) == (table, {"r1": 51, "r2": 25}, 76)


def test_hidden_costs_little_in_a_large_table() -> None:
    """Zones with plenty of people stay readable beside a few with small counts."""
    table = {(f"z{zone:03}", group): 20 + zone for zone in range(130) for group in ("a", "b", "c")}
    table |= {(f"z{zone:03}", "b"): 3 for zone in range(0, 130, 10)}
    shown = protected(table)
    assert sum(n is None for n in shown.rows.values()) <= 13
    assert sum(n is None for n in shown.cells.values()) <= 3 * 13


@settings(derandomize=True, max_examples=200, deadline=None)
@given(rows=st.lists(st.fixed_dictionaries({"a": SIZES, "b": SIZES}), max_size=8))
def test_joined_periods_are_never_small(rows: list[dict[str, int]]) -> None:
    ends = joined_periods(rows)
    for first, last in zip([0, *ends], ends, strict=False):
        for column in ("a", "b"):
            assert not is_small(sum(row[column] for row in rows[first:last]))
    assert not ends or ends[-1] == len(rows)
