"""The commands by which a release is moved, and what runs them."""

from pathlib import Path

import pytest

from cli.errors import CommandError
from cli.places import programs, steps
from cli.places.azure_ml import calls
from cli.places.placed import Colour
from tests.cli.places.exported import Place
from tests.cli.places.stand_ins import StandIns, stand_ins


@pytest.fixture
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> StandIns:
    """One whose programs are stand-ins."""
    made = stand_ins(tmp_path / "bin")
    monkeypatch.setenv("PATH", str(made.folder), prepend=":")
    return made


def test_the_declared_cluster_is_asked_and_the_service_moves_last(place: Place) -> None:
    """By a configuration of this run's own; pods that run already fetch newer features first."""
    config, group = ("--kubeconfig", "k"), ("--resource-group", "mlops-prod")
    subscription = ("--subscription", "00000000-0000-0000-0000-000000000001")
    into = (*group, *subscription, "--file", "k", "--overwrite-existing")
    asked = steps.aks(place(colour=Colour.BLUE), Path("server.yaml"), Path("switch.yaml"), Path("k"), restart=True)
    assert asked == [
        ("az", "aks", "get-credentials", "--name", "mlops-prod-serving", *into),
        ("kubelogin", "convert-kubeconfig", "--login", "azurecli", *config),
        ("kubectl", *config, "apply", "--filename", "server.yaml"),
        ("kubectl", *config, "--namespace", "credit", "rollout", "restart", "deployment/credit-blue"),
        ("kubectl", *config, "--namespace", "credit", "rollout", "status", "deployment/credit-blue", "--timeout=15m"),
        ("kubectl", *config, "apply", "--filename", "switch.yaml"),
    ]


def test_azure_is_waited_for_between_its_calls(place: Place) -> None:
    """Each body, then until Azure says that it has ended what that began."""
    placed = place()
    assert placed.environment.azure_ml
    found = calls(placed, placed.environment.azure_ml)
    asked = steps.azure_ml(found, Path("/w"))
    assert [command[:3] for command in asked] == [("az", "rest", "--method"), ("az", "resource", "wait")] * 3
    assert [command[-1] for command in asked[::2]] == [
        f"@/w/{name}.json" for name in ("environment", "deployment", "traffic")
    ]
    assert [command[4] for command in asked[1::2]] == [call.path for call in found]


def test_an_image_is_built_for_the_machines_that_run_it_and_named_by_its_digest() -> None:
    """Without an attestation beside it, so that the digest is the image's own."""
    login, build = steps.image("reg", "credit:3", Path("/w/image"), "Containerfile", Path("/w/pushed.json"))
    assert login == ("az", "acr", "login", "--name", "reg")
    assert build[:6] == ("docker", "buildx", "build", "--platform", "linux/amd64", "--provenance=false")
    assert build[-5:] == ("reg.azurecr.io/credit:3", "--push", "--metadata-file", "/w/pushed.json", "/w/image")


def test_features_go_to_the_models_own_container_and_its_identity_is_asked_for(place: Place) -> None:
    """By the user's own sign-in: there is no key."""
    placed = place()
    assert steps.features(placed, Path("/w/online.db"))[4:] == (
        *("--auth-mode", "login", "--only-show-errors", "--overwrite", "--account-name", "mlopsprodlake"),
        *("--container-name", "served-credit", "--name", "online.db", "--file", "/w/online.db"),
    )
    asked = steps.client_id(placed.spec, placed.environment, "credit")
    assert asked[:5] == ("az", "identity", "show", "--name", "mlops-prod-serves-credit")
    assert asked[-4:] == ("--query", "clientId", "--output", "tsv")


def test_a_program_that_is_not_here_is_named_before_anything_is_begun(machine: StandIns) -> None:
    """And one that fails ends the move, with what it said."""
    programs.require(["az", "kubectl"])
    with pytest.raises(CommandError, match="podwoman must be on PATH"):
        programs.require(["az", "podwoman"])
    machine.fail("az")
    with pytest.raises(CommandError, match="az account show ended with 1:\nno way in"):
        programs.run(("az", "account", "show"))
    assert programs.tried(("az", "account", "show")) is None
