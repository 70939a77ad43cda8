"""What contradicts across records asks a human once, and what does not asks nobody."""

import msgspec
import pytest

from sync.detect import Consent, Dose, History, Limits, Outcome, Person, duplicate_persons, reviews
from sync.same_person import Link, canonical_ids, members

OPENED = "2026-11-22T18:10:00.000Z"
LIMITS = Limits(7, {"flu": 28})
FLU = Dose("a", ("flu",), "2026-11-01", "2026-11-01T10:00:00.000Z")
LATER = msgspec.structs.replace(FLU, id="b", given_on="2026-11-03", given_at="2026-11-03T10:00:00.000Z")
REFUSED = Consent("c", "vaccinate", "refused", "2026-11-01T09:00:00.000Z", "2026-11-01")
DONE = Outcome("o", "v", "done")


def asked(history: History) -> list[tuple[str, tuple[str, ...]]]:
    return [(one.rule, one.record_ids) for one in reviews(history, LIMITS, OPENED)]


@pytest.mark.parametrize(
    ("history", "expected"),
    [
        (History((FLU, LATER)), [("double_dose", ("a", "b"))]),
        (History((LATER, FLU)), [("double_dose", ("a", "b"))]),
        (History((FLU, msgspec.structs.replace(LATER, given_on="2026-11-20"))), [("interval_short", ("a", "b"))]),
        (History((FLU, msgspec.structs.replace(LATER, given_on="2026-11-29"))), []),
        (History((FLU, msgspec.structs.replace(LATER, antigens=("covid",)))), []),
        (History((FLU, msgspec.structs.replace(LATER, state="entered_in_error"))), []),
        (History((FLU, msgspec.structs.replace(LATER, status="not_given"))), []),
        (History((FLU,), (REFUSED,)), [("dose_after_refusal", ("a", "c"))]),
        (History((msgspec.structs.replace(FLU, given_at=""),), (REFUSED,)), [("dose_after_refusal", ("a", "c"))]),
        (
            History((FLU,), (msgspec.structs.replace(REFUSED, decision="withdrawn"),)),
            [("dose_after_refusal", ("a", "c"))],
        ),
        (History((FLU,), (msgspec.structs.replace(REFUSED, decided_at="2026-11-01T11:00:00.000Z"),)), []),
        (History((FLU,), (REFUSED, Consent("d", "vaccinate", "given", "2026-11-01T09:30:00.000Z", "2026-11-01"))), []),
        (History((FLU,), (msgspec.structs.replace(REFUSED, act="screen"),)), []),
        (History((msgspec.structs.replace(FLU, lot_state="recalled"),)), [("dose_from_bad_lot", ("a",))]),
        (History((msgspec.structs.replace(FLU, expires_on="2026-10-31"),)), [("dose_from_bad_lot", ("a",))]),
        (History((msgspec.structs.replace(FLU, expires_on="2026-11-01"),)), []),
        (History(outcomes=(DONE, Outcome("p", "v", "done"))), [("visit_done_twice", ("o", "p"))]),
        (History(outcomes=(DONE, Outcome("p", "v", "absent"))), []),
        (History(outcomes=(DONE, Outcome("p", "w", "done"))), []),
    ],
)
def test_reviews_asks_about_what_contradicts(history: History, expected: list[tuple[str, tuple[str, ...]]]) -> None:
    assert asked(history) == expected


def test_reviews_has_the_same_id_wherever_it_is_opened() -> None:
    one = reviews(History((FLU, LATER)), LIMITS, OPENED)
    other = reviews(History((LATER, FLU)), LIMITS, "2026-11-23T00:00:00.000Z")
    assert [review.id for review in one] == [review.id for review in other]


AWA = Person("a", "Awa Diop", "1950-01-02", "p")


@pytest.mark.parametrize(
    ("other", "expected"),
    [
        (Person("b", "DIOP Ava", "1950-01-02", "q"), 1),
        (Person("b", "Diop Awa", "", "p"), 1),
        (Person("b", "Awa Diop", "1960-01-02", "p"), 0),
        (Person("b", "Awa Diop", "1960-01-02", "q"), 0),
        (Person("b", "Awa Marie Diop", "1950-01-02", "p"), 1),
        (Person("b", "Awa Marie Diop", "1950-01-02", "q"), 0),
        (Person("b", "Jean Martin", "1950-01-02", "p"), 0),
        (Person("b", "Awa Diop", "1950-01-02", "p", same_as="a"), 0),
    ],
)
def test_duplicate_persons_asks_when_name_and_birth_or_place_agree(other: Person, expected: int) -> None:
    assert len(duplicate_persons([AWA, other], OPENED)) == expected
    assert duplicate_persons([AWA, other], OPENED) == duplicate_persons([other, AWA], OPENED)


def test_joining_and_undoing_gives_back_the_state_before() -> None:
    before = [Link("a", "b", joined=True), Link("x", "y", joined=True)]
    joined = [*before, Link("b", "x", joined=True)]
    undone = [*before, Link("b", "x", joined=False)]
    assert members(joined, "y") == {"a", "b", "x", "y"}
    assert set(canonical_ids(joined).values()) == {"a"}
    assert canonical_ids(undone) == canonical_ids(before)
    assert members(undone, "y") == members(before, "y")


def test_canonical_id_does_not_depend_on_the_order_of_links() -> None:
    links = [Link(one, other, joined=True) for one, other in ("dc", "cb", "ba", "fe")]
    assert canonical_ids(links) == canonical_ids(links[::-1])
