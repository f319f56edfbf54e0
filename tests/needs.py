"""What a test needs, as markers that nobody writes: they follow from the fixtures that it asks for.

A fixture that starts something says so with `@starts("spark")`. Every test that asks for it, directly or through other
fixtures, carries that marker. A test that starts something in its own body carries the marker by hand. A test without
any of them is `fast`, and fails if it starts something all the same.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import pytest

Function = TypeVar("Function", bound=Callable[..., Any])

NEEDS = {
    "spark": "uses a Spark server",
    "mlflow": "uses an MLflow server",
    "cloud": "uses a local cloud in processes of its own, with Spark and MLflow",
    "cdktf": "runs the real cdktf command",
    "browser": "opens a page in Chromium",
    "programs": "starts programs: workers of scoring or of jobs, a synthesis or tests of a checkout, checkov",
    "e2e": "runs the `mlops` command over a local cloud, most on the state that one demo leaves",
    "slow": "takes tables on Spark through many steps: `make extras` runs it first, `make test` does not",
    "long": "takes minutes and seldom changes its verdict: `make extras` runs it, `make test` does not",
}
FAST = "fast"
_STARTS = "starts_what"
# What the template process of jobs' tasks imports.
_WORKERS = "localcloud.services.jobs.template"


def starts(*needs: str) -> Callable[[Function], Function]:
    """Say what a fixture starts. It stands below `@pytest.fixture`."""
    unknown = sorted(set(needs) - NEEDS.keys())
    if unknown:
        raise ValueError(f"a fixture starts {unknown}, which is not in NEEDS: {sorted(NEEDS)}")

    def mark(function: Function) -> Function:
        setattr(function, _STARTS, needs)
        return function

    return mark


def needs_of(item: pytest.Item) -> set[str]:
    """The markers of `NEEDS` that an item has by hand or by its fixtures."""
    by_hand = {mark.name for mark in item.iter_markers()} & NEEDS.keys()
    definitions = getattr(item, "_fixtureinfo").name2fixturedefs.values()  # noqa: B009 - pytest has no public way
    by_fixture = {need for one in definitions for need in getattr(one[-1].func, _STARTS, ())}
    return by_hand | by_fixture


def started_by(command: list[str]) -> str | None:
    """Which need a process that is started with `command` stands for, if any."""
    program, words = Path(command[0]).name, set(command[1:])
    if program == "java":
        return "spark" if any("SparkConnectServer" in word for word in words) else None
    if {"mlflow", "server"} <= words:
        return "mlflow"
    if {"localcloud", "serve"} <= words:
        return "cloud"
    if any(_WORKERS in word for word in words):
        return "programs"
    return {"mlops": "e2e", "cdktf": "cdktf"}.get(program)
