"""`make bench`: runs all measurements on one machine, and writes `docs/performance.md`.

Takes about twenty minutes. `DATA=path/to/uci_credit_default.csv` adds the real file. `python -m bench.performance demo`
measures only the demos and leaves the other sections as they are.
"""

import argparse
import json
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from bench import secrets, synthesis
from bench.page import rewrite
from bench.policies import review_section
from bench.processes import run
from bench.scan import scan_section
from bench.synthesis import table
from cli.demo.summary import HOLDOUT


def demo_section(name: str, data: Path | None) -> list[str]:
    """One demo from nothing, and a rerun of the same demo."""
    before = os.getloadavg()[0]
    with tempfile.TemporaryDirectory() as home:
        env = os.environ | {"MLOPS_HOME": home}
        try:
            first, first_s = _demo(env, data)
            after = os.getloadavg()[0]
            _, again_s = _demo(env, data)
            scoring_s = _seconds(lambda: run([*_MLOPS, "run", "credit-scoring", "--env", "prod"], env=env))
        finally:
            run([*_MLOPS, "down"], env=env)
    command = "make demo" + (" DATA=…/uci_credit_default.csv" if data else "")
    return [
        f"## {name}",
        f"`{command}`, environment installed, from an empty state folder. Limit: 210 s on an idle machine; this one "
        f"had a load of {before:.1f} before and of {after:.1f} at the end of the first run, on {os.cpu_count()} cores.",
        *table(
            ("", "wall"),
            [
                ("first run", f"{first_s:.0f} s"),
                ("the same again, nothing new", f"{again_s:.0f} s"),
                ("`mlops run credit-scoring --env prod`, nothing new", f"{scoring_s:.1f} s"),
            ],
        ),
        "Every version on its hold-out, months that its training did not see:",
        *table(list(first[HOLDOUT][0]), [[_cell(value) for value in row.values()] for row in first[HOLDOUT]]),
        "Tasks of the first run; jobs that wait for another job are left out:",
        *table(("environment", "job", "task", "runs", "median", "all"), _tasks(first["Tasks"])),
    ]


def _tasks(ran: list[dict[str, Any]]) -> list[tuple[str, ...]]:
    """One row per task with work of its own, in the order of their first runs."""
    seconds: dict[tuple[str, str, str], list[float]] = {}
    for task in ran:
        if task["rows_in"] is not None:
            seconds.setdefault((task["env"], task["job"], task["task"]), []).append(task["seconds"])
    return [
        (*names, str(len(each)), f"{statistics.median(each):.1f} s", f"{sum(each):.1f} s")
        for names, each in seconds.items()
    ]


_MLOPS = (sys.executable, "-m", "cli")


def _demo(env: dict[str, str], data: Path | None) -> tuple[dict[str, Any], float]:
    command = [*_MLOPS, "demo", "credit", "--format", "json", *(["--data", str(data)] if data else [])]
    printed = ""

    def call() -> None:
        nonlocal printed
        printed = run(command, env=env)

    wall_s = _seconds(call)
    return json.loads(printed), wall_s


def _seconds(call: Callable[[], object]) -> float:
    started = time.monotonic()
    call()
    return time.monotonic() - started


def _cell(value: Any) -> str:
    return f"{value:.4f}" if isinstance(value, float) else str(value)


def demos(data: Path | None) -> Iterator[list[str]]:
    """The section of each demo, as soon as it is measured."""
    yield demo_section("The demo on generated data", None)
    if data:
        yield demo_section("The demo on the real file (30,000 clients)", data)


def sections(only: str | None, data: Path | None) -> Iterator[list[str]]:
    """Each section as soon as it is measured; `only` may be `demo`."""
    if only != "demo":
        yield synthesis.section()
        yield review_section()
        yield scan_section()
        yield secrets.section()
    yield from demos(data)


def main() -> None:
    """Measure and write. Sections from other scripts stay as they are."""
    flags = argparse.ArgumentParser(prog="python -m bench.performance", description="Writes docs/performance.md.")
    flags.add_argument("only", nargs="?", choices=["demo"], help="what to measure [everything, about twenty minutes]")
    only = flags.parse_args().only
    data = Path(os.environ["DATA"]) if os.environ.get("DATA") else None
    for section in sections(only, data):
        rewrite(section)


if __name__ == "__main__":
    main()
