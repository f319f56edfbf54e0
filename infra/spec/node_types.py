"""Which regions have which machines, from the dated table beside this file."""

import re
from functools import cache
from pathlib import Path
from typing import Any

import yaml

_TABLE = Path(__file__).with_suffix(".yaml")


@cache
def _table() -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load(_TABLE.read_text(encoding="utf-8"))
    return found


def better_regions(node: str, region: str) -> list[str]:
    """The regions that rent out `node` while `region` does not; empty where it does, and where nothing is known."""
    if as_of(region) is None:
        return []
    offers = [series["regions"] for series in _table()["series"] if re.fullmatch(series["nodes"], node)]
    return sorted(offers[0]) if offers and region not in offers[0] else []


def as_of(region: str) -> str | None:
    """When the survey of `region` was right; None where no survey has it."""
    dates = (str(survey["as_of"]) for survey in _table()["surveys"] if region in survey["regions"])
    return next(dates, None)
