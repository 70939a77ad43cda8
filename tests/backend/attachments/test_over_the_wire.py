"""A file goes on after a cut at 95 %, arrives once, and reaches those alone whose scope holds its record (S6, S9)."""

import asyncio
import hashlib
import random
from pathlib import Path
from uuid import uuid5

import httpx
import pytest

from backend.reference_tablet.link import Link, NoNetwork, Outcome
from backend.reference_tablet.tablet import Tablet, key_in
from bench.chaos.house import CHECKOUT, house
from bench.chaos.world import write_world
from sync.attachment import PART_BYTES_MOST
from sync.client import Act
from sync.ops import Op

pytestmark = pytest.mark.slow

FILE = b"%PDF-1.7\n" + random.Random(3).randbytes(21 * PART_BYTES_MOST)
SHA256 = hashlib.sha256(FILE).hexdigest()


class CutLink(Link):
    """A link on which the network goes away at a byte of the file, before or after the server has heard."""

    cut_at = len(FILE)
    heard = False
    parts = 0

    def send(self, method: str, path: str, body: bytes, who: str = "", more: dict[str, str] | None = None) -> Outcome:
        if method == "PUT":
            if int(path.rpartition("/")[2]) + len(body) > self.cut_at:
                if self.heard:
                    super().send(method, path, body, who, more)
                return NoNetwork("cut")
            self.parts += 1
        return super().send(method, path, body, who, more)


def test_file_cut_at_95_percent_goes_on_after_the_server_was_killed(tmp_path: Path) -> None:
    with house(tmp_path / "home", CHECKOUT) as built:
        world = asyncio.run(write_world(built.urls.owner_url, built.urls.app_url, tablets=4))
        port, url = built.ports[0], built.straight_urls[0]
        built.start_web(port)
        built.wait_for_web()
        tablets = []
        for number in (0, 1, 2):  # the first and the third are of one team
            folder = tmp_path / f"t{number}"
            folder.mkdir()
            tablet = Tablet(folder, url, CutLink(url, key_in(folder)))
            assert tablet.enrol(str(world.territory_id), world.tablets[number].code)
            assert tablet.sync().complete
            tablets.append(tablet)
        own, other_team, same_team = tablets
        link = own.link
        assert isinstance(link, CutLink)

        person = world.tablets[0].person_ids[0]
        consent = str(uuid5(world.territory_id, "consent"))
        fields = {
            "person_id": person,
            "act": "vaccinate",
            "decision": "given",
            "decided_at": "2026-11-22T18:00:00.000Z",
        }
        assert isinstance(own.record(Act(consent, "consent", {**fields}), world.author), Op)
        assert own.attach(FILE, consent) == SHA256

        link.cut_at = len(FILE) * 95 // 100
        assert own.sync().reason == "cut"
        assert link.parts == 19
        link.heard = True
        assert own.sync().reason == "cut"
        built.kill_web(port)
        built.start_web(port)
        built.wait_for_web()
        link.cut_at = 2 * len(FILE)
        assert own.sync().complete
        assert link.parts == 21  # the part whose answer was lost had arrived: it was not sent again
        assert not list((tmp_path / "t0" / "attachments").iterdir())
        assert own.fetch(SHA256) == FILE
        assert same_team.fetch(SHA256) == FILE
        assert other_team.fetch(SHA256) == "not_found"
        assert httpx.get(f"{url}/sync/attachments/{SHA256}").status_code == 401
        assert httpx.get(f"{url}/api/attachments/{SHA256}").status_code == 401
        for tablet in tablets:
            tablet.close()
