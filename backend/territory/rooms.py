"""This file decides which host and room a unit of people gets.

Hosts are filled one after another up to their planned share, so that a roster has neighbouring rooms.
"""

from collections.abc import Sequence

from backend.territory.margins import Quotas
from backend.territory.population import shares_to_counts
from backend.territory.sites import Host, Sites

# Persons planned per host; below the pilot's scale there are fewer hosts rather than emptier ones.
HOTEL_PERSONS = 52
NURSING_HOME_PERSONS = 90
ROOM_PERSONS = 3
ROOMS_PER_FLOOR = 9


def host_rooms(sites: Sites, quotas: Quotas) -> dict[str, "HostRooms"]:
    """Return the rooms for the groups that live with a host."""
    return {
        "homeless_hotel": HostRooms(sites.hosts, quotas.homeless_hotel, HOTEL_PERSONS),
        "nursing_home": HostRooms(sites.nursing_homes, quotas.nursing_home, NURSING_HOME_PERSONS),
    }


class HostRooms:
    """The rooms of the hosts of one group, handed out in order."""

    def __init__(self, hosts: Sequence[Host], persons: int, persons_per_host: int) -> None:
        used = hosts[: max(1, min(len(hosts), -(-persons // persons_per_host)))]
        shares = shares_to_counts([host.persons_most for host in used], persons)
        # A host without a share would stand in the way: at very small scales some have none.
        self._plan = [(host, share) for host, share in zip(used, shares, strict=True) if share]
        self._number = self._inside = self._rooms = 0
        self._carried = 0

    @property
    def persons_planned(self) -> dict[str, int]:
        """Return the persons planned by place id."""
        return {host.place_id: share for host, share in self._plan}

    def take(self, persons: int) -> tuple[str, str]:
        """Return the place id and the room, or the rooms, of the next unit."""
        host, share = self._plan[self._number]
        full = self._inside + self._carried >= share or self._inside + persons > host.persons_most
        if full and self._number + 1 < len(self._plan):
            # What families took beyond or below the share of this host, the next one evens out.
            self._carried += self._inside - share
            self._number, self._inside, self._rooms = self._number + 1, 0, 0
            host = self._plan[self._number][0]
        self._inside += persons
        rooms = [self._label(self._rooms + extra) for extra in range(-(-persons // ROOM_PERSONS))]
        self._rooms += len(rooms)
        return host.place_id, "-".join(rooms)

    @staticmethod
    def _label(number: int) -> str:
        return f"{number // ROOMS_PER_FLOOR + 1}{number % ROOMS_PER_FLOOR + 1:02}"
