"""The population by zone and age adds up to the census and carries its uncertainty."""

from collections import Counter

from hypothesis import given, settings
from hypothesis import strategies as st

from backend.territory.facts import load_facts
from backend.territory.population import shares_to_counts, zone_bands


def test_bands_add_up_to_the_census_when_summed_by_municipality() -> None:
    zones = {zone.code: zone.municipality for zone in load_facts().zone_facts}
    sums: Counter[str] = Counter()
    for band in zone_bands(load_facts()):
        sums[zones[band.zone]] += band.point
    assert sums == {"75113": 181_271, "75114": 136_455}


def test_bands_hold_their_interval_and_follow_the_retired_when_zones_differ() -> None:
    bands = zone_bands(load_facts())
    assert len(bands) == 132 * 9
    assert all(0 <= band.low <= band.point <= band.high for band in bands)
    assert sum(band.low < band.high for band in bands) > 1100
    everyone: Counter[str] = Counter()
    elderly: Counter[str] = Counter()
    for band in bands:
        everyone[band.zone] += band.point
        elderly[band.zone] += band.point if band.age_least_years >= 65 else 0
    retired = {
        zone.code: zone.retired_15plus_2011 / max(1, zone.persons_15plus_2011) for zone in load_facts().zone_facts
    }
    shares = sorted((retired[zone], elderly[zone] / count) for zone, count in everyone.items() if count > 500)
    fewest, most = shares[: len(shares) // 4], shares[-len(shares) // 4 :]
    assert max(share for _, share in fewest) < min(share for _, share in most)
    assert 0.15 < sum(elderly.values()) / sum(everyone.values()) < 0.19


@settings(derandomize=True, max_examples=200)
@given(shares=st.lists(st.floats(0.001, 1000), min_size=1, max_size=30), total=st.integers(0, 10_000))
def test_counts_add_up_and_stay_within_one_of_their_share_when_rounded(shares: list[float], total: int) -> None:
    counts = shares_to_counts(shares, total)
    assert sum(counts) == total
    whole = sum(shares)
    assert all(abs(count - total * share / whole) < 1 + 1e-6 for count, share in zip(counts, shares, strict=True))
