"""The regions of each machine type, from the dated table next to this file."""

import re
from functools import cache
from pathlib import Path
from typing import Annotated

from pydantic import Field

from infra.spec.reading.error import SpecError
from infra.spec.values.fields import Values
from settings.expression import Expression
from settings.model import read_model

TABLE = Path(__file__).with_suffix(".yaml")


class Survey(Values):
    """A list of machines that was read whole for each of its regions."""

    as_of: Annotated[str, Field(pattern=r"^\d{4}(-\d{2})?$")]
    """a year, or a year and month, in quotes"""
    source: Annotated[str, Field(min_length=1)]
    """where the list was found"""
    regions: tuple[str, ...]
    """a list of Azure regions"""


class Series(Values):
    """The regions that rent out the node types of a series."""

    nodes: Expression
    """a regular expression of node types"""
    regions: tuple[str, ...]
    """a list of Azure regions"""


class NodeTypes(Values):
    """The table."""

    surveys: tuple[Survey, ...]
    """a list of surveys"""
    series: tuple[Series, ...]
    """a list of series"""


@cache
def read_table(path: Path = TABLE) -> NodeTypes:
    """The table in `path`. Raises SpecError with all its problems."""
    return read_model(path, NodeTypes, SpecError)


def better_regions(node: str, region: str) -> list[str]:
    """The regions that offer `node` if `region` does not; empty if it does, or if nothing is known."""
    if as_of(region) is None:
        return []
    offers = [series.regions for series in read_table().series if re.fullmatch(series.nodes, node)]
    return sorted(offers[0]) if offers and region not in offers[0] else []


def as_of(region: str) -> str | None:
    """The date of the survey of `region`; None without a survey."""
    return next((survey.as_of for survey in read_table().surveys if region in survey.regions), None)
