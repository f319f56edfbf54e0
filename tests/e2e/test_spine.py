"""From raw files to gated, scored predictions, through the synthesized jobs."""

import json
import shutil
from typing import Any

import pytest

from tests.e2e.conftest import Mlops

pytestmark = pytest.mark.timeout(2400)

Sections = dict[str, list[dict[str, Any]]]
TABLES = (
    *("credit_bronze.applications", "credit_bronze.labels", "credit_silver.applications", "credit_silver.labels"),
    *("credit_silver.applications_quarantine", "credit_silver.labels_quarantine"),
    *("credit_gold.client_features", "credit_gold.client_outcomes", "credit_gold.predictions"),
)


def versions(mlops: Mlops) -> dict[str, int]:
    """The newest Delta version of every business table in prod, by its log: a masked table's history is not told."""
    lake = mlops.home() / "warehouse" / "prod"
    logs = {table: lake.joinpath(*table.split("."), "_delta_log") for table in TABLES}
    return {table: max(int(commit.stem) for commit in log.glob("0*.json")) for table, log in logs.items()}


def champions(mlops: Mlops) -> list[int]:
    """What `@champion` was last set to, newest first."""
    rows = mlops.sql(
        "select to_version from prod.credit_ops.promotions where alias = 'champion' order by promoted_at desc"
    )
    return [int(row["to_version"]) for row in rows]


def test_the_deployed_jobs_ran_in_all_environments(demo: Sections) -> None:
    """Staging integrates, prod goes the whole way, dev trains; every task succeeds."""
    ran = {(task["env"], task["job"], task["task"]) for task in demo["Tasks"]}
    assert {task["state"] for task in demo["Tasks"]} == {"SUCCESS", "EXCLUDED"}
    # What a condition leaves out, and nothing else: after the retraining the alert task still closes its alerts.
    assert {task["task"] for task in demo["Tasks"] if task["state"] == "EXCLUDED"} == {"retraining"}
    assert {
        ("staging", "credit-integration", "training"),
        ("prod", "credit-ingest", "bronze"),
        ("prod", "credit-ingest", "silver"),
        ("prod", "credit-ingest", "features"),
        ("prod", "credit-training", "training"),
        ("prod", "credit-promotion", "promotion"),
        ("prod", "credit-scoring", "scoring"),
        ("prod", "credit-monitoring", "alert"),
        ("prod", "credit-monitoring", "retraining"),
        ("prod", "credit-rollback", "rollback"),
        ("dev", "credit-training", "training"),
    } <= ran


def test_the_gates_say_why_the_live_version_is_live(mlops: Mlops, demo: Sections) -> None:
    """`gate_results` holds the four verdicts of the live version, each with its reason."""
    live = demo["Live in prod (@champion)"][0]["version"]
    rows = mlops.sql(
        f"select gate, verdict, reason from prod.credit_ops.gate_results where version = {live} order by gate"
    )
    assert [(row["gate"], row["verdict"]) for row in rows] == [
        ("comparison", "pass"),
        ("compliance", "pass"),
        ("infrastructure", "pass"),
        ("sign_off", "pass"),
    ]
    assert "ROC AUC" in rows[0]["reason"]


def test_broken_records_are_kept_with_their_reason(mlops: Mlops, demo: Sections) -> None:
    """Generated data has broken records on purpose; each is in quarantine and names its column."""
    rows = mlops.sql("select distinct _reason from prod.credit_silver.applications_quarantine")
    reasons = " | ".join(row["_reason"] for row in rows)
    assert "AGE" in reasons
    assert "duplicate" in reasons


def test_dev_reads_prod_gold_and_nothing_else_there(mlops: Mlops, demo: Sections) -> None:
    """Dev's training principal may select from prod's gold; silver, and any write, is PERMISSION_DENIED."""
    reader = {"as_": "dev-credit-training"}
    assert int(mlops.sql("select count(*) as n from prod.credit_gold.client_features", **reader)[0]["n"]) > 0
    for statement in (
        "select * from prod.credit_silver.applications",
        "delete from prod.credit_gold.client_features",
        "insert into prod.credit_gold.client_outcomes select * from prod.credit_gold.client_outcomes",
    ):
        refused = mlops("sql", "--env", "prod", "--as", "dev-credit-training", statement, ok=False)
        assert refused.returncode == 1
        assert "PERMISSION_DENIED" in refused.stderr


def test_the_same_demo_again_changes_no_business_table(mlops: Mlops, demo: Sections) -> None:
    """A rerun scores nothing twice, trains no second version, and writes no new table version."""
    before, live = versions(mlops), champions(mlops)
    again: Sections = json.loads(mlops("demo", "credit", "--format", "json").stdout)
    assert versions(mlops) == before
    assert champions(mlops) == live
    assert {row["verdict"] for row in again["Checks of the story"]} == {"pass"}
    assert not [task for task in again["Tasks"] if task["task"] in ("rollback", "retraining") and task["rows_in"]]


def test_a_killed_cloud_continues_with_one_champion(mlops: Mlops, demo: Sections) -> None:
    """`kill -9` while the training task runs: the rerun ends as if nothing had happened."""
    live = champions(mlops)
    training = ("run", "credit-training", "--env", "prod", "--param", "sample_rows=3000")
    mlops.killed(lambda: mlops.running("training"), *training)
    mlops("up")
    mlops(*training)
    # Three thousand rows make no better model than all of them: the gates refuse it.
    assert champions(mlops) == live


def test_a_renamed_entry_point_fails_the_run(mlops: Mlops, demo: Sections, root: Any, tmp_path: Any) -> None:
    """What runs is what the stack names: a name that the wheel lacks fails, and the error tells those there are."""
    from localcloud import loader  # noqa: PLC0415

    found = mlops.endpoint()
    edited = tmp_path / "cdktf.out"
    shutil.copytree(root / "cdktf.out", edited)
    document = edited / "stacks" / "prod-ml" / "cdk.tf.json"
    text = document.read_text()
    assert '"entry_point": "scoring"' in text
    document.write_text(text.replace('"entry_point": "scoring"', '"entry_point": "scorings"'))
    loader.load(found, edited)
    try:
        failed = mlops("run", "credit-scoring", "--env", "prod", ok=False)
    finally:
        loader.load(found, root / "cdktf.out")
    assert failed.returncode == 1
    assert "'scorings'" in failed.stderr
    assert ", scoring, serve_container, server, serving, shadow, training" in failed.stderr
    mlops("run", "credit-scoring", "--env", "prod")
