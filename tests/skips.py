"""Which tests were skipped, and why, at the end of every run: none passes in silence."""

import pytest

Reasons = dict[str, list[str]]


def reasons(reports: list[pytest.TestReport | pytest.CollectReport]) -> Reasons:
    """The skipped tests by reason, both in order."""
    found: Reasons = {}
    for report in reports:
        _, _, text = report.longrepr if isinstance(report.longrepr, tuple) else ("", 0, str(report.longrepr))
        found.setdefault(text.removeprefix("Skipped: "), []).append(report.nodeid)
    return {reason: sorted(found[reason]) for reason in sorted(found)}


def lines(found: Reasons) -> list[str]:
    """Each reason with its tests, then the count."""
    listed = [line for reason, tests in found.items() for line in (reason, *(f"    {test}" for test in tests))]
    return [*listed, f"tests skipped: {sum(map(len, found.values()))}, for {len(found)} reasons"]


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Write them."""
    terminalreporter.section("skipped tests, by reason")
    for line in lines(reasons(terminalreporter.stats.get("skipped", []))):
        terminalreporter.line(line)
