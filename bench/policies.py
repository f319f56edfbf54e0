"""Measures the plan review and the access review.

`python -m bench.policies` writes only its part of `docs/performance.md`, in two minutes.
"""

import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from bench.page import rewrite
from bench.processes import run

TITLE = "## Plan review and access review"
_RUNS = 3
# Number of changing resources, the limit in seconds, and the number of repetitions.
_REVIEWS = ((2_000, 3, _RUNS), (20_000, 25, 1))
_PRINCIPALS = 12


def large_plan(resources: int) -> dict[str, Any]:
    """A plan that updates `resources` jobs, grants, permissions and schemas, a quarter each."""
    changes = [_MAKERS[number % len(_MAKERS)](number) for number in range(resources)]
    return {
        "format_version": "1.2",
        "terraform_version": "1.11.4",
        "planned_values": {"root_module": {"resources": [_planned(item) for item in changes]}},
        "resource_changes": changes,
        "configuration": {"root_module": {"resources": [_configured(item) for item in changes]}},
        "applyable": True,
        "complete": True,
        "errored": False,
    }


def _job(number: int) -> dict[str, Any]:
    def values(minutes: int) -> dict[str, Any]:
        settings = {f"spark.x{n}": "1" for n in range(20)}
        cluster = {"node_type_id": "Standard_D4ads_v5", "num_workers": 2, "spark_conf": settings}
        return {
            "name": f"job-{number}",
            "timeout_seconds": minutes * 60,
            "schedule": [{"quartz_cron_expression": "0 0 2 * * ?", "pause_status": "UNPAUSED"}],
            "job_cluster": [{"job_cluster_key": "main", "new_cluster": [cluster]}],
            "task": [{"task_key": f"t{n}", "python_wheel_task": [{"parameters": ["--a", "b"] * 10}]} for n in range(8)],
        }

    return _change("databricks_job", number, values(30), values(60))


def _grants(number: int) -> dict[str, Any]:
    def values(last: str) -> dict[str, Any]:
        held = [{"principal": f"group-{n}", "privileges": ["USE_SCHEMA", "SELECT"]} for n in range(_PRINCIPALS)]
        held[-1]["privileges"] = [last]
        return {"schema": f"prod.schema_{number}", "grant": held}

    return _change("databricks_grants", number, values("SELECT"), values("MODIFY"))


def _permissions(number: int) -> dict[str, Any]:
    def values(level: str) -> dict[str, Any]:
        held = [{"group_name": f"group-{n}", "permission_level": level} for n in range(_PRINCIPALS)]
        return {"job_id": str(number), "access_control": held}

    return _change("databricks_permissions", number, values("CAN_VIEW"), values("CAN_MANAGE_RUN"))


def _schema(number: int) -> dict[str, Any]:
    values = {"catalog_name": "prod", "name": f"schema_{number}", "force_destroy": False}
    return _change("databricks_schema", number, values, values | {"comment": "new"})


_MAKERS = (_job, _grants, _permissions, _schema)


def _change(kind: str, number: int, before: dict[str, Any], after: dict[str, Any]) -> dict[str, Any]:
    marks: dict[str, Any] = {"after_unknown": {}, "before_sensitive": {}, "after_sensitive": {}}
    return {
        "address": f"{kind}.r{number}",
        "mode": "managed",
        "type": kind,
        "name": f"r{number}",
        "change": {"actions": ["update"], "before": before, "after": after} | marks,
    }


def _planned(item: dict[str, Any]) -> dict[str, Any]:
    return {"address": item["address"], "mode": "managed", "type": item["type"], "values": item["change"]["after"]}


def _configured(item: dict[str, Any]) -> dict[str, Any]:
    expressions = {name: {"constant_value": value} for name, value in item["change"]["after"].items()}
    return {"address": item["address"], "mode": "managed", "type": item["type"], "expressions": expressions}


def review_section() -> list[str]:
    """The section of the page: reviews of many changing resources, and the matrix of the shipped stacks."""
    with tempfile.TemporaryDirectory() as folder:
        stacks = Path(folder) / "stacks"
        run([sys.executable, "-m", "cli", "synth", "--out", str(stacks)])
        reviews = [_review_row(*review, Path(folder)) for review in _REVIEWS]
        out = str(Path(folder) / "access.csv")
        access = [sys.executable, "-m", "cli", "access", "--stacks", str(stacks), "--format", "csv", "--out", out]
        access_s = median_s(access)
        rows = len(Path(out).read_text().splitlines()) - 1
    return [
        TITLE,
        f"Whole process, median of {_RUNS} (of the largest plan, once), on the shipped stacks.{_busy()}",
        "",
        "| | wall | processor |",
        "| --- | --- | --- |",
        *reviews,
        row(f"`mlops access` ({rows:,} privileges)", access_s),
        "",
    ]


def _review_row(resources: int, limit_s: int, runs: int, folder: Path) -> str:
    plan = folder / "prod-ml.json"
    plan.write_text(json.dumps(large_plan(resources)))
    megabytes = plan.stat().st_size / 1e6
    command = [sys.executable, "-m", "cli", "review", str(plan), "--stacks", str(folder / "stacks"), "--out"]
    what = f"`mlops review` of a plan that changes {resources:,} resources ({megabytes:.0f} MB); limit {limit_s} s"
    return row(what, median_s([*command, str(folder)], runs))


def _busy() -> str:
    """A warning if other processes keep the machine busy: wall times are then unreliable."""
    load, cores = os.getloadavg()[0], os.cpu_count() or 1
    return (
        f" Measured beside other work (load {load:.0f} on {cores} cores): go by the processor." if load > cores else ""
    )


def row(what: str, seconds: tuple[float, float]) -> str:
    """A line of the table."""
    return f"| {what} | {seconds[0]:.1f} s | {seconds[1]:.1f} s |"


def median_s(command: Sequence[str], runs: int = _RUNS) -> tuple[float, float]:
    """Wall and CPU seconds of the whole process."""
    walls, processors = [], []
    for _ in range(runs):
        started, before = time.monotonic(), _processor_s()
        subprocess.run(command, check=False, capture_output=True)
        walls.append(time.monotonic() - started)
        processors.append(_processor_s() - before)
    return statistics.median(walls), statistics.median(processors)


def _processor_s() -> float:
    """CPU seconds of all child processes that have ended."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def main() -> None:
    """Measure, and replace the section."""
    rewrite(review_section())


if __name__ == "__main__":
    main()
