"""This file builds two territories behind the whole application, and everybody who may knock at its door.

Sessions and tablets are written straight into the database, since a cell of the matrix needs a fresh one each time; how
people sign in and tablets enrol is tested in tests/backend.
"""

import base64
import hashlib
import json
import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from uuid import UUID

import asyncpg
import httpx
import msgspec
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from litestar import Litestar

from backend import clock
from backend.access import Role, Scope
from backend.accounts.csrf import HEADER
from backend.accounts.passphrase import Cost, Hasher
from backend.accounts.second_factor import seal_secret
from backend.accounts.services import accounts_of
from backend.app import create_app
from backend.attachments.api import PART_HASH_HEADER
from backend.db.transaction import transaction
from backend.ids import TerritoryId, UserId, new_id
from backend.journal import sealer
from backend.log.desk import Act, installation_for, write
from backend.people import identity_store
from backend.settings import Settings
from backend.tablets.authenticate import tablet_scope_of
from backend.tablets.signature import INSTALLATION_HEADER, SIGNATURE_HEADER, text_to_sign
from sync.decode import envelope
from sync.fields import SCHEMA
from sync.ops import NO_PREVIOUS, Op, hash_of, payload
from sync.wire import PushHeader
from tests.backend.identity.fake_provider import FakeProvider, fake_provider, with_provider
from tests.conftest import Database

OURS = {HEADER: "1"}
SECRET = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"
PASSPHRASE = "trois mouettes lisent un journal humide"
ADDRESS = "http://maraude.test"


@dataclass
class Tablet:
    """An installation with its key and its chain; it signs as the tablet app does."""

    territory_id: UUID
    installation_id: UUID
    tablet_id: UUID
    actor: int
    key: ec.EllipticCurvePrivateKey
    n: int = 0
    head: str = NO_PREVIOUS

    def headers(self, path: str, body: bytes, territory_id: UUID | None = None, method: str = "POST") -> dict[str, str]:
        """Return the two headers that sign a request; `territory_id` is what the tablet claims, its own unless given."""
        at_ms = _now_ms()
        r, s = decode_dss_signature(self.key.sign(text_to_sign(method, path, at_ms, body), ec.ECDSA(SHA256())))
        signed = base64.urlsafe_b64encode(r.to_bytes(32, "big") + s.to_bytes(32, "big")).decode().rstrip("=")
        return {
            INSTALLATION_HEADER: f"{territory_id or self.territory_id}/{self.installation_id}",
            SIGNATURE_HEADER: f"{at_ms}.{signed}",
            "Content-Type": "application/json",
        }

    def line(self, kind: str, record: UUID | str, author: UUID | str, **parts: Any) -> bytes:
        """Return the line of the next op of the chain: `set=`, `add=`, `inc=`, `seen=`, or any other part of an op."""
        self.n += 1
        made: dict[str, Any] = {
            "id": secrets.token_hex(16), "actor": self.actor, "schema": SCHEMA,
            "wall_at": clock.wire_instant(clock.now()), "mono_ms": 1000 + self.n, "boot": "boot",
        }  # fmt: skip
        op = Op(n=self.n, prev=self.head, record=str(record), kind=kind, author=str(author), **(made | parts))
        content = payload(op)
        self.head = hash_of(content)
        return envelope(op.id, op.n, self.head, content)

    def push_of(self, *lines: bytes) -> bytes:
        """Return the body of a push of these lines."""
        header = PushHeader(1, str(self.installation_id), 0, clock.wire_instant(clock.now()), 2000, "boot")
        return b"\n".join([msgspec.json.encode(header), *lines]) + b"\n"


@dataclass
class Territory:
    """One territory: its people at desks by role, and the ids of its first records by name."""

    id: TerritoryId
    users: dict[Role, UserId]
    ids: dict[str, UUID] = field(default_factory=dict)
    tablets: dict[str, Tablet] = field(default_factory=dict)


@dataclass
class Town:
    """The application on one database, with two territories that must know nothing of one another."""

    app: Litestar
    settings: Settings
    owner: asyncpg.Connection
    mine: Territory
    other: Territory
    provider: FakeProvider

    async def as_owner(self, territory_id: UUID, sql: str, *values: Any) -> list[Any]:
        """Look at or change a territory's rows as the owner of the database; `$1` is the territory."""
        await self.owner.execute("SELECT set_config('maraude.territory', $1, false)", str(territory_id))
        return list(await self.owner.fetch(sql, territory_id, *values))

    async def session(self, user_id: UUID, territory_id: UUID | None, **columns: Any) -> str:
        """Open a sign-in session with both factors given and return its token; `columns` say what is otherwise."""
        token, at = secrets.token_urlsafe(32), clock.now()
        values = {
            "seen_at": at, "second_factor_at": at, "reauthenticated_at": at, "ends_at": at + timedelta(hours=9),
            "ended_at": None, **columns,
        }  # fmt: skip
        await self.owner.execute(
            "INSERT INTO sign_in_session (id, token_hash, user_id, territory_id, created_at, seen_at, second_factor_at, "
            "reauthenticated_at, ends_at, ended_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
            new_id(), hashlib.sha256(token.encode()).digest(), user_id, territory_id, at, *values.values(),
        )  # fmt: skip
        return token

    def browser(self, token: str = "") -> httpx.AsyncClient:
        """Return a browser whose requests carry the header of our pages, and a session's token if there is one."""
        return httpx.AsyncClient(
            transport=httpx.ASGITransport(app=self.app, client=("192.0.2.1", 1)),  # type: ignore[arg-type]
            base_url=ADDRESS,
            headers=OURS | ({"Cookie": f"session={token}"} if token else {}),
        )

    async def signed_in(self, role: Role, territory: Territory | None = None) -> httpx.AsyncClient:
        """Return the browser of somebody with a role, in the first territory unless another is given."""
        where = territory or self.mine
        return self.browser(await self.session(where.users[role], where.id))

    async def push(self, tablet: Tablet, *lines: bytes) -> dict[str, Any]:
        """Hand lines in and return the answer, which must be one."""
        body = tablet.push_of(*lines)
        async with self.browser() as browser:
            answer = await browser.post("/sync/push", content=body, headers=tablet.headers("/sync/push", body))
        assert answer.status_code == 200, answer.text
        return dict(answer.json())

    async def new_tablet(self, where: Territory, state: str = "active") -> Tablet:
        """Write down a tablet of the territory's team, with one installation."""
        key = ec.generate_private_key(ec.SECP256R1())
        point = key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
        tablet_id, installation_id = new_id(), new_id()
        await self.as_owner(
            where.id,
            "INSERT INTO tablet (id, territory_id, label, team_id, state, enrolled_at) VALUES ($2, $1, 't', $3, $4, now())",
            tablet_id, where.ids.get("team"), state,
        )  # fmt: skip
        rows = await self.as_owner(
            where.id,
            "INSERT INTO installation (id, territory_id, tablet_id, public_key, state, made_at) "
            "VALUES ($2, $1, $3, $4, $5, now()) RETURNING actor",
            installation_id, tablet_id, point, state,
        )  # fmt: skip
        return Tablet(where.id, installation_id, tablet_id, rows[0]["actor"], key)

    async def at_desk(self, where: Territory, *acts: Act) -> None:
        """Write acts as the territory's dispatcher."""
        async with transaction(Scope(where.id, user_id=where.users[Role.DISPATCHER])) as tx:
            written = await write(tx, await installation_for(tx, "desk", clock.now()), list(acts), clock.now())
        assert written.refused == []


@asynccontextmanager
async def town_of(database: Database, settings: Settings) -> AsyncIterator[Town]:
    """Open the whole application on a fresh database with two territories; hashing is cheap, its cost is tested apart."""
    with fake_provider() as provider:
        async with _town_of(database, with_provider(settings, provider), provider) as town:
            yield town


@asynccontextmanager
async def _town_of(database: Database, settings: Settings, provider: FakeProvider) -> AsyncIterator[Town]:
    app = create_app(settings)
    app.state.accounts.close()
    app.state.accounts = accounts_of(settings, clock.now, tablet_scope_of, hasher=Hasher(Cost(memory_kib=64, passes=1)))
    owner = await asyncpg.connect(database.owner_url)
    sealer.PERIOD_SECONDS, period = 3600.0, sealer.PERIOD_SECONDS  # tests of the journal seal when they say
    try:
        async with app.lifespan():
            encoded = await app.state.accounts.hasher.hash(PASSPHRASE)
            town = Town(
                app,
                settings,
                owner,
                await _territory(owner, app, encoded),
                await _territory(owner, app, encoded),
                provider,
            )
            for where in (town.mine, town.other):
                await _first_records(town, where)
            yield town
    finally:
        sealer.PERIOD_SECONDS = period
        await owner.close()


async def _territory(owner: asyncpg.Connection, app: Litestar, encoded: str) -> Territory:
    made = Territory(TerritoryId(new_id()), {role: UserId(new_id()) for role in Role})
    await owner.execute("SELECT set_config('maraude.territory', $1, false)", str(made.id))
    await owner.execute(
        "INSERT INTO territory (id, slug, name, time_zone, inhabitants, created_at) "
        "VALUES ($1, $2, $2, 'Europe/Paris', 1000, now())",
        made.id, f"t{made.id.hex[-8:]}",
    )  # fmt: skip
    for role, user_id in made.users.items():
        sealed = seal_secret(app.state.accounts.box, user_id, SECRET)
        await owner.execute(
            "INSERT INTO app_user (id, login, full_name, passphrase_hash, created_at, totp_secret, totp_secret_key_id) "
            "VALUES ($1, $2, $2, $3, now(), $4, $5)",
            user_id, f"{role.value}-{user_id.hex[-8:]}", encoded, sealed.body, sealed.key_id,
        )  # fmt: skip
        await owner.execute(
            "INSERT INTO membership (territory_id, user_id, role, granted_at) VALUES ($1, $2, $3, now())",
            made.id, user_id, role.value,
        )  # fmt: skip
    return made


async def _first_records(town: Town, where: Territory) -> None:
    ids = where.ids = {name: new_id() for name in ("place", "person", "team", "campaign", "lot", "product")}
    point = {"lon_e7": 23_500_000, "lat_e7": 488_300_000}
    await town.at_desk(
        where,
        Act("place", ids["place"], {"kind": "hotel", "name": f"Hotel {where.id}", **point}),
        Act("team", ids["team"], {"name": f"Team {where.id}", "mode": "foot", "start_place_id": str(ids["place"])}),
        Act("person", ids["person"], {
            "given_name": "Ada", "family_name": f"Ada {where.id}", "born_on": "1950-01-02",
            "place_id": str(ids["place"]), "population_group": "homeless_hotel",
        }),
        Act("product", ids["product"], {"code": "flu", "name": "Flu", "doses_per_vial": 1}, {"antigens": ["influenza"]}),
        Act("lot", ids["lot"], {"product_id": str(ids["product"]), "number": "L1", "expires_on": "2027-01-01"}),
        Act("campaign", ids["campaign"], {"name": f"Flu {where.id}", "antigen": "influenza", "state": "running"}),
    )  # fmt: skip
    await town.as_owner(
        where.id, "UPDATE membership SET team_id = $2 WHERE territory_id = $1 AND role = 'field_team'", ids["team"]
    )
    where.tablets = {"active": await town.new_tablet(where), "revoked": await town.new_tablet(where, "deposit_only")}


async def add_plan(town: Town, where: Territory, day: int) -> UUID:
    """Add a draft without routes, for a day of its own; return its id."""
    plan_id = new_id()
    await town.as_owner(
        where.id,
        "INSERT INTO plan (id, territory_id, day_on, state, problem_hash, seed, iterations, travel_source, summary, body, "
        "made_at) VALUES ($2, $1, date '2027-01-01' + $3::int, 'draft', '', 1, 0, $4, $6, $5, now())",
        plan_id, day, str(where.id), json.dumps({"plan": {"routes": []}, "teams": {}, "left_out": [], "misplaced": []}),
        json.dumps(dict.fromkeys(("visits_planned", "visits_left_out", "people_planned", "travel_minutes",
                                  "doses_wasted_expected", "misplaced"), 0)),
    )  # fmt: skip
    return plan_id


async def add_job(town: Town, where: Territory, state: str = "done") -> UUID:
    """Add a job; return its id."""
    job_id = new_id()
    await town.as_owner(
        where.id,
        "INSERT INTO job (id, territory_id, kind, args, state, progress, asked_at) "
        "VALUES ($2, $1, 'plan_day', '{}', $3, $4, now())",
        job_id, state, json.dumps({"where": str(where.id)}),
    )  # fmt: skip
    return job_id


async def add_certificate(town: Town, where: Territory) -> UUID:
    """Add a certificate of a purge; return its id."""
    purge_id = new_id()
    await town.as_owner(
        where.id,
        "INSERT INTO purge (territory_id, id, rule, rules_version, as_of_on, begun_at, ended_at, digest, key_id, signature) "
        "VALUES ($1, $2, 'job_trace', '1', current_date, now(), now(), sha256(''), 'k', 'signed')",
        purge_id,
    )
    return purge_id


async def add_number(town: Town, where: Territory) -> str:
    """Let the territory's person have a national identity number; return it."""
    number, box = "250010000100154", town.app.state.accounts.box
    async with transaction(Scope(where.id)) as tx:
        await identity_store.keep(tx, box, where.ids["person"], number, UserId(new_id()), clock.now())
    return number


async def add_request(town: Town, where: Territory) -> UUID:
    """Add an open request; return its id."""
    request_id = new_id()
    await town.at_desk(
        where,
        Act(
            "request",
            request_id,
            {
                "caller_role": "person", "place_id": str(where.ids["place"]), "state": "open",
                "person_id": str(where.ids["person"]),
                "received_at": clock.wire_instant(clock.now()),
            },
            {"acts": ["vaccinate"]},
        ),
    )  # fmt: skip
    return request_id


async def add_stop(town: Town, where: Territory, day: str) -> UUID:
    """Add a round of one stop, which nobody told yet, for the territory's person; return the stop's id."""
    plan_id, visit_id, round_id, stop_id = await add_plan(town, where, 0), new_id(), new_id(), new_id()
    place = str(where.ids["place"])
    visit = {"place_id": place, "person_id": str(where.ids["person"]), "state": "planned"}
    round_ = {"plan_id": str(plan_id), "team_id": str(where.ids["team"]), "day_on": day, "state": "published"}
    stop: dict[str, Any] = {"round_id": str(round_id), "place_id": place, "position": 1, "state": "planned"}
    await town.at_desk(
        where,
        Act("visit", visit_id, {**visit}, {"acts": ["vaccinate"]}),
        Act("round", round_id, {**round_}),
        Act("stop", stop_id, {**stop}, {"visit_ids": [str(visit_id)]}),
    )
    return stop_id


async def add_review(town: Town, where: Territory) -> UUID:
    """Let a revoked tablet hand an entry in, which opens a review; return the review's id."""
    tablet, before = await town.new_tablet(where, "deposit_only"), await _reviews(town, where)
    fields = {"set": {"kind": "hotel", "name": str(where.id)}}
    await town.push(tablet, tablet.line("place", new_id(), where.users[Role.FIELD_TEAM], **fields))
    (made,) = await _reviews(town, where) - before
    return made


async def _reviews(town: Town, where: Territory) -> set[UUID]:
    return {row["id"] for row in await town.as_owner(where.id, "SELECT id FROM review WHERE territory_id = $1")}


async def add_quarantined(town: Town, where: Territory) -> tuple[int, int]:
    """Let a revoked tablet hand an op in, which waits in quarantine; return its actor and its number."""
    tablet = await town.new_tablet(where, "deposit_only")
    fields = {"set": {"kind": "hotel", "name": str(where.id)}}
    await town.push(tablet, tablet.line("place", new_id(), where.users[Role.FIELD_TEAM], **fields))
    return tablet.actor, tablet.n


async def add_dose(town: Town, where: Territory) -> UUID:
    """Add a dose that the house gave to the territory's person; return its id."""
    dose_id = new_id()
    fields = {"person_id": str(where.ids["person"]), "status": "given", "given_on": "2026-09-01", "source": "own"}
    await town.at_desk(where, Act("dose", dose_id, {**fields, "product_code": "flu"}, {"antigens": ["influenza"]}))
    return dose_id


async def add_adverse_event(town: Town, where: Territory) -> UUID:
    """Add an adverse event of the territory's person; return its id."""
    event_id = new_id()
    fields = {"person_id": str(where.ids["person"]), "reported_at": "2026-11-20T10:00:00.000Z"}
    await town.at_desk(where, Act("adverse_event", event_id, {**fields}, {"signs": ["fever"]}))
    return event_id


def new_file(where: Territory) -> bytes:
    """Return a file that may be attached, holds the territory's id and was never there before."""
    return f"%PDF-1.7 {where.id} {new_id()}".encode()


async def announce(town: Town, where: Territory, content: bytes) -> str:
    """Let a tablet announce a file of the territory's team, which every tablet of it sees; return its SHA-256."""
    tablet, sha256 = await town.new_tablet(where), hashlib.sha256(content).hexdigest()
    body = msgspec.json.encode(announcement(where, content))
    async with town.browser() as browser:
        answer = await browser.post(
            "/sync/attachments", content=body, headers=tablet.headers("/sync/attachments", body)
        )
    assert answer.status_code == 200, answer.text
    return sha256


def announcement(where: Territory, content: bytes) -> dict[str, Any]:
    """Return the words that announce a file of the territory's team."""
    return {
        "sha256": hashlib.sha256(content).hexdigest(), "size_bytes": len(content), "media_type": "application/pdf",
        "record_id": str(where.ids["team"]),
    }  # fmt: skip


async def add_attachment(town: Town, where: Territory) -> str:
    """Let a tablet hand a whole file in; return its SHA-256."""
    content = new_file(where)
    sha256, tablet = await announce(town, where, content), await town.new_tablet(where)
    path = f"/sync/attachments/{sha256}/0"
    async with town.browser() as browser:
        headers = tablet.headers(path, content, method="PUT") | {PART_HASH_HEADER: sha256}
        answer = await browser.put(path, content=content, headers=headers)
    assert answer.json()["complete"], answer.text
    return sha256


async def add_enrolment_code(town: Town, where: Territory) -> str:
    """Add a code that enrols the territory's first tablet; return it as it is typed."""
    signs = secrets.token_hex(8).upper()
    await town.as_owner(
        where.id,
        "INSERT INTO enrolment_code (territory_id, code_hash, tablet_id, ends_at) "
        "VALUES ($1, $2, $3, now() + interval '5 minutes')",
        hashlib.sha256(signs.encode()).digest(), where.tablets["active"].tablet_id,
    )  # fmt: skip
    return signs


def new_public_key() -> str:
    """Return a fresh public key as the protocol carries it."""
    point = (
        ec.generate_private_key(ec.SECP256R1()).public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
    )
    return base64.urlsafe_b64encode(point).decode().rstrip("=")


def without_request_id(answer: httpx.Response, asked: UUID | str | None) -> tuple[int, str, dict[str, str]]:
    """Return what of an answer must not depend on whether a thing exists: all but the request's id and the id asked for."""
    headers = {name: value for name, value in answer.headers.items() if name not in {"x-request-id", "content-length"}}
    text = answer.text.replace(answer.headers["x-request-id"], "")
    return answer.status_code, text.replace(str(asked), ""), headers


def _now_ms() -> int:
    return int(clock.now().timestamp() * 1000)
