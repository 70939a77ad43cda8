"""This file gives each team of a day one colour and one letter; the letter is what tells, the colour only helps."""

from collections.abc import Iterable
from typing import Final

# Dark enough for white letters (contrast at least 4.5 : 1), and apart from each other for most eyes.
PALETTE: Final = (
    "#0b5c8a", "#a1210f", "#1d6b36", "#6a3d9a", "#8a5200", "#00695c", "#b0005a", "#3f51b5",
    "#5d4037", "#455a64", "#827717", "#ad1457", "#2e5aac", "#7a1fa2", "#006d77", "#9b2c2c",
)  # fmt: skip


def colours(team_ids: Iterable[str]) -> dict[str, str]:
    """Return the colour of each team, in the order given; a seventeenth team takes the first colour again.

    >>> colours(["a", "b"])["b"]
    '#a1210f'
    """
    return {team: PALETTE[number % len(PALETTE)] for number, team in enumerate(team_ids)}
