"""Auditors see who looked at whom and what stands out; whoever reads records in series is slowed down."""

from datetime import timedelta

import pytest

from backend import clock
from backend.access import Role
from backend.accounts.throttle import counters_of_reading
from tests.trust.town import Town


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
        for minutes in (0, 1):  # the test may pass from one minute to the next
            for counter in counters_of_reading(str(reader), clock.now() + timedelta(minutes=minutes)):
                await town.owner.execute(
                    "INSERT INTO throttle (key_hash, window_starts_at, failures) VALUES ($1, $2, $3) "
                    "ON CONFLICT (key_hash, window_starts_at) DO UPDATE SET failures = $3",
                    counter.key_hash, counter.window_starts_at, counter.attempts_max,
                )  # fmt: skip
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
