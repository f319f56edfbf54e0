"""Whole-process measurements: wall time and peak memory, as the operating system accounts for them."""

import statistics
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass

# Printed by the measured process itself: a parent sees only the largest of its descendants.
_PEAK = "import resource; print('peak_mib', resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)"


@dataclass(frozen=True, kw_only=True)
class Measured:
    """Median wall time and peak memory of the Python process itself, over `runs` runs."""

    wall_s: float
    peak_mib: float
    runs: int


def measure_python(code: str, *, runs: int = 3) -> Measured:
    """Run `code` in a fresh interpreter `runs` times. Raises CalledProcessError where it fails."""
    walls, peaks = [], []
    for _ in range(runs):
        started = time.monotonic()
        printed = run([sys.executable, "-c", f"{code}\n{_PEAK}"])
        walls.append(time.monotonic() - started)
        peaks.append(float(printed.split("peak_mib")[-1]))
    return Measured(wall_s=statistics.median(walls), peak_mib=max(peaks), runs=runs)


def run(command: Sequence[str], *, env: dict[str, str] | None = None) -> str:
    """Standard output of a command that must succeed."""
    return subprocess.run(command, check=True, capture_output=True, text=True, env=env).stdout
