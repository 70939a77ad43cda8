"""This file decides which stops a visit becomes, before any plan is made.

A hotel with more persons than one team can see in a day becomes several visits at the same place that together cover
its roster. Why a visit is left out of a plan is told by `routing/explain.py`.
"""

from collections.abc import Collection, Sequence

import msgspec

from routing.problem import Need, Visit, VisitId


class Share(msgspec.Struct, frozen=True, kw_only=True):
    """One visit of a large place, with the persons of the roster it is for."""

    visit: Visit
    persons: tuple[str, ...]


def split(
    visit: Visit, roster: Sequence[str], seconds_per_person: int, persons_max: int, vial_doses: int = 1
) -> tuple[Share, ...]:
    """Split a visit to a place into visits of at most `persons_max` persons that together cover the roster once.

    Shares are as equal as whole vials allow, in the order of the roster; needs are shared by head. One share keeps the
    visit's own id. Raises ValueError when a share would be empty.

    >>> from routing.problem import PlaceId
    >>> hotel = Visit(id=VisitId("h"), place=PlaceId("p"), service_seconds=0)
    >>> [len(share.persons) for share in split(hotel, [str(n) for n in range(45)], 300, 20, vial_doses=10)]
    [20, 20, 5]
    """
    if persons_max < 1 or not roster:
        raise ValueError("a share needs at least one person")
    size = persons_max - persons_max % vial_doses if persons_max >= vial_doses else persons_max
    parts = -(-len(roster) // size)
    even = -(-len(roster) // parts)
    size = min(size, -(-even // vial_doses) * vial_doses) if size >= vial_doses else even
    groups = [tuple(roster[start : start + size]) for start in range(0, len(roster), size)]
    if len(groups) == 1:
        return (Share(visit=_share(visit, visit.id, groups[0], 0, len(roster), seconds_per_person), persons=groups[0]),)
    shares: list[Share] = []
    before = 0
    for number, group in enumerate(groups, start=1):
        part = _share(visit, VisitId(f"{visit.id}/{number}"), group, before, len(roster), seconds_per_person)
        shares.append(Share(visit=part, persons=group))
        before += len(group)
    return tuple(shares)


def split_rest(
    visit: Visit,
    shares: Sequence[Share],
    seen: Collection[str],
    seconds_per_person: int,
    persons_max: int,
    vial_doses: int = 1,
) -> tuple[Share, ...]:
    """Split again what is left of a place after some of its roster were seen, for teams that may go there yet.

    `visit` is the whole place as it was first split, `shares` what it was split into. The new shares have names of
    their own, so that what was done under the old ones stays told apart. Nobody left: no share.

    >>> from routing.problem import PlaceId
    >>> hotel = Visit(id=VisitId("h"), place=PlaceId("p"), service_seconds=0)
    >>> shares = split(hotel, ["ann", "bo", "cy", "di"], 300, 2)
    >>> [(share.visit.id, share.persons) for share in split_rest(hotel, shares, {"ann", "cy"}, 300, 4)]
    [('h/3', ('bo', 'di'))]
    """
    roster = [person for share in shares for person in share.persons]
    left = [person for person in roster if person not in seen]
    if not left:
        return ()
    needs = tuple(Need(product=need.product, count=-(-need.count * len(left) // len(roster))) for need in visit.needs)
    again = split(msgspec.structs.replace(visit, needs=needs), left, seconds_per_person, persons_max, vial_doses)
    return tuple(
        msgspec.structs.replace(
            share, visit=msgspec.structs.replace(share.visit, id=VisitId(f"{visit.id}/{len(shares) + number}"))
        )
        for number, share in enumerate(again, start=1)
    )


def _share(visit: Visit, name: VisitId, group: tuple[str, ...], before: int, of: int, seconds_per_person: int) -> Visit:
    """Return the visit for one group: needs are cut so that the shares add up to the whole."""
    upto = before + len(group)
    return msgspec.structs.replace(
        visit,
        id=name,
        persons=len(group),
        service_seconds=seconds_per_person * len(group),
        needs=tuple(
            Need(product=need.product, count=need.count * upto // of - need.count * before // of)
            for need in visit.needs
        ),
    )
