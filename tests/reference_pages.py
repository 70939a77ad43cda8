"""This file writes the tables of docs/reference that follow from the code: `python -m tests.reference_pages`.

A page keeps its own words; what stands between its two marks is made here. tests/test_docs.py fails while a page differs.
"""

import sys
from collections.abc import Callable
from pathlib import Path

from backend.access import RIGHTS, Right, Role
from backend.dictionary.annotations import FIELDS, TABLES, USES
from backend.problems import CATALOGUE
from sync.kinds import KINDS, Field, Shape
from sync.scope import LANE_OF_KIND
from sync.wire import MESSAGES

CHECKOUT = Path(__file__).resolve().parents[1]
BEGINS, ENDS = "<!-- made from the code: {} -->", "<!-- end: {} -->"


def problems() -> str:
    """Return one row per problem of the catalogue."""
    rows = [
        f"| `{code}` | {one.status} | {one.en} *{one.remedy_en}* | {one.fr} *{one.remedy_fr}* |"
        for code, one in CATALOGUE.items()
    ]
    return "\n".join(
        ["| Code | Status | In English, with the remedy | En français, avec le remède |", "|---|---|---|---|", *rows]
    )


def kinds() -> str:
    """Return one section per kind of record, one row per field."""
    parts = []
    for kind in KINDS.values():
        who = "Written at the desk only." if kind.desk_only else "Tablets may write it, as far as their rights go."
        lane = LANE_OF_KIND[kind.name]
        travels = f"Travels in `{lane}` buckets." if lane else "Stays at the desk."
        rows = [
            f"| `{name}` | {field.shape.value} | {field.policy.value} | {_more(field)} |"
            for name, field in kind.fields.items()
        ]
        head = ["| Field | Shape | Policy | Bounds |", "|---|---|---|---|"]
        parts.append("\n".join([f"### `{kind.name}`", "", f"{who} {travels}", "", *head, *rows]))
    return "\n\n".join(parts)


def messages() -> str:
    """Return one row per message of the wire."""
    rows = []
    for message in MESSAGES:
        says = (message.__doc__ or "").split("\n\n")[0].replace("\n    ", " ")
        rows.append(
            f"| `{message.__name__}` | {', '.join(f'`{name}`' for name in message.__struct_fields__)} | {says} |"
        )
    return "\n".join(["| Message | Fields | What it is |", "|---|---|---|", *rows])


def rights() -> str:
    """Return which role holds which right."""
    rows = [
        f"| `{role.value}` | {', '.join(f'`{right.value}`' for right in Right if right in RIGHTS[role])} |"
        for role in Role
    ]
    return "\n".join(["| Role | Rights |", "|---|---|", *rows])


def dictionary() -> str:
    """Return one section per use: what it is for, on which basis, for whom, how long, and the fields and tables it keeps."""
    parts = []
    for name, use in USES.items():
        fields = [f"`{kind}`: {', '.join(f'`{field}`' for field in named[name].split())}"
                  for kind, named in FIELDS.items() if name in named]  # fmt: skip
        tables = ", ".join(f"`{table}`" for table in TABLES.get(name, "").split())
        kept = ", ".join(f"`{rule.value}`" for rule in use.ends_by) or "as long as it is of use"
        rows = [
            f"| Purpose | {use.purpose} |", f"| Basis | {use.basis} |", f"| Recipients | {use.recipients} |",
            f"| Kept | {kept} |",
        ]  # fmt: skip
        rows += [f"| Fields | {'; '.join(fields)} |"] if fields else []
        rows += [f"| Tables | {tables} |"] if tables else []
        parts.append("\n".join([f"### `{name}`", "", "| | |", "|---|---|", *rows]))
    return "\n\n".join(parts)


PARTS: dict[str, tuple[str, Callable[[], str]]] = {
    "problems": ("docs/reference/problems.md", problems),
    "kinds": ("docs/reference/tables.md", kinds),
    "messages": ("docs/reference/sync-protocol.md", messages),
    "rights": ("docs/reference/rights.md", rights),
    "dictionary": ("docs/reference/data-dictionary.md", dictionary),
}


def with_part(text: str, name: str, made: str) -> str:
    """Return a page with what stands between its marks made anew; ValueError where the marks are missing."""
    begins, ends = BEGINS.format(name), ENDS.format(name)
    before, found, rest = text.partition(begins)
    _, closed, after = rest.partition(ends)
    if not (found and closed):
        raise ValueError(f"The page lacks {begins} … {ends}.")
    return f"{before}{begins}\n\n{made}\n\n{ends}{after}"


def main() -> int:
    """Write every page anew."""
    for name, (page, make) in PARTS.items():
        path = CHECKOUT / page
        path.write_text(with_part(path.read_text(encoding="utf-8"), name, make()), encoding="utf-8")
    return 0


def _more(field: Field) -> str:
    words = ", ".join(f"`{word}`" for word in field.words)
    said = {
        Shape.TEXT: f"at most {field.characters_max} characters",
        Shape.WORD: words if not field.steps else words.replace(", ", " → "),
        Shape.WHOLE: f"{field.least} to {field.most}",
        Shape.REF: f"a `{field.to}`" if field.to else "any record",
    }.get(field.shape, "")
    return "; ".join(part for part in (said, "required" if field.required else "") if part)


if __name__ == "__main__":
    sys.exit(main())
