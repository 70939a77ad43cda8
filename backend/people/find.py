"""Find known people and places while somebody types: every typed word must begin a word of the name or the address.

Accents and case do not count. Open requests come with each match, so that a call is not written down twice.
"""

import unicodedata
from dataclasses import dataclass
from datetime import date
from string import ascii_lowercase
from uuid import UUID

from backend.db.transaction import Transaction

MATCHES_MOST = 8
EXACTLY_AMONG_MOST = 200  # more who begin alike: nobody is found, and a day of birth helps
_ACCENTED = range(0xC0, 0x180)  # the Latin letters with accents
# Names are looked through by themselves, and the people of the few places whose name begins so beside them: to look up the
# place of everybody who is known takes four times as long as to compare their names.
_PEOPLE = (
    "WITH host AS MATERIALIZED (SELECT p.id, p.name FROM place p WHERE p.territory_id = $1 "
    "AND concat_ws(' ', '', p.name) ~* ANY ($2::text[])), "
    "found AS (SELECT h.id, h.family_name, h.given_name FROM person h WHERE h.territory_id = $1 AND h.died_on IS NULL "
    "AND concat_ws(' ', '', h.given_name, h.family_name, h.alias) ~* ALL ($2::text[]) "
    "UNION SELECT h.id, h.family_name, h.given_name FROM host p JOIN person h ON h.territory_id = $1 AND h.place_id = p.id "
    "WHERE h.died_on IS NULL AND concat_ws(' ', '', h.given_name, h.family_name, h.alias, p.name) ~* ALL ($2::text[])), "
    f"listed AS MATERIALIZED (SELECT id FROM found ORDER BY family_name, given_name, id LIMIT {MATCHES_MOST}) "
    "SELECT h.id, h.place_id, concat_ws(' ', h.given_name, h.family_name) AS name, coalesce(h.alias, '') AS alias, "
    "h.born_on, coalesce(nullif(btrim(p.name), ''), p.address, '') AS place_name, "
    "coalesce(h.room, '') AS room, coalesce(h.language, '') AS language, "
    "(SELECT count(*) FROM request r WHERE r.territory_id = h.territory_id AND r.person_id = h.id "
    "AND r.state IN ('open', 'on_hold', 'accepted') AND r.joined_to = '{}') AS requests "
    "FROM listed l JOIN person h ON h.territory_id = $1 AND h.id = l.id "
    "LEFT JOIN place p ON p.territory_id = h.territory_id AND p.id = h.place_id "
    "ORDER BY h.family_name, h.given_name, h.id"
)
_PLACES = (
    "SELECT p.id, p.name, coalesce(p.address, '') AS address, p.kind, "
    "(SELECT count(*) FROM request r WHERE r.territory_id = p.territory_id AND r.place_id = p.id "
    "AND r.state IN ('open', 'on_hold', 'accepted') AND r.joined_to = '{}') AS requests FROM place p "
    "WHERE p.territory_id = $1 AND p.state IS DISTINCT FROM 'closed' AND "
    "concat_ws(' ', '', p.name, p.address) ~* ALL ($2::text[]) "
    f"ORDER BY (p.kind = 'home'), p.name, p.id LIMIT {MATCHES_MOST}"
)

_EXACTLY = (
    "SELECT h.id, concat_ws(' ', h.given_name, h.family_name) AS name, coalesce(h.alias, '') AS alias, "
    "coalesce(h.born_on = $3, false) AS born_then FROM person h WHERE h.territory_id = $1 AND h.died_on IS NULL AND "
    "concat_ws(' ', '', h.given_name, h.family_name, h.alias) ~* ALL ($2::text[]) "
    f"AND ($3::date IS NULL OR h.born_on = $3) ORDER BY h.id LIMIT {EXACTLY_AMONG_MOST}"
)


@dataclass(frozen=True)
class PersonMatch:
    """A known person who may be meant; `place_name` is the address of a home; `requests` counts those open about them."""

    id: UUID
    place_id: UUID | None
    name: str
    born_on: date | None
    place_name: str
    room: str
    language: str
    requests: int


@dataclass(frozen=True)
class PlaceMatch:
    """A known place that may be meant."""

    id: UUID
    name: str
    address: str
    kind: str
    requests: int


def patterns(typed: str) -> list[str]:
    r"""Return what each typed word must match, as a regular expression; signs that mean something there are taken literally.

    Letters are compared with and without their accents by the expression itself: taking the accents off every name that is
    known costs five times as much.

    >>> patterns("Fo-?")
    ["[ '’-][fF][oOÒÓÔÕÖòóôõöŌōŎŏŐő]", "[ '’-]\\?"]
    """
    return ["[ '’-]" + "".join(_LETTERS.get(sign) or _literal(sign) for sign in word) for word in words_of(typed)]


def _literal(sign: str) -> str:
    return sign if sign.isalnum() else f"\\{sign}"


def _letters() -> dict[str, str]:
    """Return for each plain letter the class of those that are read as it."""
    found = {letter: letter + letter.upper() for letter in ascii_lowercase}
    for sign in map(chr, _ACCENTED):
        plain = unicodedata.normalize("NFKD", sign)[0].lower()
        if plain in found:
            found[plain] += sign
    return {letter: f"[{signs}]" for letter, signs in found.items()}


_LETTERS = _letters()


def words_of(text: str) -> list[str]:
    """Return the words of a name without accents and case, in their order.

    >>> words_of("Élo-Ann d'Arc")
    ['elo', 'ann', 'd', 'arc']
    """
    flat = unicodedata.normalize("NFKD", text.lower())
    return "".join(" " if sign in "-’'" else sign for sign in flat if not unicodedata.combining(sign)).split()


async def find_people(tx: Transaction, typed: str) -> list[PersonMatch]:
    """Return the known people who match what was typed, at most MATCHES_MOST; nothing typed matches nobody."""
    wanted = patterns(typed)
    rows = await tx.fetch(_PEOPLE, tx.scope.territory_id, wanted) if wanted else []
    return [
        PersonMatch(
            row["id"],
            row["place_id"],
            row["name"] or row["alias"],
            row["born_on"],
            row["place_name"],
            row["room"],
            row["language"],
            row["requests"],
        )
        for row in rows
    ]


async def find_exactly(tx: Transaction, typed: str, born_on: date | None) -> UUID | None:
    """Return the one living person with exactly this name, born on this day, or with exactly this alias.

    Given and family name may stand in either order. Nobody, or more than one: None, which does not say which it is.
    """
    wanted = sorted(words_of(typed))
    rows = await tx.fetch(_EXACTLY, tx.scope.territory_id, patterns(typed), born_on) if wanted else []
    found = [
        row["id"]
        for row in rows
        if sorted(words_of(row["alias"])) == wanted or (row["born_then"] and sorted(words_of(row["name"])) == wanted)
    ]
    return UUID(str(found[0])) if len(found) == 1 and len(rows) < EXACTLY_AMONG_MOST else None


async def find_places(tx: Transaction, typed: str) -> list[PlaceMatch]:
    """Return the known places that match what was typed, hosts before homes."""
    wanted = patterns(typed)
    rows = await tx.fetch(_PLACES, tx.scope.territory_id, wanted) if wanted else []
    return [
        PlaceMatch(row["id"], row["name"] or "", row["address"], row["kind"] or "", row["requests"]) for row in rows
    ]


async def place_of_person(tx: Transaction, person_id: UUID) -> UUID | None:
    """Return where a known person lives."""
    found = await tx.fetch_value(
        "SELECT place_id FROM person WHERE territory_id = $1 AND id = $2", tx.scope.territory_id, person_id
    )
    return UUID(str(found)) if found else None
