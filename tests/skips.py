"""This file says aloud which tests were skipped for want of something, and makes such a skip a failure where asked.

MARAUDE_REQUIRE names markers, as `browser,data`: a test that bears one of them must run. Without it, skips are named
and counted at the end of the run. tests/conftest.py takes the hooks in; the markers stand in pyproject.toml.
"""

import os
from collections.abc import Generator

import pytest

MARKERS = ("browser", "data", "proxy", "types")


def required() -> frozenset[str]:
    """Return the markers whose tests may not be skipped in this run."""
    words = frozenset(word for word in os.environ.get("MARAUDE_REQUIRE", "").split(",") if word)
    if unknown := words - frozenset(MARKERS):
        raise pytest.UsageError(f"MARAUDE_REQUIRE names {', '.join(sorted(unknown))}; known are {', '.join(MARKERS)}.")
    return words


def pytest_configure(config: pytest.Config) -> None:
    """Refuse a run that requires something nobody knows: a slip of the pen would require nothing."""
    _ = config
    required()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Turn the skip of a required test into a failure that keeps the reason."""
    report = yield
    wanted = [marker for marker in MARKERS if item.get_closest_marker(marker)]
    if report.skipped and not hasattr(report, "wasxfail"):
        if must := required().intersection(wanted):
            report.outcome = "failed"
            report.longrepr = f"{item.nodeid}: MARAUDE_REQUIRE={','.join(sorted(must))}, but skipped: {_reason(report)}"
        report.user_properties.extend(("wanted", marker) for marker in wanted)
    return report


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report() -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    """Fail a module that is skipped as a whole while something is required: its tests cannot say what they need."""
    report = yield
    if report.skipped and required():
        report.outcome = "failed"
        report.longrepr = f"{report.nodeid}: MARAUDE_REQUIRE is set, but the whole module is skipped: {_reason(report)}"
    return report


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Name and count the skipped tests by what they wanted."""
    skipped = terminalreporter.stats.get("skipped", [])
    for marker in MARKERS:
        names = [report.nodeid for report in skipped if ("wanted", marker) in getattr(report, "user_properties", ())]
        if names:
            terminalreporter.section(f"{len(names)} skipped that need: {marker}")
            for name in names:
                terminalreporter.line(name)


def _reason(report: pytest.TestReport | pytest.CollectReport) -> str:
    said = str(report.longrepr[2]) if isinstance(report.longrepr, tuple) else str(report.longrepr)
    return said.removeprefix("Skipped: ")
