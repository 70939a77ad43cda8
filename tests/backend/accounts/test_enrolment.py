"""A second factor is enrolled by its owner alone, and its secret is never in the database in clear."""

from dataclasses import replace
from typing import Any

import httpx
import pyotp
import pytest

from backend.access import Role
from backend.accounts import user_changes
from backend.accounts.secrets_box import SecretsBox
from backend.accounts.user_changes import Added, NewUser
from tests.backend.accounts.house import PASSPHRASE, SECRET, House, give_passphrase

OTHER = "un parapluie bleu sèche devant la gare"


async def _invited(house: House) -> str:
    await house.territory("paris")
    added = await user_changes.add_user("paris", NewUser("awa", "Awa", frozenset({Role.DISPATCHER})), house.time())
    assert isinstance(added, Added)
    assert added.set_up_code is not None
    return added.set_up_code


async def _enrol(house: House, browser: httpx.AsyncClient) -> tuple[str, dict[str, Any]]:
    offer = (await browser.post("/api/me/second-factor")).json()
    body = {"ticket": offer["ticket"], "code": house.code(offer["secret"])}
    answer = await browser.post("/api/me/second-factor/confirm", json=body)
    assert answer.status_code == 200, answer.text
    return offer["secret"], answer.json()


async def test_invited_user_chooses_passphrase_and_enrols_and_works(house: House) -> None:
    """The whole way of a new colleague, with nobody else ever knowing the passphrase."""
    code = await _invited(house)
    browser = house.browser()
    answer = await browser.post("/api/set-up", json={"code": code.lower(), "passphrase": PASSPHRASE})
    assert answer.json()["next_step"] == "enrol"
    assert (await browser.get("/probe/plan")).status_code == 403
    secret, enrolled = await _enrol(house, browser)
    assert enrolled["me"]["next_step"] == "nothing"
    assert (await browser.get("/probe/plan")).status_code == 200
    house.time.pass_by(seconds=30)
    again = house.browser()
    assert (await give_passphrase(again, "awa")).json()["next_step"] == "give_code"
    assert (await again.post("/api/sign-in/code", json={"code": house.code(secret)})).status_code == 200


@pytest.mark.parametrize("why", ["used", "late", "replaced", "disabled", "unknown"])
async def test_set_up_code_opens_nothing_when_it_is_over(house: House, why: str) -> None:
    code = await _invited(house)
    if why == "used":
        await house.browser().post("/api/set-up", json={"code": code, "passphrase": PASSPHRASE})
    elif why == "late":
        house.time.pass_by(hours=24, seconds=1)
    elif why == "replaced":
        await user_changes.reset_user("awa", house.time())
    elif why == "disabled":
        await user_changes.disable_user("awa", house.time())
    else:
        code = "AAAA-BBBB-CCCC-DDDD"
    answer = await house.browser().post("/api/set-up", json={"code": code, "passphrase": OTHER})
    assert (answer.status_code, answer.json()["code"]) == (401, "sign_in_refused")


async def test_weak_choice_says_why_and_does_not_spend_the_code(house: House) -> None:
    code = await _invited(house)
    browser = house.browser()
    weak = await browser.post("/api/set-up", json={"code": code, "passphrase": "Paris-vaccination-2026"})
    assert (weak.status_code, weak.json()["details"]) == (400, {"fields": ["passphrase"], "why": "common"})
    assert (await browser.post("/api/set-up", json={"code": code, "passphrase": PASSPHRASE})).status_code == 200


async def test_secret_and_recovery_codes_are_not_in_the_database_in_clear(house: House) -> None:
    code = await _invited(house)
    browser = house.browser()
    await browser.post("/api/set-up", json={"code": code, "passphrase": PASSPHRASE})
    secret, enrolled = await _enrol(house, browser)
    (row,) = await house.as_owner("SELECT row_to_json(u)::text AS line, totp_secret FROM app_user u")
    assert secret.encode() not in row["totp_secret"]
    for text in (secret, secret.encode().hex(), PASSPHRASE, *enrolled["recovery_codes"]):
        assert text not in row["line"]
        assert text.replace("-", "") not in row["line"]
    (kept,) = await house.as_owner("SELECT row_to_json(s)::text AS line FROM set_up_code s")
    assert code.replace("-", "") not in kept["line"]


async def test_recovery_code_is_a_second_factor_once(house: House) -> None:
    code = await _invited(house)
    browser = house.browser()
    await browser.post("/api/set-up", json={"code": code, "passphrase": PASSPHRASE})
    _, enrolled = await _enrol(house, browser)
    recovery = enrolled["recovery_codes"]
    assert len(set(recovery)) == 10
    for expected in (200, 401):
        again = house.browser()
        await give_passphrase(again, "awa")
        answer = await again.post("/api/sign-in/code", json={"code": recovery[3].lower()})
        assert answer.status_code == expected


async def test_ticket_is_good_for_its_session_and_ten_minutes(house: House) -> None:
    code = await _invited(house)
    browser = house.browser()
    await browser.post("/api/set-up", json={"code": code, "passphrase": PASSPHRASE})
    offer = (await browser.post("/api/me/second-factor")).json()
    other = house.browser()
    await give_passphrase(other, "awa")

    async def confirm(whose: httpx.AsyncClient, ticket: str) -> int:
        body = {"ticket": ticket, "code": house.code(offer["secret"])}
        return (await whose.post("/api/me/second-factor/confirm", json=body)).status_code

    assert await confirm(other, offer["ticket"]) == 401
    for broken in ("", ".", "a.b", offer["ticket"][:-6], offer["ticket"] + "é", "x" + offer["ticket"]):
        assert await confirm(browser, broken) == 401
    house.time.pass_by(minutes=10, seconds=1)
    assert await confirm(browser, offer["ticket"]) == 401
    assert await house.as_owner("SELECT 1 FROM app_user WHERE totp_secret IS NOT NULL") == []


async def test_passphrase_alone_cannot_replace_a_second_factor(house: House) -> None:
    """Whoever learned a passphrase must not enrol an app of their own over the owner's."""
    await house.territory("paris")
    await house.user("awa", "paris", Role.DISPATCHER)
    thief = house.browser()
    await give_passphrase(thief, "awa")
    assert (await thief.post("/api/me/second-factor")).json()["code"] == "second_factor_needed"


async def test_replacing_the_second_factor_needs_a_late_code_and_ends_other_sessions(house: House) -> None:
    await house.territory("paris")
    await house.user("awa", "paris", Role.DISPATCHER)
    other, browser = await house.signed_in("awa"), await house.signed_in("awa")
    house.time.pass_by(minutes=6)
    assert (await browser.post("/api/me/second-factor")).json()["code"] == "reauthentication_needed"
    assert (await browser.post("/api/reauthenticate", json={"code": house.code()})).status_code == 200
    house.time.pass_by(seconds=30)
    secret, _ = await _enrol(house, browser)
    assert secret != SECRET
    assert (await browser.get("/api/me")).status_code == 200
    assert (await other.get("/api/me")).status_code == 401


async def test_change_of_passphrase_needs_the_former_and_ends_other_sessions(house: House) -> None:
    await house.territory("paris")
    await house.user("awa", "paris", Role.DISPATCHER)
    other, browser = await house.signed_in("awa"), await house.signed_in("awa")
    wrong = await browser.put("/api/me/passphrase", json={"former": OTHER, "wanted": OTHER})
    assert wrong.status_code == 401
    weak = await browser.put("/api/me/passphrase", json={"former": PASSPHRASE, "wanted": "court"})
    assert weak.json()["details"]["why"] == "too_short"
    done = await browser.put("/api/me/passphrase", json={"former": PASSPHRASE, "wanted": OTHER})
    assert done.status_code == 204
    assert (await other.get("/api/me")).status_code == 401
    assert (await browser.get("/api/me")).status_code == 200
    assert (await give_passphrase(house.browser(), "awa")).status_code == 401
    assert (await give_passphrase(house.browser(), "awa", OTHER)).status_code == 200


async def test_reset_keeps_the_second_factor_and_ends_sessions(house: House) -> None:
    """A reset must not be a way around the second factor (ASVS 6.4.3)."""
    await house.territory("paris")
    await house.user("awa", "paris", Role.DISPATCHER)
    browser = await house.signed_in("awa")
    code = await user_changes.reset_user("awa", house.time())
    assert (await browser.get("/api/me")).status_code == 401
    assert (await give_passphrase(house.browser(), "awa")).status_code == 401
    answer = await browser.post("/api/set-up", json={"code": code, "passphrase": OTHER})
    assert answer.json()["next_step"] == "give_code"
    assert (await browser.post("/api/sign-in/code", json={"code": house.code()})).status_code == 200


async def test_reset_of_a_lost_app_takes_both_proofs_away(house: House) -> None:
    await house.territory("paris")
    await house.user("awa", "paris", Role.DISPATCHER)
    code = await user_changes.reset_user("awa", house.time(), second_factor=True)
    assert (await give_passphrase(house.browser(), "awa")).status_code == 401
    answer = await house.browser().post("/api/set-up", json={"code": code, "passphrase": OTHER})
    assert answer.json()["next_step"] == "enrol"


async def test_former_key_still_opens_and_the_secret_moves_to_the_present_one(house: House) -> None:
    """Rotation: the key is changed, people sign in as before, and one command ends what is left under the old key."""
    await house.territory("paris")
    await house.user("awa", "paris", Role.DISPATCHER)
    await house.user("lea", "paris", Role.DISPATCHER)
    former = house.accounts.settings.secret_key
    box = SecretsBox("another key of thirty-two characters", (former,))
    house.app.state.accounts = house.accounts = replace(house.accounts, box=box)
    assert (await (await house.signed_in("awa")).get("/api/me")).status_code == 200
    keys = await house.as_owner("SELECT totp_secret_key_id AS key FROM app_user ORDER BY login")
    assert [row["key"] == box.key_id for row in keys] == [True, False]
    assert await user_changes.reseal_second_factors(box) == (1, 0)
    house.app.state.accounts = house.accounts = replace(
        house.accounts, box=SecretsBox("another key of thirty-two characters")
    )
    assert (await (await house.signed_in("lea")).get("/api/me")).status_code == 200


async def test_secret_copied_into_another_users_row_opens_nothing(house: House) -> None:
    """Somebody who can write the table still cannot give a colleague's row the secret of their own app."""
    await house.territory("paris")
    await house.user("awa", "paris", Role.DISPATCHER)
    await house.user("lea", "paris", Role.DISPATCHER)
    await house.as_owner(
        "UPDATE app_user SET totp_secret = (SELECT totp_secret FROM app_user WHERE login = 'lea') WHERE login = 'awa'"
    )
    browser = house.browser()
    await give_passphrase(browser, "awa")
    assert (await browser.post("/api/sign-in/code", json={"code": house.code()})).status_code == 401


async def test_picture_is_an_svg_without_anything_to_fetch_or_run(house: House) -> None:
    code = await _invited(house)
    browser = house.browser()
    await browser.post("/api/set-up", json={"code": code, "passphrase": PASSPHRASE})
    offer = (await browser.post("/api/me/second-factor")).json()
    assert offer["picture_svg"].startswith("<svg")
    for forbidden in ("href", "style", "<script", "<image", "url("):
        assert forbidden not in offer["picture_svg"]
    assert pyotp.parse_uri(offer["address"]).secret == offer["secret"]


async def test_nothing_secret_is_ever_logged(house: House, capfd: pytest.CaptureFixture[str]) -> None:
    """The whole way, right and wrong, with the log unfiltered: what is never given to it cannot leak from it."""
    code = await _invited(house)
    browser = house.browser()
    await browser.post("/api/set-up", json={"code": code, "passphrase": PASSPHRASE})
    secret, enrolled = await _enrol(house, browser)
    house.time.pass_by(seconds=30)
    again = house.browser()
    await give_passphrase(again, "awa", OTHER)
    await give_passphrase(again, "awa")
    digits = house.code(secret)
    for _ in range(2):
        await again.post("/api/sign-in/code", json={"code": digits})
    captured = capfd.readouterr()
    written = captured.out + captured.err
    assert "sign_in.code_given" in written
    tokens = [browser.cookies["session"], again.cookies["session"], again.cookies["device"]]
    for hidden in (code, PASSPHRASE, OTHER, secret, *enrolled["recovery_codes"], *tokens, f"={digits}", f'"{digits}"'):
        assert hidden not in written
