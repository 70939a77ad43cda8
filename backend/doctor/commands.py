"""This file is the verb `maraude doctor`: it prints what is well, what is not, and how to mend it.

What is examined is in `examine.py`, what counts as a fault in `findings.py`.
"""

import asyncio
import os
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Final, Literal

import asyncpg

from backend.demo.database import home_of_demo
from backend.doctor.examine import examine_machine, examine_servers
from backend.doctor.findings import Finding, judge_servers
from backend.embedded import Refused, Urls, running_urls, servers
from backend.serve.addresses import Beside, at_home_of, running_beside, runs_only_a_demo
from backend.settings import Settings

Language = Literal["fr", "en"]
_DEMO: Final[dict[Language, str]] = {
    "fr": "Démonstration de {} : son prochain démarrage refait cette base.",
    "en": "The demo of {}: its next start makes this database anew.",
}
_DEMO_TOO: Final[dict[Language, str]] = {
    "fr": "Une démonstration tourne aussi ; pour l'examiner : MARAUDE_HOME={}.",
    "en": "A demo runs as well; to examine it: MARAUDE_HOME={}.",
}


def doctor(settings: Settings, data_dir: Path, clock: Callable[[], datetime], language: Language = "fr") -> int:
    """Examine the installation and print the findings; 1 if there is a fault, else 0.

    Servers that the settings name are asked; else embedded ones that already run on the data directory; else they are
    started for the examination.
    """
    beside = None if settings.database_url else _beside(settings)
    if beside and beside.is_demo:
        print(_DEMO[language].format(beside.home))
        settings, data_dir = at_home_of(settings, beside), beside.home / "data"
    elif not settings.database_url and runs_only_a_demo(settings.home):
        print(_DEMO_TOO[language].format(home_of_demo(settings.home)))
    found = examine_installation(settings, data_dir, clock)
    print("\n".join(told(found, language)))
    return 0 if all(finding.ok for finding in found) else 1


def examine_installation(settings: Settings, data_dir: Path, clock: Callable[[], datetime]) -> tuple[Finding, ...]:
    """Return every finding, with the servers' refusal as one of them."""
    machine = examine_machine(host=settings.host, port=settings.port, data_dir=data_dir)

    def examined(urls: Urls) -> tuple[Finding, ...]:
        return asyncio.run(examine_servers(urls, data_dir, clock()))

    running = running_urls(data_dir)
    redis_url = settings.redis_url or (running.redis_url if running else "")
    if running and not settings.database_url:
        beside = _beside(settings)
        return (*machine, *examined(replace(beside.urls if beside else running, redis_url=redis_url)))
    environ = {
        **os.environ,
        "DATABASE_URL": settings.database_url,
        "DATABASE_OWNER_URL": settings.database_owner_url,
        "REDIS_URL": redis_url,
    }
    try:
        with servers(data_dir, environ=environ) as urls:
            return (*machine, judge_servers(None), *examined(urls))
    except Refused as refused:
        return (*machine, judge_servers(refused))


def _beside(settings: Settings) -> Beside | None:
    """Return the servers that run beside; none where they do not answer, which is then a finding."""
    try:
        return running_beside(settings.home)
    except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError):
        return None


def told(found: Sequence[Finding], language: Language) -> list[str]:
    """Return the lines to print: a mark and a sentence for each finding, its remedy below, and the count of faults."""
    lines: list[str] = []
    for finding in found:
        lines.append(f"{'✓' if finding.ok else '✗'} {finding.sentence_fr if language == 'fr' else finding.sentence_en}")
        if not finding.ok:
            lines.append(f"  → {finding.remedy_fr if language == 'fr' else finding.remedy_en}")
    faults = sum(not finding.ok for finding in found)
    lines.append(f"{faults} anomalie(s)." if language == "fr" else f"{faults} fault(s).")
    return lines
