"""Reads a release of the CDC's supporting data (CDSi, XML) into our rule format, from its folder or its zip archive.

The data themselves are the CDC's and are not part of this repository; our own rules are read by
backend/doses/rules/files.py.
"""

import re
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Final
from xml.etree import ElementTree as ET

from backend.doses.cdsi.antigen import antigen_rules
from backend.doses.cdsi.schedule import conflict, observed, vaccine, vaccine_groups
from backend.doses.rules.format import Schedule, Source

_ANTIGEN_FILE: Final = re.compile(r"AntigenSupportingData- .*\.xml$")
_SCHEDULE_FILE: Final = "ScheduleSupportingData.xml"


def read_release(path: Path) -> Schedule:
    """Read a folder or zip archive of supporting data; ValueError names what is missing or not understood."""
    texts = dict(_archive(path) if path.is_file() else _folder(path))
    if _SCHEDULE_FILE not in texts:
        raise ValueError(f"{path} holds no {_SCHEDULE_FILE}")
    release = _release(path, texts)
    source = Source(title=f"CDC CDSi supporting data {release}")
    # The files are named by the operator who runs the command; the parser of the standard library resolves no entity.
    roots = [ET.fromstring(texts[name]) for name in sorted(texts) if _ANTIGEN_FILE.search(name)]  # noqa: S314
    schedule = ET.fromstring(texts[_SCHEDULE_FILE])  # noqa: S314
    return Schedule(
        name="CDSi",
        version=release,
        antigens=tuple(antigen_rules(root, release, source) for root in roots),
        vaccines=tuple(map(vaccine, schedule.iterfind("cvxToAntigenMap/cvxMap"))),
        groups=vaccine_groups(schedule),
        conflicts=tuple(map(conflict, schedule.iterfind("liveVirusConflicts/liveVirusConflict"))),
        observations=tuple(map(observed, schedule.iterfind("observations/observation"))),
    )


def _archive(path: Path) -> Iterator[tuple[str, bytes]]:
    with zipfile.ZipFile(path) as archive:
        for name in archive.namelist():
            if name.endswith(".xml"):
                yield name.rsplit("/", 1)[-1], archive.read(name)


def _folder(path: Path) -> Iterator[tuple[str, bytes]]:
    for file in path.rglob("*.xml"):
        yield file.name, file.read_bytes()


def _release(path: Path, texts: dict[str, bytes]) -> str:
    """Take the release from the name of the archive or folder: the files themselves do not state it."""
    found = re.search(r"\d+\.\d+", path.name)
    return found[0] if found else f"of {len(texts)} files"
