"""The shipped stack of masks on the work of the ingest job's first task: what each principal then sees."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from databricks.sdk import WorkspaceClient
from databricks.sdk.errors import PermissionDenied
from databricks.sdk.service.sql import StatementState

from localcloud import loader
from localcloud.endpoint import Endpoint
from localcloud.kernel import directory
from ml.declarations import hidden_columns
from ml.ingest.masks import function, make_functions, make_tables
from ml.parameters import Common
from ml.records.received import bronze
from ml.usecases import USE_CASES
from ml.usecases.credit.declaration import USE_CASE as CREDIT
from tests.localcloud.core import Core, leave, start

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession

    from ml.tables import Tables

TASK = Common(use_case=CREDIT, catalog="prod", run_id="1")
BRONZE = "prod.credit_bronze.applications"
FUNCTIONS = [f"prod.credit_ops.{name}" for name in ("hide_int", "record_in_place", "hide_string")]


@dataclass(frozen=True)
class Masked:
    """Prod with its masks, and two records in bronze: one in its place, and one whose fields have shifted."""

    core: Core
    spark: "SparkSession"
    out_dir: Path

    def sdk(self, principal: str, workspace: str = "prod") -> WorkspaceClient:
        """The SDK as a principal by display name, or as a member of only that group."""
        return self.core.sdk(principal, workspace)

    def door(self, principal: str, workspace: str = "prod") -> "Tables":
        """The tables as a task of that principal reads them."""
        from ml.tables import Tables  # noqa: PLC0415
        from ml.tables.unity_rest import UnityRestBackend  # noqa: PLC0415

        return Tables(self.spark, UnityRestBackend(self.sdk(principal, workspace).api_client))

    def load(self, *stacks: str) -> loader.LoadReport:
        """Load stacks as they are shipped."""
        url, token = self.core.account_url, self.core.admin_token
        endpoint = Endpoint(account_url=url, admin_token=token, spark_remote="", mlflow_url="", pid=0)
        return loader.load(endpoint, self.out_dir, stacks)

    def select(self, principal: str, text: str) -> list[list[str | None]] | str:
        """The rows of a statement as a principal; the message where it failed."""
        answer = self.sdk(principal).statement_execution.execute_statement(text, "local", wait_timeout="50s")
        assert answer.status is not None
        if answer.status.state is not StatementState.SUCCEEDED:
            return str(answer.status.error and answer.status.error.message)
        return list(answer.result.data_array or []) if answer.result else []


def records(spark: "SparkSession") -> "DataFrame":
    """Two bronze records of one file."""
    from ml.tables import frame_of  # noqa: PLC0415

    feed = CREDIT.feeds[0]
    empty: dict[str, object] = dict.fromkeys(column.name for column in bronze(feed).columns)
    common = empty | {"_source_file": "f", "_source_sha256": "0", "_loaded_at": datetime(2026, 1, 1, tzinfo=UTC)}
    rows = [
        {**common, "_row_number": 1, "client_id": "7", "sex": "2", "age": "41", "_fields": None},
        {**common, "_row_number": 2, "client_id": "41", "sex": "7", "_fields": '["41", "7"]'},
    ]
    return frame_of(spark, bronze(feed), rows)


@pytest.fixture(scope="module")
def masked(
    stacks_dir: Path, spark: "SparkSession", spark_remote: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Masked]:
    """The account and prod as shipped, the first task of ingest, the masks, and then the records."""
    core = start(tmp_path_factory.mktemp("masked"))
    core.cloud.spark_remote = spark_remote
    found = Masked(core, spark, stacks_dir)
    found.load("account", "prod-rights", "prod-workspace")
    assert sorted(make_functions(found.sdk("prod-credit-ingest"), TASK)) == sorted(FUNCTIONS)
    # Masks are one stack: every use case with sensitive columns has its functions and tables by then.
    for name, case in USE_CASES.items():
        if hidden_columns(case):
            task = Common(use_case=case, catalog="prod", run_id="1")
            make_functions(found.sdk(f"prod-{name}-ingest"), task)
            make_tables(found.door(f"prod-{name}-ingest"), task)
    assert found.load("prod-masks").created == len(list(_resources(stacks_dir)))
    found.door("prod-credit-ingest").append(bronze(CREDIT.feeds[0]), BRONZE, records(spark))
    yield found
    leave(core)


def _resources(stacks_dir: Path) -> Iterator[str]:
    from localcloud.loader.documents import read_stacks  # noqa: PLC0415

    [stack] = [stack for stack in read_stacks(stacks_dir) if stack.name == "prod-masks"]
    yield from (block.address for block in stack.blocks if not block.is_data)


SELECT = f"select client_id, sex, age from {BRONZE} order by _row_number"


def test_who_may_see_sensitive_values_sees_all(masked: Masked) -> None:
    """Ingest, which wrote them."""
    assert masked.select("prod-credit-ingest", SELECT) == [["7", "2", "41"], ["41", "7", None]]
    assert masked.door("prod-credit-ingest").read(BRONZE).count() == 2


def test_others_see_null_and_no_record_out_of_place(masked: Masked) -> None:
    """A reader of the schema who is not in the group: no value, no shifted record, no way round by a condition."""
    masked.core.grant("schema", "prod.credit_bronze", "model-risk", "USE_SCHEMA", "SELECT")
    assert masked.select("model-risk", SELECT) == [["7", None, None]]
    assert masked.select("model-risk", f"select count(*) from {BRONZE} where sex = '2' or _fields is not null") == [
        ["0"]
    ]
    joined = f"select b.sex from {BRONZE} a join {BRONZE} as b using (client_id)"
    assert masked.select("model-risk", joined) == [[None]]
    travel = masked.select("model-risk", f"select * from {BRONZE} version as of 0")
    assert "FGAC_TIME_TRAVEL_NOT_SUPPORTED.NOT_CATALOG_OWNED" in travel
    history = masked.select("model-risk", f"describe history {BRONZE}")
    assert "ROW_LEVEL_SECURITY_COLUMN_MASK_FEATURE_NOT_SUPPORTED.DESCRIBE_HISTORY" in history
    assert len(masked.select("prod-credit-ingest", f"describe history {BRONZE}")) >= 2


def test_the_table_door_hides_the_same(masked: Masked) -> None:
    """A task reads what a statement would show, and cannot ask for a path to write."""
    scoring = directory.resolve(masked.core.cloud.store, "prod-credit-scoring").principal
    masked.core.grant("schema", "prod.credit_bronze", scoring, "USE_SCHEMA", "SELECT")
    masked.core.grant("table", BRONZE, scoring, "MODIFY")
    door = masked.door("prod-credit-scoring")
    shown = door.read(BRONZE).select("client_id", "sex").collect()
    assert [(row["client_id"], row["sex"]) for row in shown] == [("7", None)]
    with pytest.raises(PermissionDenied, match="read it only"):
        door.append(bronze(CREDIT.feeds[0]), BRONZE, records(masked.spark))
    assert "read it only" in masked.select("prod-credit-scoring", f"delete from {BRONZE} where sex = '2'")


def test_dev_trains_on_what_it_may_see(masked: Masked) -> None:
    """Of dev's principals, training reads gold as it is, by version too; scoring gets nulls."""
    gold = "prod.credit_gold.client_features"
    assert "sex" in masked.door("dev-credit-training", "dev").read(gold, 0).columns
    scoring = masked.sdk("dev-credit-scoring", "dev")
    table = scoring.tables.get(gold)
    body = {"table_id": table.table_id, "operation": "READ"}
    answer = scoring.api_client.do("POST", "/api/2.1/unity-catalog/temporary-table-credentials", body=body)
    assert "CAST(CAST(NULL AS INT) AS int) AS `sex`" in answer["query"]


def test_a_missing_function_shows_nothing(masked: Masked) -> None:
    """Whoever the policy does not concern reads on; all others are refused until the task has run again."""
    masked.core.admin().functions.delete("prod.credit_ops.record_in_place")
    try:
        masked.core.grant("schema", "prod.credit_bronze", "analysts", "USE_SCHEMA", "SELECT")
        assert "does not exist" in masked.select("analysts", SELECT)
        assert len(masked.select("prod-credit-ingest", SELECT)) == 2
    finally:
        made = make_functions(masked.sdk("prod-credit-ingest"), TASK)
    assert made == ["prod.credit_ops.record_in_place"]


def test_nobody_else_makes_a_function_or_moves_a_tag(masked: Masked) -> None:
    """Neither scoring, which runs code of the same wheel, nor a person."""
    scoring = masked.sdk("prod-credit-scoring")
    with pytest.raises(PermissionDenied, match="CREATE FUNCTION"):
        scoring.functions.create(function(TASK, "double"))
    with pytest.raises(PermissionDenied, match="APPLY TAG"):
        scoring.entity_tag_assignments.delete("columns", f"{BRONZE}.sex", "mlops_prod_sensitive")
    with pytest.raises(PermissionDenied, match="not an owner"):
        scoring.policies.delete_policy("SCHEMA", "prod.credit_bronze", "hide_string")
