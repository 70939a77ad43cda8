"""The facts carried into the repository are those of their sources, and no real hotel can be read out of them."""

import csv
import gzip
import unicodedata
from pathlib import Path

import pytest

from backend.territory.facts import FACTS, load_facts
from tests.data_files import data_path


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as opened:
        return list(csv.DictReader(opened))


def test_sources_name_every_file_of_facts() -> None:
    sources = (FACTS / "SOURCES.md").read_text(encoding="utf-8")
    names = sorted(file.name for file in FACTS.iterdir() if file.name != "SOURCES.md")
    assert [name for name in names if f"`{name}`" not in sources] == []


def test_files_of_facts_stay_compact_and_composed() -> None:
    for file in FACTS.iterdir():
        text = file.read_text(encoding="utf-8")
        assert len(text.encode()) < 120_000
        assert unicodedata.is_normalized("NFC", text)


@pytest.mark.data
def test_products_agree_with_nuva_and_the_register_of_medicines() -> None:
    labels = {row["NUVA"]: row["label"] for row in rows(data_path("nuva/Release/NUVA/nuva_core.csv"))}
    presentations = {row["cip13"]: row for row in rows(data_path("bdpm/vaccines_fr_bdpm.csv"))}
    for product in load_facts().products:
        assert (
            product.name.split()[0].casefold()
            in labels[product.nuva_code].casefold().replace(" ", "") + labels[product.nuva_code].casefold()
        )
        presentation = presentations[product.cip_code]
        assert presentation["nuva"] == product.nuva_code
        assert int(presentation["doses_per_container"] or 1) == product.doses_per_vial


@pytest.mark.data
def test_lodgings_have_the_real_capacities_and_no_real_point_or_name() -> None:
    real = rows(data_path("paris/hotels_13e_14e.csv"))
    lodgings = load_facts().lodgings
    for municipality, postcode in (("75113", "75013"), ("75114", "75014")):
        ours = sorted(place.capacity_persons or 0 for place in lodgings if place.municipality == municipality)
        assert ours == sorted(int(hotel["capacity_persons"] or 0) for hotel in real if hotel["postcode"] == postcode)
    points = {(float(hotel["lon"]), float(hotel["lat"])) for hotel in real}
    assert points.isdisjoint((place.lon, place.lat) for place in lodgings)
    invented = (FACTS / "invented.toml").read_text(encoding="utf-8").casefold()
    assert [hotel["name"] for hotel in real if hotel["name"].casefold() in invented] == []
    at_its_point = sum(
        (round(float(hotel["lon"]), 3), round(float(hotel["lat"]), 3), int(hotel["capacity_persons"] or 0))
        in {(place.lon, place.lat, place.capacity_persons or 0) for place in lodgings}
        for hotel in real
    )
    assert at_its_point < 0.1 * len(real)


@pytest.mark.data
def test_centres_agree_with_the_public_register() -> None:
    with gzip.open(data_path("vaccination_fr/centres-vaccination_2021-11.csv.gz"), "rt", encoding="utf-8") as opened:
        register = {row["gid"]: row for row in csv.DictReader(opened, delimiter=";")}
    assert len(load_facts().centres) == 15
    for centre in load_facts().centres:
        entry = register[centre.source_id]
        assert entry["nom"].strip() == centre.name
        assert (float(entry["long_coor1"]), float(entry["lat_coor1"])) == (centre.lon, centre.lat)
        assert entry["com_cp"] == centre.postcode


@pytest.mark.data
def test_flu_coverage_agrees_with_its_source() -> None:
    name = "vaccination_fr/couvertures-vaccinales-des-adolescent-et-adultes-departement.csv"
    paris = {row["Année"]: row for row in rows(data_path(name)) if row["Département Code"] == "75"}
    measured = {
        (row.antigen, row.age_least_years): row.percent for row in load_facts().coverage if row.method == "measured"
    }
    assert measured["influenza", 65] == float(paris["2024"]["Grippe 65-74 ans"])
    assert measured["influenza", 75] == float(paris["2024"]["Grippe 75 ans et plus"])
    assert measured["covid19", 65] == pytest.approx(float(paris["2023"]["Covid-19 65 ans et plus"]), abs=0.05)
