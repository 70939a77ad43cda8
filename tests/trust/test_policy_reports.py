"""What a browser reports of our policy is a stranger's word: one known word of it is logged, a bounded number of times."""

import json

import pytest
import structlog

from backend.edge import logs
from backend.edge.policy_reports import PATH
from tests.trust.town import Town

REPORT = {
    "effective-directive": "script-src-elem", "blocked-uri": "https://evil.test/Zyxocanary",
    "script-sample": 'alert("Zyxocanary")\n{"event":"forged"}',
}  # fmt: skip


async def test_report_of_a_violation_is_one_known_word_in_the_log(
    town: Town, capfd: pytest.CaptureFixture[str]
) -> None:
    await town.owner.execute("DELETE FROM throttle")
    logs.set_up("info")
    try:
        async with town.browser() as browser:
            browser.headers.pop("x-maraude-request")  # a browser reports without any header of ours
            for content in (
                *[json.dumps({"csp-report": REPORT})] * 30,
                '{"csp-report": {"effective-directive": "Zyxo"}}',
                "[",
            ):
                headers = {"Content-Type": "application/csp-report"}
                assert (await browser.post(PATH, content=content, headers=headers)).status_code == 204
            assert f"report-uri {PATH}" in (await browser.get("/sign-in")).headers["content-security-policy"]
            assert (await browser.post("/sign-out")).status_code == 403  # the door is for reports alone
    finally:
        structlog.reset_defaults()
    written = capfd.readouterr().err
    events = [json.loads(line) for line in written.splitlines()]
    violated = [event["code"] for event in events if event["event"] == "policy.violated"]
    assert 20 <= len(violated) <= 30  # twenty a minute, and the test may pass from one minute to the next
    assert set(violated) <= {"script-src-elem", "unknown"}
    assert "Zyxo" not in written
    assert "forged" not in written
