"""This file says which right each route of the tablet's app, of its people and of its loss needs, and how it is asked."""

import base64
import secrets
from typing import Final
from uuid import UUID

from backend import clock
from backend.access import Right, Role, Scope
from backend.accounts.secrets_box import SecretsBox
from backend.db.transaction import transaction
from backend.ids import TabletId, UserId
from backend.tablets import rescue, shares
from backend.tablets.shell import SHELL
from tests.trust.asking import Ask, Call, Entry, plain
from tests.trust.town import Territory, Town

_VERIFIER: Final = base64.urlsafe_b64encode(bytes(32)).decode().rstrip("=")


async def _sign_in(_town: Town, where: Territory, _user: UUID | None) -> Call:
    body = {"login": f"nobody-{where.id}"[:60], "passphrase": secrets.token_hex(8), "code": "000000"}
    return Call("/sync/people/sign-in", {**body, "verifier": _VERIFIER})


async def _unlock(_town: Town, where: Territory, _user: UUID | None) -> Call:
    user_id = where.users[Role.FIELD_TEAM]
    return Call("/sync/people/unlock", {"user_id": str(user_id), "verifier": _VERIFIER}, id=user_id)


async def _speak(town: Town, where: Territory, _user: UUID | None) -> Call:
    tablet, box = await town.new_tablet(where), SecretsBox("00" * 32)
    tablet_id, user_id = TabletId(tablet.tablet_id), UserId(where.users[Role.FIELD_TEAM])
    async with transaction(Scope(where.id)) as tx:
        await shares.join(tx, box, tablet_id, user_id, bytes(32), clock.now())
        found = await rescue.rescue_of(tx, box, tablet_id, clock.now())
    assert found is not None
    form = {"tablet_id": str(tablet_id), "number": str(found.number), "reason": "no network"}
    return Call("/tablets/unlock-code", form=form, id=tablet_id)


def _of_tablet(path: str, *, form: bool = False) -> Ask:
    async def ask(town: Town, where: Territory, _user: UUID | None) -> Call:
        tablet = await town.new_tablet(where)
        if form:
            return Call(path, form={"tablet_id": str(tablet.tablet_id), "reason": "lost"}, id=tablet.tablet_id)
        return Call(path.format(id=tablet.tablet_id), id=tablet.tablet_id)

    return ask


_IN_BROWSER: Final = "tests/browser/tablet/test_tablet.py::"
_A, _T, _M = Right.ANYBODY, Right.TABLET, Right.MANAGE_TABLETS

ROUTES: Final[dict[tuple[str, str], Entry]] = {
    # --- the app
    ("GET", "/tablet"): Entry(_A, plain("/tablet/", shows="<script")),
    ("GET", "/tablet/sw.js"): Entry(_A, plain("/tablet/sw.js", shows="addEventListener")),
    ("GET", "/tablet/v/{version:str}/{path:path}"): Entry(
        _A, plain(f"/tablet/v/{SHELL.version}/tablet.js", shows="import")
    ),
    # --- its people: who proves nothing gets nothing (tests/browser/tablet/test_tablet.py has those who do)
    ("POST", "/sync/people/sign-in"): Entry(
        _T, _sign_in, passed=401, deposit=True, proved=f"{_IN_BROWSER}test_day_without_a_server_survives_a_dead_battery"
    ),
    ("POST", "/sync/people/unlock"): Entry(
        _T,
        _unlock,
        passed=403,
        act="tablet_unlock_refused",
        proved=f"{_IN_BROWSER}test_pin_is_not_enough_and_the_fifth_wrong_one_destroys_the_share",
    ),
    ("POST", "/sync/orders"): Entry(_T, plain("/sync/orders", shows="label"), deposit=True),
    ("POST", "/sync/wiped"): Entry(
        _T,
        plain("/sync/wiped", {"unsent": 0}),
        passed=404,
        deposit=True,
        proved=f"{_IN_BROWSER}test_wipe_order_hands_in_first_and_leaves_nothing",
    ),
    # --- its loss
    ("GET", "/tablets/{tablet_id:uuid}"): Entry(
        _M, _of_tablet("/tablets/{id}"), scoped=True, page=True, act="tablet_content_read"
    ),
    ("POST", "/tablets/unlock-code"): Entry(_M, _speak, scoped=True, page=True, act="tablet_code_spoken"),
    ("POST", "/tablets/wipe"): Entry(
        _M, _of_tablet("/tablets/wipe", form=True), passed=303, scoped=True, page=True, act="tablet_wipe_ordered"
    ),
}
