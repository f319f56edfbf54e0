"""All versions of a model, by the real MLflow client against Unity Catalog's registry in the local cloud."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from mlflow import MlflowClient

from ml.versions.listing import newest, versions
from tests.localcloud.core import Core, leave, start

MODEL = "prod.credit_ops.default_risk"
_MLMODEL = b'signature: {inputs: \'[{"type": "double"}]\', outputs: \'[{"type": "double"}]\'}'


@pytest.fixture
def core(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Core]:
    """A cloud with a model without versions, and this process's MLflow pointed at it."""
    served = start(tmp_path)
    admin = served.admin()
    admin.catalogs.create("prod")
    admin.schemas.create("credit_ops", "prod")
    admin.registered_models.create(catalog_name="prod", schema_name="credit_ops", name="default_risk")
    monkeypatch.setenv("DATABRICKS_HOST", served.url("prod"))
    monkeypatch.setenv("DATABRICKS_TOKEN", served.admin_token)
    yield served
    leave(served)


@pytest.fixture
def client(core: Core) -> MlflowClient:
    """MLflow's client as a task has it."""
    return MlflowClient(tracking_uri=core.url("prod"), registry_uri="databricks-uc")


def begin(core: Core, *, finished: bool) -> int:
    """Begin a version, and finish it or leave it as a killed upload does. Its number."""
    url = f"{core.url('prod')}/api/2.0/mlflow/unity-catalog/model-versions"
    made = core.call("POST", f"{url}/create", json={"name": MODEL, "source": "dbfs:/made/elsewhere"})
    number = made.json()["model_version"]["version"]
    if finished:
        file = f"{core.url('prod')}/api/2.0/fs/files/Models/{MODEL.replace('.', '/')}/{number}/MLmodel"
        assert core.call("PUT", file, content=_MLMODEL).status_code == 204
        assert core.call("POST", f"{url}/finalize", json={"name": MODEL, "version": number}).status_code == 200
    return int(number)


def test_every_page_is_read(core: Core, client: MlflowClient) -> None:
    """Unity Catalog answers a hundred at a time, however many are asked for: none is lost, none comes twice."""
    made = [begin(core, finished=False) for _ in range(103)]
    assert sorted(int(version.version) for version in versions(client, MODEL)) == made


def test_the_newest_is_one_that_was_finished(core: Core, client: MlflowClient) -> None:
    """A version whose upload was cut short counts for nothing."""
    assert newest(client, MODEL) == 0
    finished = [begin(core, finished=True), begin(core, finished=True)]
    cut = begin(core, finished=False)
    assert {int(version.version): version.status for version in versions(client, MODEL)} == {
        finished[0]: "READY",
        finished[1]: "READY",
        cut: "PENDING_REGISTRATION",
    }
    assert newest(client, MODEL) == finished[1]
