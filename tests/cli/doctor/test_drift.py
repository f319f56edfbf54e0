"""Each drift in the deployed stacks: who notices it, and what mends it."""

import dataclasses
from pathlib import Path
from typing import Any

import pytest

from cli.doctor.check import Result
from cli.doctor.deployed_environment import DeployedEnvironment
from cli.drift.kinds import DRIFTS, Drift
from cli.drift.memory import Drifted
from localcloud import loader
from localcloud.endpoint import Endpoint
from localcloud.loader import LoadReport
from tests.cli.doctor.conftest import Examined
from tests.localcloud.core import Core

STACKS = ["account", "prod-rights", "prod-workspace", "prod-ml"]
# Checks of the doctor; what it does not ask is found by a plan.
NOTICED = {
    "comment": set(),
    "grant": set(),
    "policy": set(),
    "revoke": {"everyone holds the schemas"},
    "schedule": {"every schedule is as declared"},
}

Loaded = tuple[Core, Path]


@pytest.fixture
def loaded(core: Core, stacks_dir: Path) -> Loaded:
    """prod's cloud, and the stacks that it has."""
    return core, stacks_dir


def _load(core: Core, stacks_dir: Path, *, mend: bool) -> LoadReport:
    endpoint = Endpoint(
        account_url=core.account_url, admin_token=core.admin_token, spark_remote="", mlflow_url="", pid=0
    )
    return loader.load(endpoint, stacks_dir, STACKS, mend=mend)


def _wrong(examined: Examined, deployed: DeployedEnvironment) -> set[str]:
    lines = examined(who=dataclasses.replace(deployed)).items()
    return {check for check, found in lines if any(line.result is Result.WRONG for line in found)}


def _value(core: Core, drift: Drift, subject: str) -> Any:
    return drift.read(core.admin(), subject)


def test_every_drift_is_tried() -> None:
    """A new one says who notices it, and is held to it."""
    assert [drift.name for drift in DRIFTS] == sorted(NOTICED)


@pytest.mark.parametrize("drift", DRIFTS, ids=lambda each: each.name)
def test_a_drift_is_noticed_and_mended(
    drift: Drift, deployed: DeployedEnvironment, examined: Examined, loaded: Loaded, tmp_path: Path
) -> None:
    """By the doctor, if it says so. A load does not look and leaves it; with `mend` all is as it was declared."""
    core, stacks_dir = loaded
    made = Drifted(tmp_path, "prod").make(drift, core.admin(), "prod")
    assert made["is"] != made["was"]
    assert _value(core, drift, made["subject"]) == made["is"]
    noticed = _wrong(examined, deployed)
    assert noticed == NOTICED[drift.name]
    assert drift.noticed_by.startswith("mlops doctor") == bool(noticed)
    assert all(check in drift.noticed_by for check in noticed)
    left = _load(core, stacks_dir, mend=False)
    assert (left.created, left.updated, left.deleted) == (0, 0, 0)
    assert _value(core, drift, made["subject"]) == made["is"]
    mended = _load(core, stacks_dir, mend=True)
    assert (mended.created, mended.deleted) == (0, 0)
    assert mended.updated > mended.unchanged
    assert _value(core, drift, made["subject"]) == made["was"]
    assert _wrong(examined, deployed) == set()


@pytest.mark.parametrize("drift", DRIFTS, ids=lambda each: each.name)
def test_a_drift_is_undone(drift: Drift, core: Core, tmp_path: Path) -> None:
    """What was there before is there again."""
    drifted = Drifted(tmp_path, "prod")
    made = drifted.make(drift, core.admin(), "prod")
    assert drifted.names() == {drift.name: made["subject"]}
    undone = drifted.undo(drift, core.admin())
    assert (undone["was"], undone["is"]) == (made["is"], made["was"])
    assert _value(core, drift, made["subject"]) == made["was"]
    assert drifted.names() == {}
