"""Stacks with `masked_reads: unmasked_table`: what scoring then reads on dedicated compute, and what it is refused."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from databricks.sdk.errors import PermissionDenied

from infra.main import WORKSPACES, synth
from localcloud import loader
from localcloud.endpoint import Endpoint
from ml.declarations import Table, UseCase, hidden_columns, unmasked
from ml.ingest.masks import make_functions
from ml.parameters import Common
from ml.records.received import bronze, outcome_quarantine, quarantine, silver
from ml.usecases import USE_CASES
from ml.usecases.credit.declaration import USE_CASE as CREDIT
from tests.localcloud.core import Core, leave, start

FEATURES = CREDIT.models[0].feature_table.table
UNMASKED = unmasked(FEATURES)


def _first_task(core: Core, case: UseCase) -> None:
    """As the first task of ingest does, without Spark: rights are decided by what Unity Catalog knows."""
    make_functions(
        core.sdk(f"prod-{case.name}-ingest"),
        Common(use_case=case, catalog="prod", run_id="1", named=case.models[0].name),
    )
    named = {(hidden.layer, hidden.table) for hidden in hidden_columns(case)}
    feeds = [table for feed in case.feeds for table in (bronze(feed), silver(feed), quarantine(feed))]
    features = [each.table for each in case.model_tables]
    for table in (*feeds, *features, *(outcome_quarantine(model.outcome) for model in case.labelled)):
        if (table.layer, table.name) in named:
            _register(core, case, table)
    for table in features:
        _register(core, case, unmasked(table))


def _register(core: Core, case: UseCase, table: Table) -> None:
    body = {
        "catalog_name": "prod",
        "schema_name": table.schema_name(case.name),
        "name": table.name,
        "table_type": "MANAGED",
        "data_source_format": "DELTA",
        "columns": [{"name": column.name, "type_text": column.type} for column in table.columns],
    }
    core.sdk(f"prod-{case.name}-ingest").api_client.do("POST", "/api/2.1/unity-catalog/tables", body=body)


@pytest.fixture(scope="module")
def chosen(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Core]:
    """The account and prod with that choice, after the first task of ingest, with their masks."""
    folder = tmp_path_factory.mktemp("unmasked")
    platform = Path(shutil.copytree(WORKSPACES, folder / "workspaces")) / "platform.yaml"
    text = platform.read_text(encoding="utf-8")
    platform.write_text(text.replace("network: private\n", "network: private\nmasked_reads: unmasked_table\n"))
    synth(folder / "out", folder / "workspaces")
    core = start(folder / "home")
    endpoint = Endpoint(
        account_url=core.account_url, admin_token=core.admin_token, spark_remote="", mlflow_url="", pid=0
    )
    loader.load(endpoint, folder / "out", ("account", "prod-rights", "prod-workspace"))
    # One stack has the masks of all.
    for case in USE_CASES.values():
        _first_task(core, case)
    loader.load(endpoint, folder / "out", ("prod-masks",))
    yield core
    leave(core)


def _credential(core: Core, principal: str, table: Table, workspace: str = "prod") -> dict[str, object]:
    """What the table door asks for as a task of the principal."""
    sdk = core.sdk(principal, workspace)
    table_id = core.admin().tables.get(table.full_name("prod", "credit")).table_id
    body = {"table_id": table_id, "operation": "READ"}
    answer: dict[str, object] = sdk.api_client.do(  # type: ignore[assignment]
        "POST", "/api/2.1/unity-catalog/temporary-table-credentials", body=body
    )
    return answer


@pytest.mark.parametrize(("principal", "workspace"), [("prod-credit-scoring", "prod"), ("dev-credit-scoring", "dev")])
def test_scoring_reads_the_table_without_sensitive_columns(chosen: Core, principal: str, workspace: str) -> None:
    """As it lies: nothing of it is hidden, so no endpoint of the root storage is needed, and there is none."""
    answer = _credential(chosen, principal, UNMASKED, workspace)
    assert str(answer["url"]).endswith(f"prod/credit_gold/{FEATURES.name}_unmasked")
    assert "query" not in answer
    with pytest.raises(PermissionDenied, match=f"does not have SELECT on Table 'prod.credit_gold.{FEATURES.name}'"):
        _credential(chosen, principal, FEATURES, workspace)


def test_given_the_masked_table_it_is_refused_for_want_of_filtering(chosen: Core) -> None:
    """The account's stack asks for no endpoint of the root storage, so serverless compute cannot hand rows over."""
    assert chosen.cloud.store.require("workspace", "prod")["private_root_storage"] == "mlopsprodroot"
    name = FEATURES.full_name("prod", "credit")
    chosen.grant("table", name, "prod-credit-unmasked-readers", "SELECT")
    try:
        with pytest.raises(PermissionDenied, match="reaches no blob and no dfs endpoint"):
            _credential(chosen, "prod-credit-scoring", FEATURES)
    finally:
        body = {"changes": [{"principal": "prod-credit-unmasked-readers", "remove": ["SELECT"]}]}
        url = f"{chosen.url('prod')}/api/2.1/unity-catalog/permissions/table/{name}"
        assert chosen.call("PATCH", url, json=body).status_code == 200


def test_training_still_reads_all_of_it(chosen: Core) -> None:
    """Fairness is measured by the sensitive columns, so training is excepted from the masks and reads versions."""
    assert "query" not in _credential(chosen, "prod-credit-training", FEATURES)
