"""What the pages show of a real MLflow server: experiments, and the tables that runs read."""

import json
from collections.abc import Iterator

import pytest

from localcloud.kernel import loopback
from localcloud.services.mlflow.server import MlflowServer
from tests.localcloud.core import Core
from tests.localcloud.services.console.site import MODEL, TABLE, Site, add_model, main_words
from tests.needs import starts

EXPERIMENT = "/Shared/credit <b>"


@pytest.fixture(scope="module")
@starts("mlflow")
def mlflow_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """One MLflow server."""
    running = MlflowServer(tmp_path_factory.mktemp("mlflow"))
    yield running.start()
    running.stop()


def _call(core: Core, path: str, body: dict[str, object]) -> dict[str, dict[str, dict[str, str]]]:
    answer = core.call("POST", f"{core.url('prod')}/api/2.0/mlflow/{path}", json=body)
    assert answer.status_code == 200, answer.text
    content: dict[str, dict[str, dict[str, str]]] = answer.json()
    return content


def _run(core: Core, experiment: object, name: str, table: str) -> str:
    """A run that read version 3 of a table."""
    made = _call(core, "runs/create", {"experiment_id": experiment, "run_name": name, "start_time": 1})
    run_id = made["run"]["info"]["run_id"]
    source = {"delta_table_name": table, "delta_table_version": 3, "path": None}
    dataset = {"name": table, "digest": "3", "source_type": "delta_table", "source": json.dumps(source)}
    _call(core, "runs/log-inputs", {"run_id": run_id, "datasets": [{"dataset": dataset}]})
    return run_id


def test_experiments_runs_and_tables_are_tied(site: Site, mlflow_url: str) -> None:
    """An experiment leads to MLflow's page; a table names the runs that read it, a version the tables of its run."""
    core = site.core
    core.cloud.mlflow_url = mlflow_url
    experiment = _call(core, "experiments/create", {"name": EXPERIMENT})["experiment_id"]
    run_id = _run(core, experiment, "train", TABLE)
    _run(core, experiment, "elsewhere", "prod.credit_gold.other")
    add_model(core, run_id=run_id)
    experiments = site.enter().page("/experiments")
    assert f"{EXPERIMENT} prod admin@localcloud" in main_words(experiments)
    assert ("<b>" in experiments, f'href="{mlflow_url}/#/experiments/{experiment}"' in experiments) == (False, True)
    page = f"{mlflow_url}/#/experiments/{experiment}/runs/{run_id}"
    table = site.page(f"/data/table/{TABLE}")
    assert "read by run train version 3" in main_words(table)
    assert (f'href="{page}"' in table, "elsewhere" in table) == (True, False)
    version = site.page(f"/models/{MODEL}/1")
    assert f"trained on {TABLE} version 3" in main_words(version)
    assert f'href="{page}"' in version
    assert loopback.request("GET", page.partition("#")[0]).status_code == 200


def test_a_run_that_went_takes_no_page_with_it(site: Site, mlflow_url: str) -> None:
    """The version's page says that its run is not known; nor does a server that died take the pages with it."""
    add_model(site.core, run_id="0" * 32)
    site.core.cloud.mlflow_url = mlflow_url
    version = main_words(site.enter().page(f"/models/{MODEL}/1"))
    assert "What its run read is not known now." in version
    site.core.cloud.mlflow_url = "http://127.0.0.1:9"
    assert "MLflow does not answer" in main_words(site.page(f"/data/table/{TABLE}"))
    assert "MLflow does not answer" in main_words(site.page("/experiments"))
