"""The manifests of a served model: whole, of one colour, and switched by the service alone."""

import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from cli.places.export import SERVER, SWITCH
from cli.places.placed import Colour, colour_of
from ml.declarations.errors import DeclarationError
from policies.manifests.judge import judge
from policies.manifests.manifest import read
from tests.cli.places.exported import CLIENT, IMAGE, Place

ROOT = Path(__file__).resolve().parents[3]
VALIDATE = ROOT / ".tools" / "kubernetes" / "bin" / "kubernetes-validate"


def _by_kind(file: Path) -> dict[str, dict[str, Any]]:
    return {f"{each['kind']} {each['metadata']['name']}": each for each in yaml.safe_load_all(file.read_text())}


def test_the_server_is_one_colour_and_what_both_share(manifests: Path) -> None:
    """Nothing in it changes who answers, so it is applied while the other colour does."""
    found = _by_kind(manifests / "looks-up" / SERVER)
    assert list(found) == [
        "Namespace credit",
        "ServiceAccount credit",
        "NetworkPolicy nobody",
        "NetworkPolicy credit",
        "Deployment credit-green",
        "PodDisruptionBudget credit-green",
        "HorizontalPodAutoscaler credit-green",
    ]
    assert found["ServiceAccount credit"]["metadata"]["annotations"] == {"azure.workload.identity/client-id": CLIENT}
    pod = found["Deployment credit-green"]["spec"]["template"]
    assert pod["metadata"]["labels"]["mlops/version"] == "3"
    assert {each["image"] for each in (*pod["spec"]["initContainers"], *pod["spec"]["containers"])} == {IMAGE}
    [fetch] = pod["spec"]["initContainers"]
    assert "https://mlopsprodlake.blob.core.windows.net/served-credit/online.db" in fetch["command"]
    assert pod["spec"]["nodeSelector"] == {"mlops/pool": "servers"}


def test_the_service_chooses_the_colour(manifests: Path) -> None:
    """One object, whose selector takes the pods of the server beside it; it has no address outside the cluster."""
    [(name, service)] = _by_kind(manifests / "looks-up" / SWITCH).items()
    labels = _by_kind(manifests / "looks-up" / SERVER)["Deployment credit-green"]["spec"]["template"]["metadata"][
        "labels"
    ]
    assert name == "Service credit"
    assert service["spec"]["selector"] == {"app": "credit", "mlops/colour": "green"}
    assert service["spec"]["selector"].items() <= labels.items()
    assert service["spec"]["type"] == "ClusterIP"


def test_named_namespaces_ask_and_a_version_that_looks_nothing_up_asks_nobody(manifests: Path) -> None:
    """What a pod asks for is names and its own features."""
    looks_up, plain = (_by_kind(manifests / which / SERVER)["NetworkPolicy credit"] for which in ("looks-up", "plain"))
    for policy in (looks_up, plain):
        [rule] = policy["spec"]["ingress"]
        assert rule["from"] == [{"namespaceSelector": {"matchLabels": {"mlops/calls": "credit"}}}]
    assert plain["spec"]["egress"] == []
    assert [[port["port"] for port in rule["ports"]] for rule in looks_up["spec"]["egress"]] == [[53, 53], [443]]


def test_they_pass_the_policies(manifests: Path) -> None:
    """Every rule of `policies/manifests`, of both kinds of version."""
    for which in ("looks-up", "plain"):
        assert judge(read([manifests / which])) == []


@pytest.mark.skipif(not VALIDATE.exists(), reason="needs kubernetes-validate: run `make manifests`")
@pytest.mark.parametrize("which", ["looks-up", "plain"])
def test_they_are_manifests_of_the_declared_version(manifests: Path, which: str, place: Place) -> None:
    """In strict mode: no field that Kubernetes does not know."""
    declared = place().environment.aks_serving
    assert declared
    files = [manifests / which / name for name in (SERVER, SWITCH)]
    command = [VALIDATE, "-k", declared.kubernetes_version, "--strict", *files]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def _moves(*versions: int) -> list[dict[str, Any]]:
    before = [None, *versions]
    return [
        {"alias": "champion", "from_version": start, "to_version": end}
        for start, end in zip(before, versions, strict=False)
    ]


@pytest.mark.parametrize(
    ("versions", "colour"),
    [
        ((), Colour.BLUE),
        ((1,), Colour.BLUE),
        ((1, 3), Colour.GREEN),
        # Back to 1, which is still there in blue; 3 is still there in green.
        ((1, 3, 1), Colour.BLUE),
        ((1, 3, 1, 3), Colour.GREEN),
        # 4 takes the place of 3, which does not answer.
        ((1, 3, 1, 4), Colour.GREEN),
    ],
)
def test_each_move_of_the_champion_changes_the_colour(versions: tuple[int, ...], colour: Colour) -> None:
    """So a new version never replaces the one that answers, and a roll-back finds the one before."""
    previous = {"alias": "previous", "from_version": None, "to_version": 1}
    unmoved = {"alias": "champion", "from_version": versions[-1], "to_version": versions[-1]} if versions else previous
    assert colour_of([*_moves(*versions), previous, unmoved]) is colour


@pytest.mark.parametrize("image", ["mlopsprodimages.azurecr.io/credit:latest", "credit@sha256:12", ""])
def test_an_image_is_named_by_its_digest(place: Place, image: str) -> None:
    """A tag may be another image tomorrow."""
    with pytest.raises(DeclarationError, match="allowed is REGISTRY/NAME@sha256:DIGEST"):
        place(image=image)
