"""The doctor finds each fault that is injected, says the fix, and finds nothing where nothing is wrong."""

import dataclasses
import json
import time
from pathlib import Path
from typing import Any

import pytest
from databricks.sdk import WorkspaceClient
from databricks.sdk.core import Config

from cli.doctor.check import Result
from cli.doctor.checks import CHECKS
from cli.doctor.deployed_environment import DeployedEnvironment
from infra.spec.values.security import PackageIndex
from localcloud.services.compute.routes import compute
from ml.declarations import PostgresSink
from tests.cli.doctor.conftest import Examined
from tests.cli.doctor.faults import BROKEN, Broken, wheel
from tests.localcloud.core import Core

MODEL = "prod.credit_ops.default_risk"


def test_a_healthy_environment_has_no_findings(examined: Examined) -> None:
    """Nothing is wrong or unknown; what does not apply says why it was not asked."""
    found = examined()
    kept = [line for lines in found.values() for line in lines if line.result in (Result.WRONG, Result.UNKNOWN)]
    assert kept == []
    assert len(found) == len(CHECKS) >= 40
    not_asked = {line.check: line.what for lines in found.values() for line in lines if line.result is Result.NOT_ASKED}
    assert not_asked["azure is the right tenant"] == "the Azure CLI is not installed, or not signed in: az login"
    assert not_asked["every declared table exists"] == "no table exists: ingest has not run yet"
    assert not_asked["terraform is new enough"] == "the local cloud loads the stacks without Terraform"


def test_every_check_has_its_fault() -> None:
    """Each check is broken by a test: a row of the faults, or one of its own in this folder."""
    own = {
        *("the workspace answers", "the clocks agree", "the caller may deploy"),
        *("the stacks name the pinned providers", "the stacks are of this workspace"),
        *("terraform is new enough", "terraform takes the pinned providers"),
        *("azure is the right tenant", "nobody holds a state", "the region has quota", "every family has quota"),
        *("adopted subnets are delegated", "an adopted lake is closed"),
        *("every runtime is offered", "every machine is offered", "every gpu machine has a gpu"),
        *("every wheel is there", "every wheel is what its folder says", "every secret of the jobs is in the vault"),
        "the package index can be asked",
        *("every live model has its endpoint", "the endpoint serves the champion"),
        *("azure ml serves the champion", "the cluster serves the champion"),
    }
    assert {check.name for check in CHECKS} == own | {each.check for each in BROKEN}


@pytest.mark.parametrize("broken", BROKEN, ids=str)
def test_a_fault_is_found(broken: Broken, core: Core, examined: Examined) -> None:
    """Its line names what is wrong, and the fix."""
    broken.inject(core)
    lines = examined(broken.check)[broken.check]
    said = [(line.subject, line.what, line.fix) for line in lines if line.result is Result.WRONG]
    assert [each for each in said if broken.subject in each[0] and broken.wrong in each[1] and broken.fix in each[2]], (
        lines
    )


def test_a_missing_wheel_is_found(core: Core, examined: Examined) -> None:
    """Its path, and the jobs that need it."""
    path = wheel(core)
    content = core.admin().files.download(path).contents
    assert content is not None
    kept = content.read()
    core.admin().files.delete(path)
    try:
        [line] = examined("every wheel is there")["every wheel is there"]
        assert (line.result, line.subject) == (Result.WRONG, path)
        assert "credit-training" in line.what
    finally:
        core.call("PUT", f"{core.url('prod')}/api/2.0/fs/files{path}", content=kept)


def test_a_changed_wheel_is_found(core: Core, examined: Examined) -> None:
    """What was reviewed has another hash."""
    path, url = wheel(core), core.url("prod")
    kept = core.call("GET", f"{url}/api/2.0/fs/files{path}").content
    core.call("PUT", f"{url}/api/2.0/fs/files{path}", params={"overwrite": "true"}, content=b"other code")
    try:
        name = "every wheel is what its folder says"
        [line] = examined(name)[name]
        assert (line.result, line.subject) == (Result.WRONG, path)
        assert line.what.startswith("has content ")
    finally:
        core.call("PUT", f"{url}/api/2.0/fs/files{path}", params={"overwrite": "true"}, content=kept)


def _client(host: str, token: str) -> WorkspaceClient:
    return WorkspaceClient(config=Config(host=host, token=token, auth_type="pat", retry_timeout_seconds=1))


def test_a_refused_sign_in_is_found_and_the_rest_is_unknown(
    core: Core, deployed: DeployedEnvironment, examined: Examined
) -> None:
    """Unknown is never ok."""
    stranger = dataclasses.replace(deployed, workspace=_client(core.url("prod"), "wrong"))
    found = examined(who=stranger)
    [line] = found["the workspace answers"]
    assert (line.result, line.fix) == (Result.WRONG, "sign in again: az login, or a new token")
    assert [each.result for each in found["every job exists"]] == [Result.UNKNOWN]
    assert Result.OK not in {each.result for name, lines in found.items() if "stacks" not in name for each in lines}


def test_a_workspace_that_does_not_answer_is_found(deployed: DeployedEnvironment, examined: Examined) -> None:
    """Nobody listens there."""
    nowhere = dataclasses.replace(deployed, workspace=_client("http://127.0.0.1:9", "any"))
    [line] = examined("the workspace answers", who=nowhere)["the workspace answers"]
    assert (line.result, line.subject) == (Result.WRONG, "http://127.0.0.1:9")
    assert "security.ip_allow_list" in line.fix


def test_a_wrong_clock_is_found(deployed: DeployedEnvironment, examined: Examined) -> None:
    """An hour ahead."""
    ahead = dataclasses.replace(deployed, now_s=lambda: time.time() + 3600)
    [line] = examined("the clocks agree", who=ahead)["the clocks agree"]
    assert line.what.startswith("its clock is +36") or line.what.startswith("its clock is +35")


def test_a_caller_without_rights_is_found(core: Core, deployed: DeployedEnvironment, examined: Examined) -> None:
    """A job's principal is no owner; what it may not ask is unknown."""
    scoring = dataclasses.replace(deployed, workspace=core.sdk("prod-credit-scoring"))
    [line] = examined("the caller may deploy", who=scoring)["the caller may deploy"]
    assert "is not in any of admins, platform-admins, prod-owners" in line.what


@pytest.mark.parametrize(
    ("table", "name", "gone"),
    [
        ("_VERSIONS", "every runtime is offered", "17.3.x-cpu-ml-scala2.13"),
        ("_NODE_TYPES", "every machine is offered", "Standard_D8ads_v5"),
    ],
)
def test_what_is_not_offered_is_found(
    examined: Examined, monkeypatch: pytest.MonkeyPatch, table: str, name: str, gone: str
) -> None:
    """A runtime has ended, or the region does not rent a machine."""
    monkeypatch.setattr(compute, table, tuple(row for row in getattr(compute, table) if row[0] != gone))
    lines = examined(name)[name]
    assert (lines[0].result, lines[0].subject) == (Result.WRONG, "policies.cpu_single_node")
    assert f"names {gone}, which the workspace does not offer" in lines[0].what


def test_a_machine_without_a_gpu_is_found(examined: Examined, monkeypatch: pytest.MonkeyPatch) -> None:
    """A policy for GPUs names a machine that has none."""
    without = tuple((name, cores, memory, 0) for name, cores, memory, _ in compute._NODE_TYPES)
    monkeypatch.setattr(compute, "_NODE_TYPES", without)
    name = "every gpu machine has a gpu"
    lines = examined(name)[name]
    assert {(line.result, line.subject) for line in lines} == {(Result.WRONG, "policies.gpu_single_node")}
    assert "names Standard_NC8as_T4_v3, which has no whole GPU" in lines[-1].what


def test_a_missing_secret_is_found(deployed: DeployedEnvironment, examined: Examined) -> None:
    """What monitoring and a sink are to read, and nobody put into the vault."""
    use_case = deployed.environment.use_cases["credit"]
    monitoring = use_case.jobs.monitoring
    assert monitoring is not None
    named = monitoring.model_copy(update={"webhook_secret": "prod/webhook", "mail_secret": "prod/mail"})
    jobs = use_case.jobs.model_copy(update={"monitoring": named})
    cases = {"credit": use_case.model_copy(update={"jobs": jobs})}
    credit = deployed.spec.use_cases["credit"]
    sink = PostgresSink(table="risk.scores", secrets="scores", entra=True)
    sending = dataclasses.replace(credit, models=(dataclasses.replace(credit.models[0], sinks=(sink,)),))
    other = dataclasses.replace(
        deployed,
        environment=deployed.environment.model_copy(update={"use_cases": cases}),
        spec=dataclasses.replace(deployed.spec, use_cases={**deployed.spec.use_cases, "credit": sending}),
    )
    name = "every secret of the jobs is in the vault"
    lines = examined(name, who=other)[name]
    missing = ["prod/webhook", "prod/mail", *(f"prod/{key}" for key in sink.secret_keys.values())]
    assert [(line.subject, line.what) for line in lines] == [
        (each, "does not exist as a secret of the scope") for each in missing
    ]
    assert lines[0].fix == "az keyvault secret set --vault-name mlops-prod --name webhook --file <file>"


def test_a_package_index_without_its_secret_is_found(
    core: Core, deployed: DeployedEnvironment, examined: Examined
) -> None:
    """It asks for a sign-in, and people put that into the workspace's default package repository."""
    index = PackageIndex(url="https://packages.example.com/simple", sign_in="workspace")
    security = deployed.environment.security.model_copy(update={"package_index": index})
    other = dataclasses.replace(deployed, environment=deployed.environment.model_copy(update={"security": security}))
    name = "the package index can be asked"
    [line] = examined(name, who=other)[name]
    assert (line.subject, line.what) == (
        "databricks-package-management/pip-index-url",
        "does not exist as a secret, and packages.example.com needs one",
    )
    core.admin().secrets.create_scope("databricks-package-management")
    core.admin().secrets.put_secret("databricks-package-management", "pip-index-url", string_value="https://a")
    assert [each.result for each in examined(name, who=other)[name]] == [Result.OK]


@pytest.fixture
def champion(core: Core) -> Any:
    """Version 1 of the model is live."""
    url = f"{core.url('prod')}/api/2.0/mlflow/unity-catalog/model-versions/create"
    made = core.call("POST", url, json={"name": MODEL, "source": "dbfs:/none"})
    assert made.is_success, made.text
    version = made.json()["model_version"]["version"]
    core.admin().registered_models.set_alias(MODEL, "champion", int(version))
    return version


def test_a_live_model_without_endpoint_is_found(champion: str, examined: Examined) -> None:
    """Phase two was not deployed."""
    name = "every live model has its endpoint"
    [line] = examined(name)[name]
    assert (line.what, line.fix) == ("does not exist, and a version is live", "make deploy ENV=prod SERVING=1")


def test_stacks_of_another_place_are_found(deployed: DeployedEnvironment, examined: Examined, tmp_path: Path) -> None:
    """They were synthesized before the file changed, and by another toolkit."""
    for part in ("ml", "platform"):
        source = deployed.stacks / "stacks" / f"prod-{part}" / "cdk.tf.json"
        document = json.loads(source.read_text(encoding="utf-8"))
        document["//"]["metadata"]["version"] = "0.1.0"
        for provider in document["provider"].get("databricks", []):
            provider["host"] = "https://adb-7.7.azuredatabricks.net"
        target = tmp_path / "stacks" / f"prod-{part}" / "cdk.tf.json"
        target.parent.mkdir(parents=True)
        target.write_text(json.dumps(document), encoding="utf-8")
    found = examined(who=dataclasses.replace(deployed, stacks=tmp_path))
    [place] = found["the stacks are of this workspace"]
    assert place.what.startswith("deploy to https://adb-7.7.azuredatabricks.net, the file says ")
    assert [line.subject for line in found["the stacks name the pinned providers"]] == ["prod-ml", "prod-platform"]
    assert "were written by cdktf 0.1.0" in found["the stacks name the pinned providers"][0].what
