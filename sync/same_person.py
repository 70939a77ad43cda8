"""Decide which person records stand for one human, by links that can be undone.

A link is a record of kind `same_person`; joining writes `joined` true, undoing writes it false, and no other record is
touched: foreign keys stay as they were, so undoing gives back exactly the state before. While a link is disputed
it holds: two histories read as one at worst hide no dose (the cautious union).
"""

from collections.abc import Iterable

import msgspec


class Link(msgspec.Struct, frozen=True):
    """One link between two person records; `joined` is true while it stands or is disputed."""

    person_id: str
    other_id: str
    joined: bool


def canonical_ids(links: Iterable[Link]) -> dict[str, str]:
    """Return for each linked person the smallest id of those joined with it; a person not named is its own.

    >>> canonical_ids([Link("b", "c", True), Link("c", "a", True), Link("c", "z", False)])
    {'b': 'a', 'c': 'a', 'a': 'a'}
    """
    parent: dict[str, str] = {}
    for link in links:
        if link.joined:
            one, other = _root(parent, link.person_id), _root(parent, link.other_id)
            smaller, larger = sorted((one, other))
            parent[larger] = smaller
            parent.setdefault(smaller, smaller)
    return {person: _root(parent, person) for person in parent}


def members(links: Iterable[Link], person: str) -> frozenset[str]:
    """Return all person records that stand for the same human as this one, itself included."""
    canonical = canonical_ids(links)
    mine = canonical.get(person, person)
    return frozenset(other for other, root in canonical.items() if root == mine) | {person}


def _root(parent: dict[str, str], person: str) -> str:
    root = person
    while parent.setdefault(root, root) != root:
        root = parent[root]
    while parent[person] != root:
        parent[person], person = root, parent[person]
    return root
