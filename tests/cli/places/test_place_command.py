"""`mlops place` over a local cloud with a live version; docker, az, kubelogin and kubectl are stood in for."""

import json
from collections.abc import Iterator
from pathlib import Path

import mlflow
import pytest
import yaml
from click.testing import CliRunner

from cli.commands import place as command
from cli.main import mlops
from cli.places import export
from cli.places.placed import colour_of
from infra.spec import load
from localcloud.services.mlflow.server import MlflowServer
from tests.cli.conftest import serving
from tests.cli.places.stand_ins import DIGEST, StandIns, stand_ins
from tests.infra.conftest import credit_alone
from tests.infra.serving_places import switch_on
from tests.localcloud.services.serving.world import log_version, mlflow_as
from tests.needs import starts

MODEL = "prod.credit_ops.default_risk"
_CLUSTER = [["az", "aks", "get-credentials"], ["kubelogin", "convert-kubeconfig"], ["kubectl", "apply"]]
_KNOWN, _BUILT = ["az", "acr", "repository", "show"], [["az", "acr", "login"], ["docker", "buildx", "build"]]
_POD = ["kubectl", "rollout", "status", "deployment/credit-green"]


@pytest.fixture(scope="module")
@starts("mlflow")
def live(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    """The version that is live in prod; it looks nothing up. Prod's file, for the command, serves at both places."""
    folder = tmp_path_factory.mktemp("place")
    workspaces = credit_alone(folder / "workspaces")
    switch_on(workspaces)
    spec = load(workspaces)
    environments = {each.name: each for each in spec.environments}
    server = MlflowServer(folder)
    server.start()
    with pytest.MonkeyPatch.context() as patch, serving(folder, patch) as core:
        core.cloud.mlflow_url = server.url
        patch.setattr(command, "declared", lambda name: (spec, environments[name]))
        core.admin().catalogs.create("prod")
        core.admin().schemas.create("credit_ops", "prod")
        with mlflow_as(core.url("prod"), core.admin_token):
            core.admin().workspace.mkdirs("/mlops/prod")
            mlflow.set_experiment("/mlops/prod/credit-training")
            version = log_version(1, model=MODEL)
        core.admin().registered_models.set_alias(MODEL, "champion", version)
        yield version
    server.stop()


@pytest.fixture
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> StandIns:
    """One whose programs are stand-ins, and whose registry is empty."""
    made = stand_ins(tmp_path / "bin")
    monkeypatch.setenv("PATH", str(made.folder), prepend=":")
    return made


def _place(where: str) -> tuple[int, str, str]:
    return _run("credit", "--to", where, "--colour", "green")


def _run(*arguments: str) -> tuple[int, str, str]:
    done = CliRunner().invoke(mlops, ["place", *arguments])
    return done.exit_code, done.stdout, done.stderr


def test_a_version_is_built_once_and_its_pods_come_before_the_service(live: int, machine: StandIns) -> None:
    """By the digest that the push said; moved again, as after a roll-back, nothing is built."""
    said = f"version {live} of {MODEL} answers at aks, as green\n"
    assert _place("aks")[:2] == (0, said)
    assert machine.taken() == [_KNOWN, *_BUILT, *_CLUSTER, _POD, ["kubectl", "apply"]]
    sent = list(yaml.safe_load_all((machine.folder / "server.yaml").read_text(encoding="utf-8")))
    [deployment] = [each for each in sent if each["kind"] == "Deployment"]
    [container] = deployment["spec"]["template"]["spec"]["containers"]
    assert container["image"] == f"mlopsprodimages.azurecr.io/credit@{DIGEST}"
    service = yaml.safe_load((machine.folder / "switch.yaml").read_text(encoding="utf-8"))
    assert service["spec"]["selector"]["mlops/colour"] == "green"
    assert _place("aks")[:2] == (0, said)
    assert machine.taken() == [_KNOWN, *_CLUSTER, _POD, ["kubectl", "apply"]]


def test_azure_ml_is_told_in_order_and_waited_for(live: int, machine: StandIns) -> None:
    """Environment, deployment, traffic."""
    assert _place("azure-ml")[0] == 0
    assert machine.taken() == [_KNOWN, *_BUILT, *[["az", "rest"], ["az", "resource", "wait"]] * 3]
    traffic = json.loads((machine.folder / "traffic.json").read_text(encoding="utf-8"))
    assert traffic["properties"]["traffic"] == {"green": 100}
    deployment = json.loads((machine.folder / "deployment.json").read_text(encoding="utf-8"))
    assert deployment["tags"]["version"] == str(live)


def test_a_step_that_fails_leaves_the_traffic_where_it_was(live: int, machine: StandIns) -> None:
    """And says which, with the program's own words."""
    assert live
    machine.fail("kubelogin")
    code, _, problem = _place("aks")
    assert code == 1
    assert "kubelogin convert-kubeconfig" in problem
    assert "no way in" in problem
    assert machine.taken()[-1] == ["kubelogin", "convert-kubeconfig"]
    assert not (machine.folder / "switch.yaml").exists()


def test_every_model_goes_to_every_place_and_what_is_left_behind_is_named(
    live: int, machine: StandIns, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As a pipeline asks for it: where one place cannot be reached, the other one is moved all the same."""
    # There is no warehouse here to ask for the recorded moves: there are none.
    monkeypatch.setattr(export, "live_colour", lambda *_: colour_of([]))
    machine.fail("kubectl")
    code, said, problem = _run("--env", "prod")
    assert (code, said) == (1, f"version {live} of {MODEL} answers at azure-ml, as blue\n")
    assert f"error: {MODEL} was left behind at aks: kubectl --kubeconfig" in problem
    assert problem.endswith("no way in\nwhat answered there still does; run this again after the fix\n")
    machine.fail()
    assert _run()[:2] == (
        0,
        "".join(f"version {live} of {MODEL} answers at {to}, as blue\n" for to in ("aks", "azure-ml")),
    )


def test_an_environment_that_serves_on_databricks_alone_has_nothing_to_place(monkeypatch: pytest.MonkeyPatch) -> None:
    """So a pipeline may always ask; nothing is signed in to, and no program need be there."""
    monkeypatch.setenv("PATH", "")
    assert _run("--env", "staging")[:2] == (0, "nothing to place: staging does not serve at aks or azure-ml\n")
    code, _, problem = _run("credit", "--env", "staging")
    assert (code, problem.startswith("error: staging does not serve credit at aks: its file names only")) == (2, True)


def test_a_colour_is_of_one_model_at_one_place() -> None:
    """Each has its own."""
    code, _, problem = _run("--colour", "green")
    assert (code, problem) == (2, "error: --colour is of one model at one place: name MODEL and --to too\n")
