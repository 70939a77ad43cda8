"""Make the material of the bench: a territory with installations, and pushes of records of about 600 bytes, ready to send."""

import base64
import json
import secrets
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import asyncpg
import msgspec
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from backend.clock import wire_instant
from backend.ids import new_id
from sync.canonical import sum64
from sync.decode import envelope
from sync.fields import SCHEMA
from sync.ids import RecordId
from sync.integrity import MODULUS, BucketSum
from sync.ops import NO_PREVIOUS, Op, hash_of, payload
from sync.state import Entry, RecordState, Value, encode
from sync.wire import PROTOCOL_VERSION, PushHeader

RECORD_BYTES = 591
# As in a town: the same given names come again and again, and some thousands of family names.
_GIVEN_NAMES = (
    "Aminata",
    "Jean-Pierre",
    "Marie",
    "Fatoumata",
    "Mohamed",
    "Thérèse",
    "Ousmane",
    "Nguyễn",
    "João",
    "Anaïs",
)
_FAMILY_NAMES = (
    ("Dia", "Oua", "Lefè", "Mar", "Re", "Am", "Trao", "Pe", "Ber", "Du", "Cou", "Gau", "Ro", "Kou", "Sis", "Ba", "Fof"),
    ("llo", "tta", "vra", "ti", "nau", "ra", "ré", "ri", "na", "po", "li", "thi", "ssé", "ya", "so", "mba", "do", "gue"),
    ("n", "ra", "re", "net", "d", "ni", "t", "ux", "rd", "nt", "baly", "er", "lot", "te", "ko", "che", "ye", "son", "vic"),
)  # fmt: skip
ACTOR_OF_HELD = 9_000_000_000


@dataclass
class Device:
    """One installation with its key and the pushes it will send."""

    territory_id: UUID
    installation_id: UUID
    actor: int
    key: ec.EllipticCurvePrivateKey
    bodies: list[bytes]

    @property
    def who(self) -> str:
        """Return the installation as the protocol's header carries it."""
        return f"{self.territory_id}/{self.installation_id}"

    def headers(self, path: str, body: bytes, at_ms: int) -> dict[str, str]:
        """Return the two headers that sign a request."""
        from backend.tablets.signature import INSTALLATION_HEADER, SIGNATURE_HEADER, text_to_sign  # noqa: PLC0415

        r, s = decode_dss_signature(self.key.sign(text_to_sign("POST", path, at_ms, body), ec.ECDSA(SHA256())))
        signature = base64.urlsafe_b64encode(r.to_bytes(32, "big") + s.to_bytes(32, "big")).decode().rstrip("=")
        return {
            INSTALLATION_HEADER: self.who,
            SIGNATURE_HEADER: f"{at_ms}.{signature}",
            "Content-Type": "application/json",
        }


async def make_territory(owner_url: str, at: datetime, places: int = 40) -> tuple[UUID, UUID, UUID, list[UUID]]:
    """Write a territory with a team, a member of it and places; return their ids."""
    territory_id, user_id, team_id = new_id(), new_id(), new_id()
    place_ids = [new_id() for _ in range(places)]
    connection = await asyncpg.connect(owner_url)
    try:
        async with connection.transaction():
            await connection.execute("SELECT set_config('maraude.territory', $1, true)", str(territory_id))
            await connection.execute(
                "INSERT INTO territory (id, slug, name, time_zone, inhabitants, created_at) VALUES ($1, $2, 'b', $3, 1, $4)",
                territory_id, str(territory_id), "Europe/Paris", at,
            )  # fmt: skip
            await connection.execute(
                "INSERT INTO app_user (id, login, full_name, passphrase_hash, created_at) VALUES ($1, $2, 'b', '', $3)",
                user_id, user_id.hex[:20], at,
            )  # fmt: skip
            await connection.execute(
                "INSERT INTO membership (territory_id, user_id, role, granted_at) VALUES ($1, $2, 'field_team', $3)",
                territory_id, user_id, at,
            )  # fmt: skip
    finally:
        await connection.close()
    return territory_id, user_id, team_id, place_ids


async def add_devices(
    owner_url: str, territory_id: UUID, team_id: UUID | None, count: int, at: datetime
) -> list[Device]:
    """Write installations with keys, as enrolment would."""
    devices: list[Device] = []
    connection = await asyncpg.connect(owner_url)
    try:
        async with connection.transaction():
            await connection.execute("SELECT set_config('maraude.territory', $1, true)", str(territory_id))
            for _ in range(count):
                key = ec.generate_private_key(ec.SECP256R1())
                point = key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
                tablet_id, installation_id = new_id(), new_id()
                await connection.execute(
                    "INSERT INTO tablet (id, territory_id, label, team_id, state, enrolled_at) "
                    "VALUES ($1, $2, 'b', $3, 'active', $4)",
                    tablet_id, territory_id, team_id, at,
                )  # fmt: skip
                actor = await connection.fetchval(
                    "INSERT INTO installation (id, territory_id, tablet_id, public_key, state, made_at) "
                    "VALUES ($1, $2, $3, $4, 'active', $5) RETURNING actor",
                    installation_id, territory_id, tablet_id, point, at,
                )  # fmt: skip
                devices.append(Device(territory_id, installation_id, actor, key, []))
    finally:
        await connection.close()
    return devices


def fill(device: Device, records: int, batch: int, author: UUID, place_ids: list[UUID], at: datetime) -> None:
    """Give a device pushes of `batch` new persons each, chained as a tablet chains them."""
    header = PushHeader(PROTOCOL_VERSION, str(device.installation_id), 0, wire_instant(at), 1000, "bench")
    previous, n = NO_PREVIOUS, 0
    for start in range(0, records, batch):
        lines = [msgspec.json.encode(header)]
        for number in range(start, min(records, start + batch)):
            n += 1
            op = Op(
                secrets.token_hex(16), device.actor, n, previous, str(new_id()), "person", SCHEMA, str(author),
                wire_instant(at), 1000, "bench", _person(number, place_ids),
                {"allergies": ["penicillin"], "conditions": ["asthma", "diabetes"]},
            )  # fmt: skip
            content = payload(op)
            previous = hash_of(content)
            lines.append(envelope(op.id, n, previous, content))
        device.bodies.append(b"\n".join(lines) + b"\n")


def _person(number: int, place_ids: list[UUID]) -> dict[str, str | int | bool | None]:
    return {
        "given_name": secrets.choice(_GIVEN_NAMES),
        "family_name": "".join(secrets.choice(part) for part in _FAMILY_NAMES),
        "born_on": f"19{40 + number % 50}-0{1 + number % 9}-1{number % 9}",
        "born_precision": "day",
        "sex": ("female", "male")[number % 2],
        "phone": f"+33 1 99 00 {number % 90 + 10} {number % 80 + 10}",
        "language": "fr",
        "place_id": str(place_ids[number % len(place_ids)]) if place_ids else None,
        "room": str(number % 300),
        "population_group": "homeless_hotel",
        "mobility": "walks",
        "identity_status": "provisional",
    }


async def hold(owner_url: str, territory_id: UUID, records: int) -> None:
    """Let a territory hold so many persons already, in its log, records, feed and typed table, at a place of their own."""
    place_id = new_id()
    connection = await asyncpg.connect(owner_url)
    try:
        async with connection.transaction():
            await connection.execute("SELECT set_config('maraude.territory', $1, true)", str(territory_id))
            await connection.execute("CREATE TEMP TABLE held ON COMMIT DROP AS SELECT gen_random_uuid() AS id, n "
                                     "FROM generate_series(1, $1::int) AS n", records)  # fmt: skip
            for statement in _HOLD:
                more = [place_id] if "$2" in statement else []
                await connection.execute(statement, territory_id, *more)
        await connection.execute("ANALYZE")
    finally:
        await connection.close()


async def hold_whole(owner_url: str, territory_id: UUID, place_ids: list[UUID], records: int) -> None:
    """Let a territory hold so many persons at these places, in records, feed and sums, as a tablet would be given them."""
    rows: list[tuple[UUID, str, str, UUID]] = []
    totals: dict[UUID, BucketSum] = {}
    for number in range(records):
        place_id, record_id = place_ids[number % len(place_ids)], new_id()
        values: dict[str, Value] = {**_person(number, [place_id])}
        entries = {(ACTOR_OF_HELD, number + 1): Entry(0, values)}
        body = encode(RecordId(str(record_id)), RecordState("person", {ACTOR_OF_HELD: number + 1}, entries))
        rows.append((record_id, body.decode(), str(sum64(body)), place_id))
        totals[place_id] = totals.get(place_id, BucketSum()).changed(None, sum64(body))
    connection = await asyncpg.connect(owner_url)
    try:
        async with connection.transaction():
            await connection.execute("SELECT set_config('maraude.territory', $1, true)", str(territory_id))
            for start in range(0, records, 5000):
                await connection.execute(
                    _HOLD_WHOLE, territory_id, *map(list, zip(*rows[start : start + 5000], strict=True))
                )
            for place_id, total in totals.items():
                await connection.execute(
                    "INSERT INTO bucket (territory_id, id, records, content_sum) VALUES ($1, $2, $3, $4::text::numeric) "
                    "ON CONFLICT (territory_id, id) DO UPDATE SET records = bucket.records + excluded.records, "
                    f"content_sum = mod(bucket.content_sum + excluded.content_sum, {MODULUS})",
                    territory_id, f"place:{place_id}", total.count, str(total.total),
                )  # fmt: skip
        await connection.execute("ANALYZE")
    finally:
        await connection.close()


_HOLD_WHOLE = (
    "WITH given AS (SELECT * FROM unnest($2::uuid[], $3::text[], $4::text[], $5::uuid[]) AS g(id, body, content_sum, place_id)), "
    "fed AS (INSERT INTO feed (territory_id, bucket_id, record_id) SELECT $1, 'place:' || place_id, id FROM given) "
    "INSERT INTO record (territory_id, id, kind, body, content_sum, places, buckets) "
    "SELECT $1, id, 'person', body, content_sum::numeric, ARRAY[place_id], ARRAY['place:' || place_id] FROM given"
)
_HOLD = (
    (
        "INSERT INTO op (territory_id, actor, n, id, hash, record_id, kind, verdict, body, received_at) "
        "SELECT $1, 9000000000, n, gen_random_uuid(), sha256(id::text::bytea), id, 'person', 'stored', "
        "convert_to(repeat('x', 600), 'UTF8'), now() FROM held"
    ),
    (
        "INSERT INTO record (territory_id, id, kind, body, content_sum, places, buckets) SELECT $1, id, 'person', "
        "'[\"' || id || '\",\"person\",[[9000000000,' || n || ',0,{\"room\":\"' || repeat('1', 400) || '\"}]]]', n, "
        "ARRAY[$2::uuid], ARRAY['place:' || $2::uuid::text] FROM held"
    ),
    "INSERT INTO feed (territory_id, bucket_id, record_id) SELECT $1, 'place:' || $2::uuid::text, id FROM held",
    (
        "INSERT INTO person (territory_id, id, given_name, family_name, born_on, sounds) "
        "SELECT $1, id, 'Ada', md5(id::text), date '1940-01-01' + n % 25000, ARRAY[substr(md5(id::text), 1, 6)] FROM held"
    ),
)


def document(number: int) -> dict[str, object]:
    """Return a record of about 600 bytes as a plain document, for contenders that know no ops."""
    content: dict[str, object] = {"_id": str(new_id()), "kind": "person", **_person(number, []), "note": ""}
    content["note"] = "x" * max(0, RECORD_BYTES - len(json.dumps(content)))
    return content
