"""Auditors see who looked at whom and what stands out; whoever reads records in series is slowed down."""

import re
from datetime import timedelta
from pathlib import Path

import httpx
import pytest

from admin.journal.words import ACTS
from backend import clock
from backend.access import RIGHTS, Right, Role, Scope
from backend.accounts.throttle import counters_of_reading
from backend.db.transaction import transaction
from backend.ids import UserId, new_id
from backend.journal.read import Looked, about_person
from tests.trust.asking import Entry
from tests.trust.routes import ROUTES
from tests.trust.town import Town

PRODUCT = [Path(__file__).resolve().parents[2] / folder for folder in ("admin", "backend")]


@pytest.fixture(autouse=True)
async def _fresh(town: Town) -> None:
    await town.owner.execute("DELETE FROM throttle")


async def test_serial_reading_is_throttled_and_told_to_auditors(town: Town) -> None:
    """The bound is put just ahead instead of reading three hundred records."""
    reader, path = town.mine.users[Role.DISPATCHER], f"/api/people/{town.mine.ids['person']}/forecast"
    async with await town.signed_in(Role.DISPATCHER) as browser, await town.signed_in(Role.AUDITOR) as auditor:
        assert (await browser.get(path)).status_code == 200
        counted = await town.owner.fetch("SELECT failures FROM throttle")
        assert [row["failures"] for row in counted] == [1, 1]  # a minute's and a day's counter
        await _stand_at_the_bound(town, reader)
        for _ in range(3):
            answer = await browser.get(path)
            assert (answer.status_code, answer.json()["code"]) == (429, "reading_throttled")
        assert (await browser.get("/api/me")).status_code == 200
        told = (await auditor.get("/notices")).text
        assert told.count("en série par un compte") == 1
        async with await town.signed_in(Role.CLINICAL_SUPERVISOR) as colleague:
            assert (await colleague.get(path)).status_code == 200
        assert "lecture en série freinée" in (await auditor.get("/journal")).text


async def test_days_that_stand_out_are_listed_with_their_signs(town: Town) -> None:
    reader, person_id = town.mine.users[Role.DISPATCHER], town.mine.ids["person"]
    await town.owner.execute("UPDATE app_user SET full_name = $2 WHERE id = $1", reader, f"Paul Ada {town.mine.id}")
    await town.owner.execute(
        "UPDATE app_user SET full_name = 'Marc Centre' WHERE id = $1", town.mine.users[Role.PARTNER]
    )
    await town.as_owner(
        town.mine.id, "UPDATE person SET family_name = 'Zorro' WHERE territory_id = $1 AND id = $2", person_id
    )
    for user_id, at in ((reader, "2026-11-20T03:00:00Z"), (town.mine.users[Role.PARTNER], "2026-11-20T10:00:00Z")):
        await town.as_owner(
            town.mine.id,
            "INSERT INTO journal (territory_id, at, user_id, act, subject_kind, subject_ids) "
            "VALUES ($1, $2::text::timestamptz, $3, 'forecast_read', 'person', ARRAY[$4::uuid])",
            at, user_id, person_id,
        )  # fmt: skip
    await town.owner.execute("UPDATE app_user SET full_name = 'Paul Zorro' WHERE id = $1", reader)
    town.app.state.now = lambda: clock.now().replace(2026, 11, 25)
    try:
        async with await town.signed_in(Role.AUDITOR) as auditor:
            shown = (await auditor.get("/journal")).text
            found = await auditor.post("/journal/people", data={"name": "Zorro Ada", "born_on": "1950-01-02"})
            who = (await auditor.get(found.headers["location"])).text
            nobody = await auditor.post("/journal/people", data={"name": "Zorro", "born_on": "1950-01-02"})
    finally:
        town.app.state.now = clock.now
    row = next(line for line in shown.splitlines() if "Paul Zorro" in line and "20/11/2026" in line)
    assert "hors des heures de travail" in row
    assert "même nom que le lecteur" in row
    assert not [line for line in shown.splitlines() if "Marc Centre" in line and "20/11/2026" in line]
    assert "Paul Zorro" in who
    assert "Marc Centre" in who
    assert nobody.status_code == 404


async def test_every_answer_that_names_a_person_is_found_by_who_saw_my_record_and_bounded(town: Town) -> None:
    """A look is told to whom it was a look at, and counted, whatever was asked for: a round, a plan, a review, a list."""
    untold, unbounded, naming = [], [], 0
    for (method, path), entry in ROUTES.items():
        if entry.right is Right.TABLET or entry.endless:
            continue
        role = next((one for one in Role if entry.right in RIGHTS[one]), Role.DISPATCHER)
        reader = town.mine.users[role]
        await town.owner.execute("DELETE FROM throttle")
        await town.as_owner(town.mine.id, "DELETE FROM journal WHERE territory_id = $1 AND user_id = $2", reader)
        answer = await _asked(town, method, entry, role)
        if answer.status_code != 200 or f"Ada {town.mine.id}" not in answer.text:
            continue
        naming += 1
        if reader not in {one.user_id for one in await _who_saw(town)}:
            untold.append(f"{method} {path}")
        await _stand_at_the_bound(town, reader)
        if (await _asked(town, method, entry, role)).status_code != 429:
            unbounded.append(f"{method} {path}")
    assert not untold, untold
    assert not unbounded, unbounded
    assert naming >= 15


async def test_every_act_of_the_journal_has_a_word_for_whoever_asks() -> None:
    """The page says what was done, not our code for it."""
    about = "person|dose|adverse_event|record|request"
    written = re.compile(rf'(?:journal|record)\(\s*tx,\s*"([a-z_]+)",\s*"(?:{about})"')
    acts = {
        act for folder in PRODUCT for file in folder.rglob("*.py") for act in written.findall(file.read_text("utf-8"))
    }
    assert "rounds_read" in acts
    assert sorted(acts - set(ACTS)) == []


async def test_entry_in_quarantine_about_somebody_is_a_look_at_them(town: Town) -> None:
    """What a revoked tablet handed in is no record yet, but whoever reads it reads of a person."""
    tablet, supervisor = await town.new_tablet(town.mine, "deposit_only"), town.mine.users[Role.CLINICAL_SUPERVISOR]
    dose = {
        "person_id": str(town.mine.ids["person"]),
        "status": "given",
        "given_on": "2026-11-20",
        "product_code": "flu",
    }
    line = tablet.line("dose", new_id(), town.mine.users[Role.FIELD_TEAM], set=dose)
    assert (await town.push(tablet, line))["verdicts"][0]["word"] == "review"
    async with await town.signed_in(Role.CLINICAL_SUPERVISOR) as browser:
        assert str(town.mine.ids["person"]) in (await browser.get("/api/quarantine")).text
    assert (supervisor, "quarantine_read") in {(one.user_id, one.act) for one in await _who_saw(town)}


async def test_no_form_puts_what_is_typed_into_an_address() -> None:
    """Names end in histories and in the logs of proxies: what asks for an address is chosen, never typed."""
    texts = {str(file): file.read_text("utf-8") for file in PRODUCT[0].rglob("*.html")}
    assert [file for file, text in texts.items() if _typed_into_an_address(text)] == []
    assert sum('method="get"' in text for text in texts.values()) >= 5
    assert _typed_into_an_address('<form method="get" action="/due"><label>Nom <input name="q"></label></form>')


def _typed_into_an_address(html: str) -> list[str]:
    forms = re.findall(r'<form method="get".*?</form>', html, re.DOTALL)
    fields = [field for form in forms for field in re.findall(r"<(?:input|textarea)[^>]*>", form)]
    return [one for one in fields if not re.search(r'type="(?:hidden|date|month|week|checkbox|radio|number)"', one)]


async def _stand_at_the_bound(town: Town, reader: UserId) -> None:
    for minutes in (0, 1):  # the test may pass from one minute to the next
        for counter in counters_of_reading(str(reader), clock.now() + timedelta(minutes=minutes)):
            await town.owner.execute(
                "INSERT INTO throttle (key_hash, window_starts_at, failures) VALUES ($1, $2, $3) "
                "ON CONFLICT (key_hash, window_starts_at) DO UPDATE SET failures = $3",
                counter.key_hash, counter.window_starts_at, counter.attempts_max,
            )  # fmt: skip


async def _asked(town: Town, method: str, entry: Entry, role: Role) -> httpx.Response:
    call = await entry.ask(town, town.mine, town.mine.users[role])
    content = {"data": call.form} if call.form is not None else {"json": call.json} if call.json is not None else {}
    async with await town.signed_in(role) as browser:
        raw = {"content": call.raw} if call.raw is not None else {}
        return await browser.request(method, call.path, headers=call.headers, **content, **raw)  # type: ignore[arg-type]


async def _who_saw(town: Town) -> list[Looked]:
    async with transaction(Scope(town.mine.id)) as tx:
        return await about_person(tx, town.mine.ids["person"], None)
