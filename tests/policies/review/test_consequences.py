"""What is lost with a resource, by its type: as the file says it, and what of a file is refused."""

from pathlib import Path

import pytest
import yaml

from policies.errors import RulesError
from policies.review.changes.losses import losses
from policies.review.changes.names import Names
from policies.terraform.plan import read_plan
from tests.policies.review.plans import change, plan

_PLAN = read_plan(
    "prod-ml",
    plan(
        change("databricks_job.a", ["delete"], {"name": "a"}),
        change("databricks_volume.v", ["delete"], {"name": "v"}),
    ),
)


def _written(tmp_path: Path, content: object) -> Path:
    path = tmp_path / "consequences.yaml"
    path.write_text(yaml.safe_dump(content))
    return path


def test_what_is_lost_is_what_the_file_says(tmp_path: Path) -> None:
    """A type that the file leaves out counts as data, and comes first."""
    path = _written(tmp_path, {"databricks_job": {"lost": "the job", "data": False}})
    assert [(loss.address, loss.lost, loss.data) for loss in losses(_PLAN, Names(_PLAN), path)] == [
        (
            "databricks_volume.v",
            "unknown: this type is not in policies/review/changes/consequences.yaml",
            True,
        ),
        ("databricks_job.a", "the job", False),
    ]


def test_every_mistake_of_a_file_of_consequences_is_named(tmp_path: Path) -> None:
    """Together, one a line: a type whose data is said in words must not count as one without data."""
    path = _written(
        tmp_path,
        {
            "databricks_job": {"lost": "the job", "data": "no"},
            "databricks_volume": {"lost": "", "date": True},
            "databricks_schema": "everything in it",
        },
    )
    with pytest.raises(RulesError) as error:
        losses(_PLAN, Names(_PLAN), path)
    assert str(error.value).splitlines() == [
        f"{path}: databricks_job.data is 'no'; it should be a valid boolean",
        f"{path}: databricks_schema is 'everything in it'; it should be a mapping of lost, data",
        f"{path}: databricks_volume.lost is ''; it should have at least 1 character",
        f"{path}: databricks_volume.data is missing; databricks_volume needs it",
        f"{path}: databricks_volume has date; allowed are lost, data",
    ]


def test_a_key_that_is_no_text_is_named_as_it_is_written(tmp_path: Path) -> None:
    """YAML reads an unquoted 5 as a number; it is no place in a list."""
    path = tmp_path / "consequences.yaml"
    path.write_text("5: {lost: a, data: true}\ndatabricks_job: {lost: a, data: true, 7: 1}\n")
    with pytest.raises(RulesError) as error:
        losses(_PLAN, Names(_PLAN), path)
    assert str(error.value).splitlines() == [
        f"{path}: 5 is a key that is not text; write it in quotes",
        f"{path}: databricks_job.7 is a key that is not text; write it in quotes",
    ]
