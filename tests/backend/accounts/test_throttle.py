"""Guessing is slowed, in bursts and over days, and the true user on a known device gets in meanwhile."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from backend.access import Role
from backend.accounts.throttle import counters_of_code, counters_of_passphrase
from backend.accounts.throttle_store import count_attempt
from backend.db.transaction import transaction_of_user
from tests.backend.accounts.house import House, give_passphrase

WRONG = "une phrase qui ne va pas"
AT = datetime(2026, 11, 22, 18, 0, 40, tzinfo=UTC)


async def test_five_hundred_wrong_guesses_are_throttled_while_the_true_user_gets_in(house: House) -> None:
    """The true user signed in here before; a stranger at the same address spends every other allowance."""
    await house.territory("paris")
    await house.user("awa", "paris", Role.FIELD_TEAM)
    known = await house.signed_in("awa")
    checked = 0
    for _ in range(500):
        answer = await give_passphrase(house.browser(), "awa", WRONG)
        checked += answer.status_code == 401
        assert answer.status_code in {401, 429}
        house.time.pass_by(seconds=2)
    assert checked <= 40
    assert (await give_passphrase(house.browser(), "awa")).status_code == 429
    assert (await give_passphrase(known, "awa")).status_code == 200
    assert (await known.post("/api/sign-in/code", json={"code": house.code()})).status_code == 200


async def test_device_known_for_one_login_is_a_stranger_for_another(house: House) -> None:
    """A thief with an account of their own does not get a fresh allowance against each colleague."""
    await house.territory("paris")
    await house.user("awa", "paris", Role.FIELD_TEAM)
    await house.user("lea", "paris", Role.FIELD_TEAM)
    thief = await house.signed_in("awa")
    for _ in range(6):
        await give_passphrase(house.browser(), "lea", WRONG)
    assert (await give_passphrase(thief, "lea")).status_code == 429


async def test_guesses_from_many_addresses_are_counted_against_the_login(house: House) -> None:
    await house.territory("paris")
    await house.user("awa", "paris", Role.FIELD_TEAM)
    answers = [
        (await give_passphrase(house.browser(f"198.51.100.{last}"), "awa", WRONG)).status_code for last in range(12)
    ]
    assert answers == [401] * 10 + [429] * 2


async def test_fifty_guesses_at_the_same_time_do_not_slip_through(house: House) -> None:
    """Counted before they are checked, and the count is committed: only five reach the hash."""
    await house.territory("paris")
    await house.user("awa", "paris", Role.FIELD_TEAM)
    browsers = [house.browser() for _ in range(8)]
    answers = await asyncio.gather(*(give_passphrase(browsers[at % 8], "awa", WRONG) for at in range(50)))
    assert [one.status_code for one in answers].count(401) <= 5


async def test_success_gives_its_attempt_back(house: House) -> None:
    """An office behind one address signs in all morning without spending anything."""
    await house.territory("paris")
    await house.user("awa", "paris", Role.FIELD_TEAM)
    answers = {(await give_passphrase(house.browser(), "awa")).status_code for _ in range(12)}
    assert answers == {200}
    assert {row["failures"] for row in await house.as_owner("SELECT failures FROM throttle")} == {0}


async def test_codes_are_throttled_once_the_passphrase_is_known(house: House) -> None:
    await house.territory("paris")
    await house.user("awa", "paris", Role.FIELD_TEAM)
    browser = house.browser()
    await give_passphrase(browser, "awa")
    answers = [
        (await browser.post("/api/sign-in/code", json={"code": f"{guess:06}"})).status_code for guess in range(7)
    ]
    assert answers == [401] * 5 + [429] * 2
    right = await browser.post("/api/sign-in/code", json={"code": house.code()})
    assert right.status_code == 429


async def test_wait_grows_with_the_failures(house: House) -> None:
    """A minute lets five through, a quarter of an hour ten, a day forty."""
    passed = []
    for seconds in range(0, 90 * 60, 20):
        at = AT + timedelta(seconds=seconds)
        async with transaction_of_user(None) as tx:
            if await count_attempt(tx, counters_of_code("somebody", None, at)):
                passed.append(seconds)
    in_a_quarter = [sum(-40 <= one - start < 900 - 40 for one in passed) for start in range(0, 90 * 60, 900)]
    assert passed[:5] == [0, 20, 40, 60, 80]
    assert in_a_quarter == [10, 10, 10, 10, 0, 0]


async def test_flood_does_not_spend_the_day_of_the_true_user(house: House) -> None:
    """On a device never seen, at an address of their own, they get in once the short windows are over."""
    await house.territory("paris")
    await house.user("awa", "paris", Role.FIELD_TEAM)
    stranger = house.browser("203.0.113.9")
    for _ in range(200):
        await give_passphrase(stranger, "awa", WRONG)
    house.time.pass_by(minutes=1)
    assert (await give_passphrase(house.browser("192.0.2.7"), "awa")).status_code == 200


def test_counters_hold_no_login_and_no_address() -> None:
    counters = counters_of_passphrase("awa", "192.0.2.1", None, AT)
    assert len(counters) == 9
    assert all(len(one.key_hash) == 32 for one in counters)
    assert len({one.key_hash for one in counters}) == 9


async def test_refused_attempts_are_told_without_the_login(house: House, capsys: pytest.CaptureFixture[str]) -> None:
    """The log says that, not who was guessed: a login is sometimes a passphrase typed into the wrong field."""
    answer = await give_passphrase(house.browser(), "mon-phrase-tapee-ici", WRONG)
    assert answer.status_code == 401
    written = capsys.readouterr()
    assert "sign_in.refused" in written.out + written.err
    assert "mon-phrase-tapee-ici" not in written.out + written.err
    assert WRONG not in written.out + written.err
