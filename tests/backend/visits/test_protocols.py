"""The protocol that is shipped holds together, a faulty one is named before it is read to anybody, and the day decides which."""

from datetime import date
from pathlib import Path

import msgspec
import pytest

from backend.visits import read_protocols as reading
from backend.visits.protocol import Protocol, active_on, faults_of, handed_over
from backend.visits.read_protocols import read_protocols
from sync.kinds import KINDS

SHIPPED = Path(reading.__file__).parent / "protocols" / "intake_2026_11.toml"
PROTOCOL = read_protocols()[-1]
FIELDS = KINDS["request"].fields


def test_every_code_of_the_shipped_protocol_fits_into_the_record() -> None:
    reasons = [reason for group in PROTOCOL.groups for reason in group.reasons]
    assert {len(one.code) <= FIELDS["reason_code"].characters_max for one in reasons} == {True}
    assert {flag.to for flag in PROTOCOL.red_flags} <= set(FIELDS["redirected_to"].words)
    assert {code for one in reasons for code in one.red_flags} == {flag.code for flag in PROTOCOL.red_flags}
    assert PROTOCOL.approved_by is None  # until a physician says so, the page does not


def test_any_set_of_red_flags_is_handed_over_and_a_further_one_never_to_somebody_less_urgent() -> None:
    order = FIELDS["redirected_to"].words
    for reason in (reason for group in PROTOCOL.groups for reason in group.reasons):
        for flag in PROTOCOL.flags_of(reason):
            alone = handed_over(PROTOCOL, reason, [flag.code])
            every = handed_over(PROTOCOL, reason, reason.red_flags)
            assert alone is not None
            assert every is not None
            assert alone.to == flag.to
            assert order.index(every.to) <= order.index(alone.to)
        without = handed_over(PROTOCOL, reason, [])
        assert (without is None) is bool(reason.acts)


@pytest.mark.parametrize(
    ("was", "becomes", "told"),
    [
        ('acts = ["vaccinate"]', 'acts = ["dance"]', "dance is no act"),
        ('red_flags = ["unconscious", "breathing"]', 'red_flags = ["nothing"]', "red flag nothing is not known"),
        ('red_flags = ["unconscious", "breathing"]', "red_flags = []", "no red flag is looked for"),
        ('code = "stroke"', 'code = "bleeding"', "bleeding stands twice"),
        ('acts = ["educate"]\n', "", "acts of ours or elsewhere"),
        (", read_on = 2026-11-23", "", "day on which it was read"),
        ("valid_from = 2026-11-01", "valid_from = 2026-11-01\nvalid_until = 2026-10-01", "ends before it begins"),
        ('to = "sas"', 'to = "nobody"', "Invalid enum value"),
        ("priority = 3", "priority = 7", "<= 4"),
        ('author = "', 'auther = "', "unknown field"),
    ],
)
def test_fault_in_a_file_is_named_and_the_file_is_not_used(tmp_path: Path, was: str, becomes: str, told: str) -> None:
    text = SHIPPED.read_text("utf-8")
    assert was in text
    (tmp_path / "one.toml").write_text(text.replace(was, becomes), "utf-8")
    with pytest.raises(ValueError, match=told):
        read_protocols(tmp_path)


def test_two_protocols_of_one_version_or_one_day_are_a_fault() -> None:
    assert len(faults_of([PROTOCOL, PROTOCOL])) == 2


def test_day_decides_which_protocol_is_read() -> None:
    def valid(version: str, start: date, end: date | None = None) -> Protocol:
        return msgspec.structs.replace(PROTOCOL, version=version, valid_from=start, valid_until=end)

    known = [valid("a", date(2026, 1, 1)), valid("b", date(2026, 6, 1), date(2026, 6, 30))]
    found = [
        active_on(known, day) for day in (date(2025, 12, 31), date(2026, 5, 31), date(2026, 6, 30), date(2026, 7, 1))
    ]
    assert [one and one.version for one in found] == [None, "a", "b", "a"]
