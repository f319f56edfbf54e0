"""The results of a scan."""

from dataclasses import dataclass
from datetime import date
from pathlib import Path

from policies.checks.engine.verdict import Result
from policies.scan.waivers import Waiver


@dataclass(frozen=True, kw_only=True)
class ScanFinding:
    """One check's verdict on one resource. `severity` is `unrated` for checkov's own checks, which have none offline.

    `place` is `stack/type.name`, the address in a waiver. `line` is where the resource begins in `file`.
    """

    rule: str
    name: str
    severity: str
    stack: str
    address: str
    result: Result
    blocks: bool
    reason: str
    fix: str
    file: Path
    line: int = 1

    @property
    def place(self) -> str:
        """Stack and address: a resource's unique name among all stacks."""
        return f"{self.stack}/{self.address}"


@dataclass(frozen=True)
class Judged:
    """A finding, and the waiver that accepts it."""

    finding: ScanFinding
    waiver: Waiver | None

    @property
    def fails(self) -> bool:
        """Whether it fails the scan."""
        return self.finding.blocks and self.waiver is None


@dataclass(frozen=True)
class Outcome:
    """A whole scan: every verdict, and the problems with the waivers themselves."""

    judged: tuple[Judged, ...]
    waiver_problems: tuple[str, ...]
    stacks: tuple[str, ...]
    today: date

    @property
    def failures(self) -> list[Judged]:
        """Findings without a waiver, the most severe first."""
        order = ("critical", "high", "unrated", "medium", "low")
        found = [one for one in self.judged if one.fails]
        return sorted(found, key=lambda one: (order.index(one.finding.severity), one.finding.place, one.finding.rule))

    @property
    def waived(self) -> list[Judged]:
        """Findings that a waiver accepts."""
        return [one for one in self.judged if one.finding.blocks and one.waiver is not None]

    @property
    def clean(self) -> bool:
        """Whether the scan passes."""
        return not self.failures and not self.waiver_problems
