"""This file lists the rule files of a release for people: what is in force, from which source, and who signed it."""

from datetime import date

import msgspec

from backend.doses.rules.format import Signature, Source, content_hash
from backend.doses.rules.words import Release


class RuleFile(msgspec.Struct, frozen=True):
    """One file of rules in force; `digest` changes with any rule in it."""

    name: str
    antigen: str
    version: str
    valid_from: date | None
    valid_until: date | None
    digest: str
    signed_by: Signature | None
    sources: tuple[Source, ...]
    remarks: tuple[str, ...]
    doses: int
    cases: int


def rules_in_force(release: Release) -> list[RuleFile]:
    """Return the files of a release by the name of their vaccine group.

    >>> from backend.doses.rules.words import release_on
    >>> [one.antigen for one in rules_in_force(release_on(date(2026, 11, 22)))][-1]
    'zoster'
    """
    names = {antigen: group.name for group in release.rules.groups for antigen in group.antigens}
    files = [
        RuleFile(
            names.get(antigen, antigen),
            antigen,
            prepared.rules.version,
            prepared.rules.valid_from,
            prepared.rules.valid_until,
            content_hash(prepared.rules),
            prepared.rules.signed_by,
            prepared.rules.sources,
            prepared.rules.remarks,
            sum(len(series.doses) for series in prepared.rules.series),
            len(prepared.rules.cases),
        )
        for antigen, prepared in release.rules.antigens.items()
    ]
    return sorted(files, key=lambda one: one.name.casefold())
