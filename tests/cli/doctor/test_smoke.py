"""After a deployment: what stops a release, on a local cloud with prod's stacks."""

import json
from dataclasses import replace
from pathlib import Path

from click.testing import CliRunner
from click.testing import Result as Outcome
from databricks.sdk.service.jobs import JobSettings

from cli.doctor.check import Result
from cli.doctor.deployed_environment import DeployedEnvironment
from cli.doctor.examine import examine
from cli.main import mlops
from cli.smoke import CHECKS
from tests.cli.doctor.conftest import Examined
from tests.cli.doctor.test_served import served  # noqa: F401 - a fixture
from tests.localcloud.core import Core

WHEEL, LIVE, ANSWERS = (
    "every job runs the wheel of this checkout",
    "a version is live wherever one is served",
    "every endpoint answers",
)


def _results(deployed: DeployedEnvironment) -> dict[str, set[Result]]:
    found: dict[str, set[Result]] = {}
    for line in examine(deployed, CHECKS):
        found.setdefault(line.check, set()).add(line.result)
    return found


def test_before_a_model_is_live_the_smoke_test_fails(deployed: DeployedEnvironment) -> None:
    """The jobs are there and run this checkout's wheel; no version is live, and no endpoint is there to answer."""
    found = _results(deployed)
    assert found[WHEEL] == {Result.OK}
    assert found["every job exists"] == {Result.OK}
    assert found[LIVE] == {Result.WRONG}
    assert found[ANSWERS] == {Result.WRONG}


def _command(core: Core, *arguments: str) -> Outcome:
    signed_in = {"DATABRICKS_TOKEN": core.admin_token}
    return CliRunner().invoke(mlops, [*arguments, "--env", "prod", "--host", core.url("prod")], env=signed_in)


def test_a_served_model_passes_and_is_live_again_as_it_was(
    core: Core,
    deployed: DeployedEnvironment,
    served: tuple[int, int],  # noqa: F811
    tmp_path: Path,
) -> None:
    """All is in order: the endpoint refuses a request without a key by itself. `mlops live-again` starts no job for
    what is live as before; a first version that went live meanwhile stays, since none was before it.
    """
    found = _results(deployed)
    assert {name for name, results in found.items() if results != {Result.OK}} == set()
    before = tmp_path / "dist" / "live.json"
    assert _command(core, "live", "--out", str(before)).exit_code == 0
    said = json.loads(before.read_text())
    assert {name: version for name, version in said.items() if version} == {"credit": str(served[0])}
    asked = ("live-again", str(before), "--by", "pipeline", "--reason", "smoke test")
    same = _command(core, *asked)
    assert same.exit_code == 0
    assert f"credit: version {served[0]} is live, as before" in same.stdout.splitlines()
    before.write_text('{"credit": null}')
    first = _command(core, *asked)
    assert first.stdout == f"credit: version {served[0]} is the first live version, and stays\n"
    assert list(core.admin().jobs.list_runs()) == []


def test_another_wheel_than_this_checkouts_is_found(core: Core, deployed: DeployedEnvironment) -> None:
    """A job that somebody pointed at an older wheel would run code that was not released."""
    [job] = [each for each in core.admin().jobs.list() if each.settings and each.settings.name == "credit-scoring"]
    assert job.job_id is not None
    settings = core.admin().jobs.get(job.job_id).settings
    assert settings is not None
    old = json.loads(json.dumps(settings.as_dict()))
    for task in old["tasks"]:
        for library in task["libraries"]:
            if "/mlops_ml-" in library.get("whl", ""):
                library["whl"] = f"/Volumes/prod/platform_ops/wheels/{'0' * 64}/mlops_ml-0.1.0-py3-none-any.whl"
    core.admin().jobs.reset(job.job_id, JobSettings.from_dict(old))
    [line] = [each for each in examine(replace(deployed), CHECKS) if each.check == WHEEL]
    assert (line.result, line.subject) == (Result.WRONG, "credit-scoring")
    assert f"/wheels/{'0' * 64}/mlops_ml-" in line.what


def test_the_checks_that_the_doctor_shares_are_the_doctors(examined: Examined) -> None:
    """What `mlops doctor` says about jobs and models, the smoke test asks too."""
    asked = {check.name for check in CHECKS}
    assert {"every wheel is there", "the endpoint serves the champion", "every job exists"} <= asked & examined().keys()


def test_the_command_ends_with_one_and_names_what_is_wrong(core: Core) -> None:
    """So that a pipeline stops there."""
    done = _command(core, "smoke", "--format", "json")
    assert done.exit_code == 1
    assert f"prod does not work: {LIVE}; {ANSWERS}" in done.stderr
