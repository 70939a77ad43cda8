"""Nobody gets in without both factors, and whoever is out is out at once."""

import asyncio
from typing import Any

import pytest

from backend.access import Role, Scope
from backend.accounts import user_changes
from backend.accounts.demo_user import add_demo_user
from backend.accounts.second_factor import code_proves
from backend.accounts.sessions import token_hash
from backend.accounts.user_changes import NewUser, Obstacle
from backend.accounts.user_store import user_by_id
from backend.db.transaction import transaction, transaction_of_user
from backend.ids import TerritoryId, new_id
from tests.backend.accounts.house import PASSPHRASE, SECRET, House, give_passphrase, hold


async def _awa(house: House) -> TerritoryId:
    territory_id = await house.territory("paris")
    await house.user("awa", "paris", Role.FIELD_TEAM)
    return territory_id


async def test_fresh_database_has_no_user(house: House) -> None:
    """A default account is how others were broken into: there is none (ASVS 6.3.2)."""
    assert await house.as_owner("SELECT 1 FROM app_user") == []


async def test_passphrase_alone_opens_no_staff_route(house: House) -> None:
    await _awa(house)
    browser = house.browser()
    answer = await give_passphrase(browser, "awa")
    assert answer.json()["next_step"] == "give_code"
    assert (await browser.get("/probe/places")).json()["code"] == "second_factor_needed"
    assert (await browser.get("/api/me")).json()["territories"] == []


async def test_both_factors_open_the_routes_of_the_role_and_no_other(house: House) -> None:
    await _awa(house)
    browser = await house.signed_in("awa")
    assert (await browser.get("/probe/places")).json() == 0
    refused = await browser.get("/probe/plan")
    assert (refused.status_code, refused.json()["code"]) == (403, "forbidden")


async def test_token_is_long_and_kept_as_a_hash_alone(house: House) -> None:
    await _awa(house)
    browser = await house.signed_in("awa")
    token = browser.cookies["session"]
    assert len(token) >= 43  # 256 bits in base 64
    rows = await house.as_owner("SELECT token_hash FROM sign_in_session")
    assert [row["token_hash"] for row in rows] == [token_hash(token)]
    whole = await house.as_owner("SELECT row_to_json(s)::text AS line FROM sign_in_session s")
    assert token not in whole[0]["line"]


async def test_code_is_accepted_once_when_replayed(house: House) -> None:
    await _awa(house)
    first, second = house.browser(), house.browser()
    for browser in (first, second):
        await give_passphrase(browser, "awa")
    code = house.code()
    assert (await first.post("/api/sign-in/code", json={"code": code})).status_code == 200
    assert (await second.post("/api/sign-in/code", json={"code": code})).status_code == 401


async def test_code_is_accepted_once_when_fifty_use_it_at_the_same_time(house: House) -> None:
    """Check-then-set let 17 of 50 in; one UPDATE lets one in. It is raced below the throttle, which would hide it."""
    await house.territory("paris")
    user_id = await house.user("awa", "paris", Role.FIELD_TEAM)
    code = house.code()

    async def use() -> bool:
        async with transaction_of_user(user_id) as tx:
            user = await user_by_id(tx, user_id)
            assert user is not None
            return await code_proves(tx, house.accounts.box, user, code, house.time())

    assert sum(await asyncio.gather(*(use() for _ in range(50)))) == 1


async def test_former_code_is_refused_after_a_later_one(house: House) -> None:
    await _awa(house)
    early = house.code()
    browser = await house.signed_in("awa")
    assert (await browser.post("/api/reauthenticate", json={"code": early})).status_code == 401


async def test_token_changes_with_each_proof_when_one_was_planted(house: House) -> None:
    """Fixation: a token known before a proof is worth nothing after it."""
    await _awa(house)
    browser = house.browser()
    hold(browser, "planted-by-somebody")
    await give_passphrase(browser, "awa")
    before = browser.cookies["session"]
    assert before != "planted-by-somebody"
    await browser.post("/api/sign-in/code", json={"code": house.code()})
    after = browser.cookies["session"]
    assert before != after
    thief = house.browser()
    for token in ("planted-by-somebody", before):
        hold(thief, token)
        assert (await thief.get("/api/me")).status_code == 401


async def test_signing_in_again_ends_the_session_the_browser_held(house: House) -> None:
    await _awa(house)
    browser = await house.signed_in("awa")
    held = browser.cookies["session"]
    await give_passphrase(browser, "awa")
    thief = house.browser()
    hold(thief, held)
    assert (await thief.get("/api/me")).status_code == 401


@pytest.mark.parametrize("end", ["sign_out", "disabled", "role_taken"])
async def test_next_request_knows_what_has_changed(house: House, end: str) -> None:
    paris = await _awa(house)
    browser = await house.signed_in("awa")
    assert (await browser.get("/probe/places")).status_code == 200
    held = browser.cookies["session"]
    if end == "sign_out":
        assert (await browser.post("/api/sign-out")).status_code == 204
        hold(browser, held)
    elif end == "disabled":
        assert await user_changes.disable_user("awa", house.time()) is None
    else:
        await house.as_owner("DELETE FROM membership", territory_id=paris)
    assert (await browser.get("/probe/places")).status_code == (403 if end == "role_taken" else 401)


async def test_new_role_counts_from_the_next_request(house: House) -> None:
    await _awa(house)
    browser = await house.signed_in("awa")
    assert (await browser.get("/probe/plan")).status_code == 403
    await user_changes.add_user("paris", NewUser("awa", "Awa", frozenset({Role.DISPATCHER})), house.time())
    assert (await browser.get("/probe/plan")).status_code == 200


async def test_session_ends_after_fifteen_idle_minutes(house: House) -> None:
    await _awa(house)
    browser = await house.signed_in("awa")
    for _ in range(4):
        house.time.pass_by(minutes=14)
        assert (await browser.get("/api/me")).status_code == 200
    house.time.pass_by(minutes=15, seconds=1)
    assert (await browser.get("/api/me")).status_code == 401


async def test_session_ends_after_ten_hours_whatever_is_done(house: House) -> None:
    await _awa(house)
    browser = await house.signed_in("awa")
    answers = []
    for _ in range(60):
        house.time.pass_by(minutes=10)
        answers.append((await browser.get("/api/me")).status_code)
    assert answers == [200] * 59 + [401]


async def test_disabled_user_is_refused_like_an_unknown_one(house: House) -> None:
    await _awa(house)
    await user_changes.disable_user("awa", house.time())
    disabled = (await give_passphrase(house.browser(), "awa")).json()
    unknown = (await give_passphrase(house.browser(), "nobody")).json()
    wrong = (await give_passphrase(house.browser(), "awa", "une autre phrase secrète")).json()
    for body in (disabled, unknown, wrong):
        body.pop("request_id")
    assert disabled == unknown == wrong


async def test_own_sessions_are_listed_and_ended_and_no_other(house: House) -> None:
    await _awa(house)
    await house.user("lea", "paris", Role.FIELD_TEAM)
    one, two = await house.signed_in("awa"), await house.signed_in("awa")
    other = await house.signed_in("lea")
    listed = (await one.get("/api/me/sign-in-sessions")).json()
    assert [item["is_this_one"] for item in listed].count(True) == 1
    assert len(listed) == 2
    theirs = (await other.get("/api/me/sign-in-sessions")).json()[0]["id"]
    assert (await one.delete(f"/api/me/sign-in-sessions/{theirs}")).status_code == 404
    assert (await one.delete(f"/api/me/sign-in-sessions/{new_id()}")).status_code == 404
    second = next(item["id"] for item in listed if not item["is_this_one"])
    assert (await one.delete(f"/api/me/sign-in-sessions/{second}")).status_code == 204
    assert (await two.get("/api/me")).status_code == 401
    assert (await other.get("/api/me")).status_code == 200


async def test_sensitive_act_asks_for_a_code_given_lately(house: House) -> None:
    await _awa(house)
    browser = await house.signed_in("awa")
    assert (await browser.post("/probe/export")).status_code == 200
    house.time.pass_by(minutes=6)
    assert (await browser.post("/probe/export")).json()["code"] == "reauthentication_needed"
    assert (await browser.post("/api/reauthenticate", json={"code": house.code()})).status_code == 200
    assert (await browser.post("/probe/export")).status_code == 200


async def test_user_of_two_territories_sees_the_chosen_one_alone(house: House) -> None:
    """The probe counts without a predicate: only row-level security keeps the other territory's place out."""
    paris, lyon = await house.territory("paris"), await house.territory("lyon")
    user_id = await house.user("awa", "paris", Role.FIELD_TEAM)
    await user_changes.add_user("lyon", NewUser("awa", "Awa", frozenset({Role.FIELD_TEAM})), house.time())
    await house.as_owner(
        "INSERT INTO place (id, territory_id, name) VALUES ($1, $2, 'x')", new_id(), paris, territory_id=paris
    )
    browser = await house.signed_in("awa")
    me = (await browser.get("/api/me")).json()
    assert (me["next_step"], [one["slug"] for one in me["territories"]]) == ("choose_territory", ["lyon", "paris"])
    assert (await browser.get("/probe/places")).status_code == 403
    for territory_id, places in ((paris, 1), (lyon, 0)):
        before = browser.cookies["session"]
        chosen = await browser.put("/api/me/territory", json={"territory_id": str(territory_id)})
        assert chosen.json()["next_step"] == "nothing"
        assert browser.cookies["session"] != before
        assert (await browser.get("/probe/places")).json() == places
    elsewhere = await house.territory("lille")
    assert (await browser.put("/api/me/territory", json={"territory_id": str(elsewhere)})).status_code == 404
    async with transaction_of_user(None) as tx:
        assert await tx.fetch("SELECT 1 FROM membership") == []
    async with transaction_of_user(user_id) as tx:
        assert len(await tx.fetch("SELECT 1 FROM membership")) == 2


async def test_entering_a_territory_is_in_its_journal(house: House) -> None:
    paris = await _awa(house)
    browser = await house.signed_in("awa")
    await browser.post("/api/reauthenticate", json={"code": house.code()})
    acts = await house.as_owner("SELECT act FROM journal ORDER BY seq", territory_id=paris)
    assert [row["act"] for row in acts] == ["user_added", "signed_in", "reauthenticated"]


@pytest.mark.parametrize(
    "body",
    [
        {"login": "awa", "passphrase": PASSPHRASE, "roles": ["auditor"]},
        {"login": 1, "passphrase": PASSPHRASE},
        {"login": "awa"},
        {"login": "a" * 65, "passphrase": "x"},
        {"login": "awa", "passphrase": "x" * 513},
        [],
    ],
)
async def test_body_of_another_form_is_refused_and_signs_nobody_in(house: House, body: Any) -> None:
    await _awa(house)
    browser = house.browser()
    assert (await browser.post("/api/sign-in", json=body)).status_code == 400
    assert "session" not in browser.cookies


@pytest.mark.parametrize("login", ["a\0wa", "\u202eawa", "awa'; DROP TABLE app_user; --", "\ud7ff", "😀" * 60, "  "])
async def test_strange_login_is_refused_like_an_unknown_one(house: House, login: str) -> None:
    assert (await give_passphrase(house.browser(), login)).status_code == 401


async def test_demo_proofs_are_refused_in_a_real_territory(house: House) -> None:
    await house.territory("paris")
    await house.as_owner("UPDATE territory SET is_demo = false")
    new = NewUser("awa", "Awa", frozenset({Role.AUDITOR}))
    made = await add_demo_user(house.accounts, "paris", new, PASSPHRASE, SECRET, house.time())
    assert made is Obstacle.TERRITORY_UNKNOWN


async def test_store_outside_a_scope_sees_no_membership(house: House) -> None:
    await _awa(house)
    other = await house.territory("lyon")
    async with transaction(Scope(other)) as tx:
        assert await tx.fetch("SELECT 1 FROM membership") == []


async def test_user_disabled_past_our_command_is_out_at_the_next_request(house: House) -> None:
    """Disabling ends the sessions; should it ever be written another way, an open session is still worth nothing."""
    await _awa(house)
    browser = await house.signed_in("awa")
    await house.as_owner("UPDATE app_user SET disabled_at = now()")
    assert (await browser.get("/probe/places")).status_code == 401
