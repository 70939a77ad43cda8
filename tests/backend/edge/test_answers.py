"""Every answer has its request id and headers, says nothing of what broke, and leaves no word of a record in the log."""

from pathlib import Path

import httpx
import pytest

from backend.access import Role
from backend.accounts.csrf import HEADER
from backend.edge.middleware import HEADERS
from sync.client import Act
from tests.backend.running import Served

CANARIES = ("Zanzibara", "Quetzalcoatline", "+33199112233", "Allergie-au-mimosa")
# Method, path, the status wanted; each is asked by nobody.
ASKED = [
    ("GET", "/", 303),
    ("GET", "/nothing/here", 404),
    ("GET", "/api/plans/x", 404),
    ("GET", "/health/live", 200),
    ("GET", "/health/ready", 200),
    ("GET", "/metrics", 401),
    ("GET", "/schema/openapi.json", 401),
    ("GET", "/api/tablets", 401),
    ("POST", "/api/plans", 401),
    ("DELETE", "/api/plans", 405),
    ("OPTIONS", "/api/tablets", 405),
    ("POST", "/sync/push", 401),
    ("POST", "/api/sign-in", 403),
    ("GET", "/%00", 404),
    ("GET", "/..%2f..%2fetc/passwd", 404),
]


def is_dressed(answer: httpx.Response) -> None:
    """Fail unless an answer has its request id and the headers of every answer."""
    for name, value in HEADERS.items():
        assert answer.headers.get(name) == value, name
    assert answer.headers["cache-control"] == "no-store"
    assert len(answer.headers["x-request-id"]) == 36
    assert "server" not in answer.headers


@pytest.mark.parametrize(("method", "path", "status"), ASKED, ids=str)
async def test_answer_has_id_and_headers_when_nobody_asks(served: Served, method: str, path: str, status: int) -> None:
    answer = served.ask(method, path)
    assert answer.status_code == status, answer.text
    is_dressed(answer)
    if status >= 400:
        assert answer.headers["content-type"] == "application/problem+json"
        assert answer.json()["request_id"] == answer.headers["x-request-id"]


async def test_problem_is_told_in_the_language_that_is_asked_for(served: Served) -> None:
    for language, title in (("fr-FR", "Vous n'êtes pas connecté."), ("en", "You are not signed in."), ("", "Vous")):
        answer = served.ask("GET", "/api/tablets", headers={"accept-language": language})
        assert answer.json()["title"].startswith(title)


async def test_answer_is_too_large_when_a_body_is(served: Served) -> None:
    for path in ("/api/sign-in", "/sync/push", "/sync/enrol"):
        answer = served.ask(
            "POST", path, content=b"x" * 1_100_000, headers={HEADER: "1", "content-type": "application/json"}
        )
        assert answer.status_code in (401, 413), path
        is_dressed(answer)


async def test_log_never_holds_a_name_when_records_and_mistakes_pass(served: Served, tmp_path: Path) -> None:
    """Names, telephones and notes go through push, pull, refusals and problems; the server's log has none of them."""
    ground = served.ground
    await ground.give_round("team", "hotel")
    author = str(ground.users[Role.FIELD_TEAM])
    tablet = await served.tablet(tmp_path / "one")
    ada = str(ground.ids["ada"])
    fields = {"given_name": CANARIES[0], "family_name": CANARIES[1], "phone": CANARIES[2]}
    tablet.record(Act(ada, "person", {**fields}, add={"allergies": [CANARIES[3]]}), author)
    tablet.record(Act(ada, "person", {"sex": CANARIES[0]}), author)  # refused: no such word
    tablet.record(Act(ada, CANARIES[1].lower(), {"x": CANARIES[0]}), author)  # refused: no such kind
    assert tablet.sync().complete
    assert CANARIES[0] in str(
        await ground.value("SELECT given_name FROM person WHERE territory_id = $1 AND id = $2", ada)
    )
    for path, body in (
        ("/api/sign-in", {"login": CANARIES[0], "passphrase": CANARIES[1] * 3}),
        ("/api/requests", fields),
    ):
        served.ask("POST", path, json=body, headers={HEADER: "1"})
    served.ask("GET", f"/api/people/{CANARIES[0]}?phone={CANARIES[2]}")
    served.ask("POST", "/sync/enrol", json={"territory_id": CANARIES[0], "code": CANARIES[1], "public_key": ""})
    with await served.desk("nora") as desk:
        given = {
            "caller_role": "person",
            "place_id": str(ground.ids["hotel"]),
            "acts": ["screen"],
            "reason": CANARIES[0],
        }
        desk.post("/api/requests", given)
    log = served.log
    assert "push.answered" in log
    assert "request.answered" in log
    assert [canary for canary in CANARIES if canary.lower() in log.lower()] == []
