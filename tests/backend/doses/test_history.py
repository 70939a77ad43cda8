"""Every word of our records means something to the rules, or is shown to a person; no dose disappears."""

from datetime import date
from pathlib import Path
from shutil import copytree

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from backend.doses.advice import Advice, advice_on
from backend.doses.answers import answers
from backend.doses.facts import ForecastDates, SeriesStatus
from backend.doses.history import (
    NoticeCode,
    RecordedDose,
    RecordedPerson,
    Unread,
    read_history,
    vaccines_of,
)
from backend.doses.rules.files import FRENCH_RULES
from backend.doses.rules.words import release_on
from backend.doses.unsigned import UnsignedRules
from backend.territory.facts import load_facts
from sync.kinds import GROUPS

ON = date(2026, 11, 22)
BORN = date(1950, 3, 1)
RELEASE = release_on(ON)
WORDS = sorted(RELEASE.words.antigens)


def test_every_product_of_the_territory_is_a_vaccine_of_the_rules() -> None:
    """A product that the rules did not know would leave a vaccinated person due for ever."""
    for product in load_facts().products:
        assert product.nuva_code in RELEASE.rules.carried, product.code
        assert vaccines_of(RecordedDose("d", ON, nuva_code=product.nuva_code), RELEASE) == ((product.nuva_code,), ())


def test_every_product_resolves_by_its_antigens_alone_to_the_same_antigens() -> None:
    for product in load_facts().products:
        vaccines, left = vaccines_of(RecordedDose("d", ON, tuple(product.antigens)), RELEASE)
        carried = {one.antigen for code in vaccines for one in RELEASE.rules.carried[code]}
        assert left == ()
        assert carried == {one.antigen for one in RELEASE.rules.carried[product.nuva_code]}, product.code


def test_every_antigen_word_of_the_facts_is_known() -> None:
    facts = load_facts()
    spoken = {word for product in facts.products for word in product.antigens}
    spoken |= {row.antigen for row in facts.coverage} | {antigen for _, antigen in facts.group_factors} - {"*"}
    assert spoken <= RELEASE.words.antigens.keys()
    assert set(GROUPS) == RELEASE.words.population_groups.keys()


def test_words_file_is_refused_when_it_names_what_the_rules_do_not_know(tmp_path: Path) -> None:
    copytree(FRENCH_RULES, tmp_path / "fr")
    words = tmp_path / "fr" / "words.toml"
    words.write_text(words.read_text("utf-8").replace('vaccine = "VAC0110"', 'vaccine = "VAC9999"'), "utf-8")
    with pytest.raises(ValueError, match="VAC9999"):
        release_on(ON, tmp_path / "fr")


def test_release_has_another_version_when_a_word_changes(tmp_path: Path) -> None:
    copytree(FRENCH_RULES, tmp_path / "fr")
    words = tmp_path / "fr" / "words.toml"
    words.write_text(words.read_text("utf-8").replace('"diabète" = ["chronic-condition"]', '"diabète" = []'), "utf-8")
    changed = release_on(ON, tmp_path / "fr")
    assert changed.rules.version == RELEASE.rules.version
    assert changed.version != RELEASE.version


@pytest.mark.parametrize(
    ("dose", "why"),
    [
        (RecordedDose("d", None, ("influenza",)), Unread.NO_DAY),
        (RecordedDose("d", date(1949, 1, 1), ("influenza",)), Unread.BEFORE_BIRTH),
        (RecordedDose("d", date(2026, 11, 23), ("influenza",)), Unread.AFTER_TODAY),
        (RecordedDose("d", ON, ("influenza",), is_disputed=True), Unread.DISPUTED),
        (RecordedDose("d", ON, ("grippe ?",)), Unread.VACCINE_UNKNOWN),
        (RecordedDose("d", ON, (), product_code="nobody_knows"), Unread.VACCINE_UNKNOWN),
        (RecordedDose("d", ON, ("measles",)), Unread.PART_OF_A_VACCINE),
        (RecordedDose("d", ON, ("hib",)), Unread.NO_RULES),
    ],
)
def test_dose_that_cannot_be_read_is_shown_with_the_reason(dose: RecordedDose, why: Unread) -> None:
    read = read_history(RecordedPerson(BORN), BORN, [dose], ON, RELEASE)
    assert read.doses == ()
    assert [(one.id, one.why) for one in read.unread] == [("d", why)]


@settings(derandomize=True, max_examples=100, deadline=None, database=None)
@given(
    st.lists(
        st.tuples(
            st.none() | st.dates(date(1940, 1, 1), date(2027, 1, 1)),
            st.lists(st.sampled_from([*WORDS, "nonsense"]), unique=True, max_size=7),
            st.sampled_from([None, "VAC0062", "VAC9999"]),
        ),
        max_size=6,
    )
)
def test_no_dose_disappears_whatever_is_recorded(rows: list[tuple[date | None, list[str], str | None]]) -> None:
    doses = [RecordedDose(str(n), day, tuple(words), nuva_code=code) for n, (day, words, code) in enumerate(rows)]
    read = read_history(RecordedPerson(BORN), BORN, doses, ON, RELEASE)
    assert {one.id for one in read.doses} | {one.id for one in read.unread} == {dose.id for dose in doses}
    assert read == read_history(RecordedPerson(BORN), BORN, doses[::-1], ON, RELEASE)
    answers("p", read, ON, RELEASE)


def test_conditions_become_observations_and_what_is_not_read_becomes_a_notice() -> None:
    person = RecordedPerson(
        BORN,
        "estimated",
        conditions=("bpco", "Grossesse en cours", "asthme des vitraux"),
        contraindications=("réaction grave à une dose précédente",),
        population_groups=("nursing_home",),
        detected=(("SARS-CoV-2", date(2026, 10, 1)),),
    )
    read = read_history(person, BORN, [], ON, RELEASE)
    codes = {one.code for one in read.observations}
    assert codes == {
        "chronic-condition",
        "respiratory-or-cardiac-disease",
        "pregnant",
        "nursing-home",
        "covid-infection",
    }
    assert [one.code for one in read.notices] == [
        NoticeCode.CONTRAINDICATION,
        NoticeCode.CONDITION_NOT_READ,
        NoticeCode.BIRTH_ESTIMATED,
    ]


@settings(derandomize=True, max_examples=200, deadline=None, database=None)
@given(
    st.sampled_from(SeriesStatus),
    st.none() | st.tuples(st.dates(date(2020, 1, 1), date(2030, 1, 1)), st.none() | st.just(date(2026, 1, 1))),
    st.booleans(),
)
def test_nothing_may_be_given_by_rules_that_nobody_signed_unless_they_are_followed(
    status: SeriesStatus, days: tuple[date, date | None] | None, has_concerns: bool
) -> None:
    dates = ForecastDates(days[0], days[0], None, days[1], days[0], None) if days else None

    def says(unsigned: UnsignedRules, *, validated: bool) -> Advice:
        return advice_on(status, dates, ON, validated=validated, unsigned=unsigned, has_concerns=has_concerns)

    for choice in (UnsignedRules.LABELLED, UnsignedRules.OFF):
        assert says(choice, validated=False) is not Advice.MAY_BE_GIVEN
    said = says(UnsignedRules.LABELLED, validated=True)
    assert said is says(UnsignedRules.FOLLOWED, validated=False)
    if said is Advice.MAY_BE_GIVEN:
        assert status is SeriesStatus.NOT_COMPLETE
        assert not has_concerns
        assert dates is not None
        assert dates.earliest_on <= ON
