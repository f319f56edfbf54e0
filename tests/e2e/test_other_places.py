"""`mlops export` of what the demo has live: its image's command answers as Databricks' endpoint does."""

import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
import yaml

from cli.demo.checkout import copied
from tests.cli.places.exported import CLIENT, IMAGE
from tests.e2e.conftest import Mlops
from tests.infra.serving_places import switch_on
from tests.ml.server.containers import container

pytestmark = pytest.mark.timeout(2400)

MODEL, ENDPOINT = "prod.credit_ops.default_risk", "credit-default-risk"
_CLIENTS = (1, 2, 77)
# An export to a folder, of the place that it is for.
Export = Callable[..., Path]


@pytest.fixture(scope="module")
def export(mlops: Mlops, demo: object, tmp_path_factory: pytest.TempPathFactory) -> Export:
    """`mlops export credit` of a checkout whose prod serves at both places, from the demo's local cloud."""
    assert demo
    folder = tmp_path_factory.mktemp("exports")
    checkout = copied(folder / "checkout")
    switch_on(checkout / "workspaces")

    def exported(place: str, *options: str) -> Path:
        out = folder / place
        command = [sys.executable, "-P", "-m", "cli", "export", "credit", "--to", place, "--out", str(out), *options]
        environment = {**mlops.env, "PYTHONPATH": str(checkout)}
        done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr[-4000:]
        return out

    return exported


@pytest.fixture(scope="module")
def image(export: Export) -> Path:
    """The folder with the image and the file of features."""
    return export("image")


@pytest.fixture(scope="module")
def served(image: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    """The image's command as a process, with the exported features."""
    with container(image / "image", image / "online.db", tmp_path_factory.mktemp("work")) as client:
        yield client


@pytest.fixture(scope="module")
def databricks(mlops: Mlops, demo: object) -> Iterator[httpx.Client]:
    """The workspace's endpoint, asked with a token."""
    assert demo
    config = mlops.client().config
    bearer = {"Authorization": f"Bearer {config.token}"}
    with httpx.Client(base_url=f"{config.host}/serving-endpoints/{ENDPOINT}", headers=bearer, timeout=60) as client:
        yield client


def _example(image: Path) -> dict[str, Any]:
    """The input example of the version, and the key that both places want beside it."""
    [file] = (image / "image" / "model").rglob("serving_input_example.json")
    [row] = [dict(each) for each in _records(json.loads(file.read_text(encoding="utf-8")))[:1]]
    return {"dataframe_records": [{"client_id": _CLIENTS[0], **row}]}


def _records(example: dict[str, Any]) -> list[dict[str, Any]]:
    split = example["dataframe_split"]
    return [dict(zip(split["columns"], values, strict=True)) for values in split["data"]]


def test_the_exported_image_answers_byte_for_byte_as_databricks_endpoint(
    image: Path, served: httpx.Client, databricks: httpx.Client
) -> None:
    """The same version, status and bytes: for the input example, by key, with a feature given, and for unknown keys."""
    by_key = [{"client_id": client} for client in _CLIENTS]
    asked = {
        "the input example": _example(image),
        "by key": {"dataframe_records": by_key},
        "with a feature": {"dataframe_records": [{**by_key[0], "limit_bal": 10_000.0}]},
        "an unknown key": {"dataframe_records": [{"client_id": -1}]},
    }
    answers = {}
    for what, body in asked.items():
        ours, theirs = (client.post("/invocations", json=body) for client in (served, databricks))
        assert (ours.status_code, ours.content) == (theirs.status_code, theirs.content), what
        assert ours.headers.get("served-entity-version") == theirs.headers.get("served-entity-version"), what
        answers[what] = theirs
    assert [answers[what].status_code for what in asked][:3] == [200, 200, 200]
    assert len({row["probability"] for row in answers["by key"].json()["predictions"]}) == len(_CLIENTS)
    assert answers["with a feature"].content != answers["by key"].content


def test_manifests_and_bodies_name_the_live_version_and_its_colour(export: Export, mlops: Mlops) -> None:
    """The colour by the recorded moves, as the service selects it; the manifests pass the scan."""
    [live] = mlops.sql(
        f"select count_if(from_version is distinct from to_version) as moves from prod.credit_ops.promotions "
        f"where alias = 'champion' and model = '{MODEL}'"
    )
    version = str(mlops.client().model_versions.get_by_alias(MODEL, "champion").version)
    colour = "green" if int(live["moves"]) % 2 == 0 else "blue"
    manifests = export("aks", "--image", IMAGE, "--client-id", CLIENT)
    service = yaml.safe_load((manifests / "switch.yaml").read_text(encoding="utf-8"))
    assert service["spec"]["selector"] == {"app": "credit", "mlops/colour": colour}
    assert service["metadata"]["labels"]["mlops/version"] == version
    mlops("scan", "--manifests", str(manifests))
    bodies = export("azure-ml", "--image", IMAGE)
    read = {file.stem: json.loads(file.read_text(encoding="utf-8")) for file in bodies.iterdir()}
    assert read["environment"]["properties"]["image"] == IMAGE
    assert read["deployment"]["tags"]["version"] == version
    assert read["traffic"]["properties"]["traffic"] == {colour: 100}
