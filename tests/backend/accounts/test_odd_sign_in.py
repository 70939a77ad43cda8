"""Users hear of what is odd about their sign-ins, once, and of every change of what they sign in with."""

from backend.access import Role
from backend.db.transaction import transaction_of_user
from backend.ids import UserId
from backend.notices.store import own_notices
from tests.backend.accounts.house import PASSPHRASE, House, give_passphrase


async def _told(user_id: UserId) -> list[tuple[str, str]]:
    async with transaction_of_user(user_id) as tx:
        return [(one.kind, one.detail) for one in reversed(await own_notices(tx, user_id))]


async def test_user_is_told_of_a_device_never_seen_and_of_failures_before(house: House) -> None:
    await house.territory("paris")
    awa = await house.user("awa", "paris", Role.DISPATCHER)
    known = await house.signed_in("awa")
    assert await _told(awa) == []  # the first sign-in of all is not odd
    await give_passphrase(known, "awa")
    await known.post("/api/sign-in/code", json={"code": house.code()})
    assert await _told(awa) == []
    house.time.pass_by(minutes=2)
    stranger = house.browser("198.51.100.7")
    for _ in range(3):
        await give_passphrase(stranger, "awa", "wrong")
    house.time.pass_by(minutes=2)
    stranger.headers["User-Agent"] = "an unknown browser"
    await give_passphrase(stranger, "awa")
    assert (await stranger.post("/api/sign-in/code", json={"code": house.code()})).status_code == 200
    assert await _told(awa) == [("new_device", "an unknown browser"), ("failed_attempts", "3")]


async def test_user_is_told_when_a_proof_of_theirs_changed(house: House) -> None:
    await house.territory("paris")
    awa = await house.user("awa", "paris", Role.DISPATCHER)
    browser = await house.signed_in("awa")
    wanted = "quatre hiboux comptent des wagons bleus"
    answer = await browser.put("/api/me/passphrase", json={"former": PASSPHRASE, "wanted": wanted})
    assert answer.status_code == 204, answer.text
    offer = (await browser.post("/api/me/second-factor")).json()
    code = house.code(offer["secret"])
    await browser.post("/api/me/second-factor/confirm", json={"ticket": offer["ticket"], "code": code})
    assert await _told(awa) == [("proof_changed", "passphrase"), ("proof_changed", "second_factor")]
