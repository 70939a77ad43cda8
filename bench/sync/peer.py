"""This file runs the peer beside us: a server of PouchDB's protocol from npm, asked by the least client that it can have.

The client does of the protocol what moving records needs and no more: it asks which revisions are missing and sends them,
it asks what changed and fetches it. Checkpoints and sums are left out, in the peer's favour; leveldb does not wait for the
disk at each write, as PostgreSQL does.
"""

import asyncio
import hashlib
import json
import os
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from backend.bootstrap.places import Unusable, home
from backend.ids import new_id
from bench.sync import material
from bench.sync.rounds import AT_ONCE, BATCH, Played, timed
from bench.sync.spent import Meter

PEER_PORT = 8864
PULL_ROWS = 1000
# express-pouchdb answers every query with an error under Express 5.
PACKAGES = ("express@4.21.2", "express-pouchdb@4.2.0", "pouchdb@9.0.0")
INSTALL_SECONDS_MAX = 300


@dataclass(frozen=True)
class Absent:
    """The peer cannot be run here; why not."""

    reason: str


def installed_peer() -> Path | Absent:
    """Return a folder with the peer's packages, installed once per user and set of versions."""
    if not (shutil.which("node") and shutil.which("npm")):
        return Absent("node and npm are not on this machine")
    folder = home(os.environ)
    if isinstance(folder, Unusable):
        return Absent(folder.sentence)
    place = folder / f"bench-peer-{hashlib.sha256(' '.join(PACKAGES).encode()).hexdigest()[:12]}"
    if not (place / "installed").exists():
        place.mkdir(parents=True, exist_ok=True)
        (place / "package.json").write_text('{"private": true}')
        quiet = ["--no-audit", "--no-fund", "--ignore-scripts", "--loglevel=error"]
        try:
            done = subprocess.run(["npm", "install", *quiet, *PACKAGES], cwd=place, capture_output=True, text=True,
                                  timeout=INSTALL_SECONDS_MAX, check=False)  # fmt: skip
        except subprocess.TimeoutExpired:
            return Absent(f"npm did not bring the packages within {INSTALL_SECONDS_MAX} s")
        if done.returncode != 0:
            return Absent(f"npm does not bring the packages: {done.stderr.strip()[:200]}")
        (place / "installed").touch()
    return place


def start_peer(place: Path, databases: Path) -> "subprocess.Popen[bytes]":
    """Start the peer's server on PEER_PORT, its databases in a folder."""
    databases.mkdir()
    script = shutil.copy(Path(__file__).with_name("peer.cjs"), place)
    return subprocess.Popen(["node", script, str(PEER_PORT), str(databases)], stdout=subprocess.DEVNULL)


async def peer_round(records: int, meter: Meter) -> Played:
    """Play a round of the peer in a database of its own: the floor's documents, with the revisions of replication."""
    revisions = [_with_revision(material.document(number)) for number in range(records)]
    waiting = [revisions[start : start + BATCH] for start in range(0, records, BATCH)]
    name = f"/r{new_id().hex}"
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{PEER_PORT}", timeout=120) as client:
        (await client.put(name)).raise_for_status()

        async def send() -> None:
            while waiting:
                batch = waiting.pop()
                missing = await _ask(client, f"{name}/_revs_diff", {one["_id"]: [one["_rev"]] for one in batch})
                wanted = [one for one in batch if one["_id"] in missing]
                await _ask(client, f"{name}/_bulk_docs", {"new_edits": False, "docs": wanted})

        async def push() -> int:
            await asyncio.gather(*(send() for _ in range(AT_ONCE)))
            return records

        async def pull() -> int:
            since, found = 0, 0
            while True:
                query = {"since": str(since), "limit": str(PULL_ROWS), "style": "all_docs"}
                changes = (await client.get(f"{name}/_changes", params=query)).raise_for_status().json()
                rows = changes["results"]
                if not rows:
                    return found
                asked = [{"id": row["id"], "rev": change["rev"]} for row in rows for change in row["changes"]]
                fetched = await _ask(client, f"{name}/_bulk_get?revs=true", {"docs": asked})
                since, found = changes["last_seq"], found + len(fetched["results"])

        return Played(await timed(meter, push), await timed(meter, pull))


async def _ask(client: httpx.AsyncClient, path: str, body: dict[str, Any]) -> Any:
    answer = await client.post(path, content=json.dumps(body), headers={"Content-Type": "application/json"})
    return answer.raise_for_status().json()


def _with_revision(document: dict[str, object]) -> dict[str, Any]:
    digest = hashlib.md5(json.dumps(document).encode(), usedforsecurity=False).hexdigest()
    return {**document, "_rev": f"1-{digest}", "_revisions": {"start": 1, "ids": [digest]}}
