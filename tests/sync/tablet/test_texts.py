"""Every text of the tablet is there in both languages, is used, and every code of a record that is shown has words."""

import json
import re
from collections.abc import Iterable
from datetime import date
from functools import cache
from pathlib import Path

import sync
from backend.doses.datamatrix import Why
from backend.doses.not_given import Next
from backend.doses.questions import Outcome
from backend.doses.rules.words import release_on
from backend.territory.facts import load_facts
from sync.kinds import KINDS

APP = Path(sync.__file__).parent / "tablet"
GATHERS = {"speak.js"}
Texts = dict[str, list[str]]
# Words that a screen shows as a choice or a tag, by kind and field; `acts` and languages are shared by several kinds.
SHOWN = {
    "place": ("kind",),
    "person": ("sex", "identity_status", "mobility", "population_group", "language"),
    "stop": ("state",),
    "visit_outcome": ("result",),
    "consent": ("decision", "by", "reason"),
    "dose": ("status", "source", "body_site"),
    "screening": ("test_type", "result"),
    "education_session": ("teach_back",),
    "exposure": ("setting",),
    "vial": ("waste_cause",),
    "temperature": ("moment",),
    "lot": ("state",),
}


def test_every_text_is_there_in_both_languages() -> None:
    assert one_sided(texts()) == []
    assert one_sided({"a": ["oui"], "b": ["oui", ""], "c": ["le {day}", "the {date}"], "d": ["x", "y"]}) == [
        "a",
        "b",
        "c",
    ]


def test_every_key_that_a_screen_says_has_words() -> None:
    assert unknown(sources(), texts()) == []
    assert unknown(['say("gone.away")', "at.say(`nowhere.${code}`)", 'wordOf(say, "nothing", one)'], texts()) == [
        "gone.away",
        "nothing.",
        "nowhere.",
    ]


def test_no_text_is_left_that_nothing_says() -> None:
    assert unsaid(sources(), texts()) == []
    assert unsaid(sources(), texts() | {"gone.away": ["parti", "gone"]}) == ["gone.away"]


def test_every_code_that_a_screen_shows_has_words() -> None:
    wanted = [
        f"{kind}.{field}.{word}" for kind, fields in SHOWN.items() for field in fields for word in _words(kind, field)
    ]
    wanted += [f"acts.{word}" for word in _words("visit", "acts")] + [f"why.{why}" for why in Why]
    wanted += [f"next.{one}" for one in Next] + [f"dose.{one}" for one in Outcome]
    wanted += [f"kind.{kind.name}" for kind in KINDS.values() if not kind.desk_only and kind.name != "review"]
    antigens = {antigen for product in load_facts().products for antigen in product.antigens}
    antigens |= set(release_on(date(2026, 11, 22)).rules.antigens)
    wanted += [f"antigen.{antigen}" for antigen in antigens]
    assert sorted(set(wanted) - set(texts())) == []


@cache
def texts() -> Texts:
    """Return every text by its key; a file is one JSON object after its opening."""
    found: Texts = {}
    for path in sorted((APP / "texts").glob("*.js")):
        if path.name in GATHERS:
            continue
        content = path.read_text("utf-8")
        part = json.loads(content[content.index("{") :].rstrip().removesuffix(";"), object_pairs_hook=_without_repeats)
        assert not set(part) & set(found), path
        found |= part
    return found


@cache
def sources() -> tuple[str, ...]:
    """Return the text of every file that says something."""
    paths = [APP / "app.js", *sorted((APP / "screens").glob("*.js")), *sorted((APP / "look").glob("*.js"))]
    return tuple(path.read_text("utf-8") for path in paths)


def one_sided(found: Texts) -> list[str]:
    """Return the keys whose two texts are not both there, or do not take the same values."""
    names = re.compile(r"\{(\w+)\}")
    return [
        key
        for key, pair in found.items()
        if len(pair) != 2 or not all(pair) or len({tuple(sorted(set(names.findall(one)))) for one in pair}) != 1
    ]


def unknown(code: Iterable[str], found: Texts) -> list[str]:
    """Return keys, and beginnings of keys, that are said and have no words."""
    keys, beginnings = _said("\n".join(code))
    lacking = {key for key in keys if key not in found}
    return sorted(lacking | {one for one in beginnings if not any(key.startswith(one) for key in found)})


def unsaid(code: Iterable[str], found: Texts) -> list[str]:
    """Return keys that no file says, neither whole nor by their beginning."""
    text = "\n".join(code)
    _, beginnings = _said(text)
    quoted = set(re.findall(r'"([\w.-]+)"', text))
    return sorted(key for key in found if key not in quoted and not key.startswith(tuple(beginnings)))


def _said(text: str) -> tuple[set[str], set[str]]:
    """Return the keys that are said as they stand, and the beginnings of those that are put together."""
    whole = set(re.findall(r'\bsay\("([\w.-]+)"', text))
    begun = set(re.findall(r"`([\w.-]+\.)\$\{", text)) | {
        f"{one}." for one in re.findall(r'wordOf\([^,]+, "([\w.]+)"', text)
    }
    return whole, begun


def _words(kind: str, field: str) -> tuple[str, ...]:
    return KINDS[kind].fields[field].words


def _without_repeats(pairs: list[tuple[str, list[str]]]) -> Texts:
    assert len({key for key, _ in pairs}) == len(pairs), "a key stands twice"
    return dict(pairs)
