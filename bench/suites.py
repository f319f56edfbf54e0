"""Measures the test suites, as long as they take. `python -m bench.suites` writes its part of `docs/performance.md`.

`make bench` leaves it out: the tests are not part of the product.
"""

import os
import re
import subprocess
import time
from dataclasses import dataclass

from bench.page import ROOT, rewrite
from bench.synthesis import table

TITLE = "## Tests"
LIMITS_MIN = {"test-fast": 3, "test": 20}


@dataclass(frozen=True, kw_only=True)
class Suite:
    """One run of a make target: its time, its processes' CPU time, and its tests."""

    target: str
    wall_s: float
    cpu_s: float
    passed: int
    skipped: int


def measure(target: str) -> Suite:
    """Run `make TARGET`. Raises CalledProcessError if a test fails."""
    started, before = time.monotonic(), os.times()
    done = subprocess.run(["make", target], cwd=ROOT, check=True, capture_output=True, text=True)
    after = os.times()
    passed, skipped = counted(done.stdout)
    return Suite(
        target=target,
        wall_s=time.monotonic() - started,
        cpu_s=sum(after[2:4]) - sum(before[2:4]),
        passed=passed,
        skipped=skipped,
    )


def counted(output: str) -> tuple[int, int]:
    """Passed and skipped tests of every pytest run in `output`, from the lines that end with its time."""
    lines = [line for line in output.splitlines() if re.search(r" in [\d.]+s", line)]
    passed, skipped = (sum(int(n) for line in lines for n in re.findall(rf"(\d+) {word}", line)) for word in _WORDS)
    return passed, skipped


_WORDS = ("passed", "skipped")


def section(load: float, suites: list[Suite]) -> list[str]:
    """The section of the page; `load` is the machine's load average beforehand, which shows whether it was idle."""
    rows = [
        (
            f"`make {suite.target}`",
            f"{suite.wall_s / 60:.1f} min",
            f"{suite.cpu_s / 60:.1f} min",
            f"{LIMITS_MIN[suite.target]} min",
            str(suite.passed),
            str(suite.skipped),
        )
        for suite in suites
    ]
    return [
        TITLE,
        f"One run each on {os.cpu_count()} cores; load average before: {load:.1f}. The limits are for an idle machine.",
        *table(("", "wall", "processor", "limit", "passed", "skipped"), rows),
    ]


def main() -> None:
    """Measure, and replace the section."""
    load = os.getloadavg()[0]
    rewrite(section(load, [measure(target) for target in LIMITS_MIN]))


if __name__ == "__main__":
    main()
