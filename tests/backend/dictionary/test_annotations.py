"""Every field of every record and every table of the schema says what it is kept for, once; a new one without is found."""

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from pathlib import Path

import pytest

from backend.dictionary.annotations import FIELDS, TABLES, USES, use_of_field, use_of_table
from backend.retention.rules import RULES
from sync.kinds import KINDS

SQL = Path(__file__).resolve().parents[3] / "backend/db/migrations/sql"


def fields_without_use(kinds: Mapping[str, Iterable[str]]) -> list[str]:
    """Return the fields of which nobody has said what they are for."""
    return [
        f"{kind}.{field}" for kind, fields in kinds.items() for field in fields if use_of_field(kind, field) is None
    ]


def tables_without_use(tables: Iterable[str]) -> list[str]:
    """Return the plain tables of which nobody has said what they are for."""
    return sorted(table for table in tables if table not in KINDS and use_of_table(table) is None)


def _tables() -> set[str]:
    found = (re.findall(r"^CREATE TABLE (\w+)", path.read_text("utf-8"), re.MULTILINE) for path in SQL.glob("*.sql"))
    return {table for names in found for table in names}


def test_every_field_and_every_table_says_what_it_is_for() -> None:
    assert fields_without_use({name: kind.fields for name, kind in KINDS.items()}) == []
    assert tables_without_use(_tables()) == []


def test_field_or_table_that_nobody_explained_is_found() -> None:
    assert fields_without_use({"person": [*KINDS["person"].fields, "shoe_size"]}) == ["person.shoe_size"]
    assert fields_without_use({"pet": ["name"]}) == ["pet.name"]
    assert tables_without_use({*_tables(), "shoe"}) == ["shoe"]


def test_nothing_is_explained_twice_or_is_there_no_more() -> None:
    said = Counter(
        (kind, field) for kind, uses in FIELDS.items() for fields in uses.values() for field in fields.split()
    )
    assert {one for one, times in said.items() if times > 1} == set()
    assert set(said) == {(name, field) for name, kind in KINDS.items() for field in kind.fields}
    tables = Counter(table for names in TABLES.values() for table in names.split())
    assert {one for one, times in tables.items() if times > 1} == set()
    assert set(tables) == _tables() - set(KINDS)


@pytest.mark.parametrize("name", USES)
def test_use_of_people_s_data_ends_by_a_rule_that_exists(name: str) -> None:
    use = USES[name]
    assert set(use.ends_by) <= set(RULES)
    assert bool(use.ends_by) == ("no data of people" not in use.basis)
    assert name in {*TABLES, *(one for uses in FIELDS.values() for one in uses)}
