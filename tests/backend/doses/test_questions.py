"""The strictest answer decides, silence never means go, and every reason for no dose leads somewhere."""

from hypothesis import given, settings
from hypothesis import strategies as st

from backend.doses.not_given import REASONS, Next, follows
from backend.doses.questions import Answer, Outcome, asked_before, decide
from backend.doses.read_questions import read_questions
from backend.territory.facts import load_facts
from sync.kinds import KINDS

FORM = read_questions()
ANTIGENS = sorted({antigen for product in load_facts().products for antigen in product.antigens})
ORDER = list(Outcome)


@settings(derandomize=True, max_examples=200, deadline=None, database=None)
@given(
    st.lists(st.sampled_from(ANTIGENS), max_size=3),
    st.dictionaries(st.sampled_from([one.code for one in FORM.questions]), st.sampled_from(Answer)),
)
def test_one_more_answer_of_yes_never_makes_it_milder(antigens: list[str], given_answers: dict[str, Answer]) -> None:
    found = decide(FORM, antigens, given_answers)
    asked = asked_before(FORM, antigens)
    assert set(found.missing) == {one.code for one in asked} - given_answers.keys()
    assert not (found.missing and found.outcome is Outcome.GO)
    assert (found.not_given is None) == (found.outcome is not Outcome.STOP)
    assert found.validated is False
    for question in asked:
        more = decide(FORM, antigens, given_answers | {question.code: Answer.YES})
        if given_answers.get(question.code) is Answer.NO:
            assert ORDER.index(more.outcome) >= ORDER.index(found.outcome)


def test_live_vaccine_stops_in_pregnancy_and_another_asks_a_doctor() -> None:
    yes = {one.code: Answer.NO for one in FORM.questions} | {"pregnant": Answer.YES, "pregnant_live": Answer.YES}
    assert decide(FORM, ["measles", "mumps", "rubella"], yes).outcome is Outcome.STOP
    assert decide(FORM, ["influenza"], yes).outcome is Outcome.ASK_DOCTOR


def test_reasons_are_those_of_the_record_and_each_leads_somewhere() -> None:
    words = KINDS["dose"].fields["not_given_reason"].words
    assert set(REASONS) == set(words)
    assert {question.not_given for question in FORM.questions} <= set(words)
    assert follows("a word of a newer app") is Next.ASK_DOCTOR
    assert follows("refused") is Next.NOTHING


def test_every_question_is_asked_in_both_languages() -> None:
    assert len({one.code for one in FORM.questions}) == len(FORM.questions)
    for question in FORM.questions:
        assert question.fr.endswith("?")
        assert question.en.endswith("?")
        assert bool(question.advice_fr) == bool(question.advice_en)
