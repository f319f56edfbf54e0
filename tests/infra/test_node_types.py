"""A machine that the region does not rent out is refused before synth, by the dated table."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from infra.main import WORKSPACES
from infra.spec import SpecError, load
from infra.spec.node_types import TABLE, as_of, better_regions, read_table
from tests.infra.conftest import edit

_TABLE: dict[str, Any] = yaml.safe_load(TABLE.read_text(encoding="utf-8"))
_SURVEYED = [region for survey in _TABLE["surveys"] for region in survey["regions"]]


def _move(workspaces: Path, region: str) -> None:
    """To another region, with the metastore that a workspace must share it with."""
    edit(workspaces / "platform.yaml", "region: westeurope", f"region: {region}", count=2)


@pytest.mark.parametrize(
    ("region", "refused", "date"),
    [
        ("northcentralus", {"Standard_NC24ads_A100_v4"}, "2025"),
        ("switzerlandnorth", {"Standard_NC4as_T4_v3", "Standard_NC8as_T4_v3"}, "2026-08"),
        ("westcentralus", {"Standard_NC4as_T4_v3", "Standard_NC8as_T4_v3", "Standard_NC24ads_A100_v4"}, "2025"),
    ],
)
def test_a_region_without_the_nodes_is_refused(workspaces: Path, region: str, refused: set[str], date: str) -> None:
    """All machines of all environments come in one error, with the table, its date and the regions that have them."""
    _move(workspaces, region)
    with pytest.raises(SpecError) as caught:
        load(workspaces)
    problems = [str(problem) for problem in caught.value.problems]
    assert {problem.split(": given '")[1].split("'")[0] for problem in problems} == refused
    using = {
        file.name for file in WORKSPACES.glob("*.yaml") if any(node in file.read_text("utf-8") for node in refused)
    }
    assert {problem.split(":")[0] for problem in problems} == using
    for problem in problems:
        assert f"allowed a node type that {region} has, as of {date} (infra/spec/node_types.yaml)" in problem
        assert "westeurope" in problem.split("use another one, or one of the regions ")[1]


@pytest.mark.parametrize("region", ["northeurope", "uksouth", "southafricanorth"])
def test_a_region_with_the_nodes_or_in_no_survey_is_not(workspaces: Path, region: str) -> None:
    """Of southafricanorth nothing is known."""
    assert (as_of(region) is None) == (region == "southafricanorth")
    _move(workspaces, region)
    assert load(workspaces).platform.azure.region == region


def test_the_shipped_region_is_surveyed() -> None:
    """So a GPU machine that a shipped file gets later is checked too."""
    assert as_of(load(WORKSPACES).platform.azure.region) == "2026-08"


@pytest.mark.parametrize(
    ("node", "region", "rented"),
    [
        ("Standard_NC40ads_H100_v5", "francecentral", False),
        ("Standard_NC80adis_H100_v5", "northeurope", True),
        ("Standard_ND96asr_v4", "westeurope", True),
        ("Standard_ND96asr_v4", "uksouth", False),
        ("Standard_ND96amsr_A100_v4", "germanywestcentral", False),
        ("Standard_ND96isr_H100_v5", "swedencentral", True),
        ("Standard_NV36adms_A10_v5", "switzerlandnorth", True),
        ("Standard_D4ads_v5", "westcentralus", True),
    ],
)
def test_series_are_told_apart(node: str, region: str, rented: bool) -> None:
    """A machine of no series in the table is never refused."""
    assert (better_regions(node, region) == []) == rented


def test_the_table_is_whole() -> None:
    """A region that only a series names would be refused nothing, and one in two surveys would have two dates."""
    assert len(_SURVEYED) == len(set(_SURVEYED))
    for series in _TABLE["series"]:
        assert set(series["regions"]) <= set(_SURVEYED), series["nodes"]
        assert len(series["regions"]) == len(set(series["regions"])), series["nodes"]


def test_every_problem_of_the_table_is_reported(tmp_path: Path) -> None:
    """Together, each with its line: a table that is half read would refuse nothing of what it lost."""
    path = tmp_path / "node_types.yaml"
    path.write_text(
        "surveys:\n  - as_of: soon\n    regions: westeurope\n"
        "series:\n  - nodes: Standard_(\n    region: []\n    regions: []\n"
    )
    with pytest.raises(SpecError) as caught:
        read_table(path)
    assert [str(problem) for problem in caught.value.problems] == [
        "node_types.yaml:2: surveys.0.as_of: given 'soon'; allowed a year, or a year and month, in quotes; correct it",
        "node_types.yaml:2: surveys.0.source: given nothing; allowed where the list was found; add 'source'",
        "node_types.yaml:3: surveys.0.regions: given 'westeurope'; allowed a list of Azure regions; write a list",
        "node_types.yaml:5: series.0.nodes: given 'Standard_('; allowed a regular expression of node types; "
        "it is no regular expression: missing ), unterminated subpattern at position 9",
        "node_types.yaml:6: series.0.region: given a setting that does not exist; allowed nodes, regions; "
        "rename it to 'regions'",
    ]


def test_a_table_that_is_no_yaml_is_one_problem(tmp_path: Path) -> None:
    """Nothing else is said of what could not be read."""
    path = tmp_path / "node_types.yaml"
    path.write_text("surveys: [\n")
    with pytest.raises(SpecError) as caught:
        read_table(path)
    assert [(problem.file, problem.setting, problem.fix) for problem in caught.value.problems] == [
        ("node_types.yaml", "(the file)", "correct the text at this line")
    ]
