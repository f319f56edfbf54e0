"""Whole-process measurements: wall time and peak memory, from the operating system's accounting."""

import json
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass

# Printed by the measured process itself: a parent only sees the largest of its descendants.
_PEAK = "import resource; print('peak_mib', resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)"


@dataclass(frozen=True, kw_only=True)
class Measured:
    """Median wall time, median CPU time including children, and peak memory of Python itself, over `runs` runs."""

    wall_s: float
    cpu_s: float
    peak_mib: float
    runs: int


def measure_python(code: str, *, runs: int = 3) -> Measured:
    """Run `code` in a fresh interpreter `runs` times. Raises CalledProcessError if it fails."""
    walls, cpus, peaks = [], [], []
    for _ in range(runs):
        started, before = time.monotonic(), os.times()
        printed = run([sys.executable, "-c", f"{code}\n{_PEAK}"])
        after = os.times()
        walls.append(time.monotonic() - started)
        # Of this process's ended children, and so also of those that the measured process waited for.
        cpus.append(sum(after[2:4]) - sum(before[2:4]))
        peaks.append(float(printed.split("peak_mib")[-1]))
    return Measured(wall_s=statistics.median(walls), cpu_s=statistics.median(cpus), peak_mib=max(peaks), runs=runs)


def run(command: Sequence[str], *, env: dict[str, str] | None = None) -> str:
    """Standard output of a command that must succeed."""
    return subprocess.run(command, check=True, capture_output=True, text=True, env=env).stdout


def run_json(command: Sequence[str]) -> dict[str, float]:
    """The figures that a command prints as JSON in its last line."""
    figures: dict[str, float] = json.loads(run(command).splitlines()[-1])
    return figures
