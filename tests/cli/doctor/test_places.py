"""The doctor asks Azure ML which version answers there, and says how a private cluster is asked."""

import dataclasses
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from cli.doctor.azure import azure_cli
from cli.doctor.check import Result
from cli.doctor.deployed_environment import DeployedEnvironment
from infra.main import WORKSPACES
from infra.spec import load
from tests.cli.doctor.conftest import Examined
from tests.infra.conftest import credit_alone
from tests.infra.serving_places import switch_on
from tests.localcloud.core import start, stop

AZURE_ML, CLUSTER = "azure ml serves the champion", "the cluster serves the champion"


@pytest.fixture
def deployed(tmp_path: Path) -> Iterator[DeployedEnvironment]:
    """prod with credit's registered model, of which no version is live, and nothing else."""
    core = start(tmp_path / "home")
    admin = core.admin()
    admin.catalogs.create("prod")
    admin.schemas.create("credit_ops", "prod")
    admin.registered_models.create(catalog_name="prod", schema_name="credit_ops", name="default_risk")
    spec = load(WORKSPACES)
    [prod] = [each for each in spec.environments if each.name == "prod"]
    yield DeployedEnvironment(spec=spec, environment=prod, workspace=admin)
    stop(core)


def _az(folder: Path, answers: dict[str, Any]) -> str:
    """A PATH whose `az rest` answers by the end of the URL that it is asked for."""
    folder.mkdir()
    (folder / "answers.json").write_text(json.dumps(answers), encoding="utf-8")
    program = folder / "az"
    program.write_text(
        "#!/usr/bin/env python3\nimport json, pathlib, sys\n"
        "answers = json.loads(pathlib.Path(__file__).with_name('answers.json').read_text())\n"
        "url = next((word.partition('?')[0] for word in sys.argv if word.startswith('https')), '')\n"
        "print(json.dumps(answers.get(url.rpartition('/')[2], {})))\n",
        encoding="utf-8",
    )
    program.chmod(0o755)
    return f"{folder}:/usr/bin:/bin"


def _placed(deployed: DeployedEnvironment, folder: Path, answers: dict[str, Any]) -> DeployedEnvironment:
    workspaces = credit_alone(folder / "workspaces")
    switch_on(workspaces)
    spec = load(workspaces)
    [prod] = [each for each in spec.environments if each.name == "prod"]
    return dataclasses.replace(deployed, spec=spec, environment=prod, azure=azure_cli(_az(folder / "bin", answers)))


def test_a_place_that_was_left_behind_is_found(
    deployed: DeployedEnvironment, examined: Examined, tmp_path: Path
) -> None:
    """By the tag of the deployment that the traffic goes to; no version of credit is live here."""
    answers = {
        "mlops-prod-credit": {"properties": {"traffic": {"blue": 0, "green": 100}}},
        "green": {"tags": {"version": "2"}},
    }
    [line] = examined(AZURE_ML, who=_placed(deployed, tmp_path, answers))[AZURE_ML]
    assert (line.result, line.what) == (Result.WRONG, "serves version 2, @champion is none")
    assert line.fix == "mlops place credit --to azure-ml"


def test_an_endpoint_without_traffic_serves_none(
    deployed: DeployedEnvironment, examined: Examined, tmp_path: Path
) -> None:
    """As the stack makes it, before the first release: the same as none live."""
    answers = {"mlops-prod-credit": {"properties": {}}}
    [line] = examined(AZURE_ML, who=_placed(deployed, tmp_path, answers))[AZURE_ML]
    assert line.result is Result.OK


def test_how_the_private_cluster_is_asked_is_said(
    deployed: DeployedEnvironment, examined: Examined, tmp_path: Path
) -> None:
    """It is unknown and no pass."""
    [line] = examined(CLUSTER, who=_placed(deployed, tmp_path, {}))[CLUSTER]
    assert line.result is Result.UNKNOWN
    assert "kubectl -n credit get service credit" in line.what


def test_by_default_neither_is_asked(deployed: DeployedEnvironment, examined: Examined) -> None:
    """The shipped environments serve on Databricks alone."""
    found = examined(AZURE_ML, CLUSTER, who=deployed)
    assert {line.result for lines in found.values() for line in lines} == {Result.NOT_ASKED}
