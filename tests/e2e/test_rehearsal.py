"""The rehearsal runs what both systems' YAML says, and fails, mends and stops as they do."""

from pathlib import Path

import pytest

from tests.e2e.rehearsal.run import play
from tests.e2e.rehearsal.stand_in import plan
from tests.e2e.rehearsal.steps import SYSTEMS, steps

both = pytest.mark.parametrize("system", SYSTEMS)
DEPLOYMENT = [
    "make live",
    "make deploy",
    "make train",
    "make score",
    "make deploy MASKS=1",
    "make deploy SERVING=1",
    "make smoke",
]
# After what mends.
PLACED = "make place"
MAKEFILE = """live deploy train score smoke roll-back place:
\t@test "$(BROKEN)" != "$@" && echo "$@ $(ENV) approved=$(APPROVED)"
"""


def _deployment(system: str) -> list[str]:
    return [
        step.made for step in steps(system, "release") if step.job == "deploy" and step.made not in ("", "make setup")
    ]


def test_both_systems_deploy_by_the_same_steps() -> None:
    """With the same variables, and the same step that mends."""
    assert _deployment("github") == _deployment("azure") == [*DEPLOYMENT, "make roll-back", PLACED]
    for pipeline in ("pull-request", "staging", "release"):
        found = [
            [(step.job, step.made, step.env.get("ENV"), step.mends) for step in steps(system, pipeline, env="dev")]
            for system in SYSTEMS
        ]
        made = [[each for each in listed if each[1]] for listed in found]
        assert made[0] == made[1]


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A checkout whose targets say their names and for which environment; the variable BROKEN names one that fails."""
    (tmp_path / "Makefile").write_text(MAKEFILE)
    return tmp_path


def _played(system: str, checkout: Path, broken: str = "", lost_after: str = "") -> list[tuple[str, int]]:
    planned = [step for step in steps(system, "release") if step.job == "deploy" and step.made != "make setup"]
    env = {"PATH": "/usr/bin:/bin", "BROKEN": broken}
    done = play(planned, checkout, env, lost_after=lost_after)
    assert {each.said.partition(" ")[2] for each in done if each.step.made and not each.code} <= {"prod approved=1\n"}
    return [(each.step.made, each.code) for each in done if each.step.made]


@both
def test_nothing_is_mended_that_did_not_fail(system: str, checkout: Path) -> None:
    """Every step runs, as the environment's and approved."""
    assert _played(system, checkout) == [(made, 0) for made in (*DEPLOYMENT, PLACED)]


@both
def test_a_failure_is_rolled_back_once_the_deployment_has_begun(system: str, checkout: Path) -> None:
    """Before it nothing was changed, and nothing is rolled back; no later step runs."""
    assert _played(system, checkout, broken="live") == [("make live", 2)]
    found = _played(system, checkout, broken="train")
    assert found == [("make live", 0), ("make deploy", 0), ("make train", 2), ("make roll-back", 0)]
    assert _played(system, checkout, broken="deploy")[1:] == [("make deploy", 2), ("make roll-back", 0)]


@both
def test_a_place_that_cannot_be_moved_takes_no_release_back(system: str, checkout: Path) -> None:
    """The smoke test has passed it: the job fails, and what answers on Databricks stays."""
    assert _played(system, checkout, broken="place") == [*((made, 0) for made in DEPLOYMENT), (PLACED, 2)]


@both
def test_a_machine_that_is_lost_mends_nothing(system: str, checkout: Path) -> None:
    """The steps up to there have run."""
    found = _played(system, checkout, lost_after="make deploy MASKS=1")
    assert found == [(made, 0) for made in DEPLOYMENT[:5]]


def test_a_plan_compares_documents() -> None:
    """By address: what is new, changed, gone and left as it was, and what refers to what."""
    before = {"resource": {"databricks_schema": {"a": {"name": "a"}, "b": {"name": "b"}, "c": {"name": "c"}}}}
    grant = {"schema": "${databricks_schema.a.id}", "//": {"metadata": {}}}
    after = {
        "resource": {
            "databricks_schema": {"a": {"name": "a"}, "b": {"name": "b", "comment": "new"}},
            "databricks_grant": {"g": grant},
        }
    }
    found = plan(before, after)
    actions = {each["address"]: each["change"]["actions"] for each in found["resource_changes"]}
    assert actions == {
        "databricks_grant.g": ["create"],
        "databricks_schema.a": ["no-op"],
        "databricks_schema.b": ["update"],
        "databricks_schema.c": ["delete"],
    }
    configured = {each["address"]: each["expressions"] for each in found["configuration"]["root_module"]["resources"]}
    assert configured["databricks_grant.g"] == {"schema": {"references": ["databricks_schema.a"]}}
