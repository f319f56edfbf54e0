"""`mlops dashboard` on real Spark: the deployed documents' own queries, over empty tables and over system tables."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner
from databricks.sdk.service.dashboards import Dashboard
from pyspark.sql import SparkSession

from cli.main import mlops
from infra.constructs.observability.dashboard import Panel, serialized
from infra.stacks.platform_panels import platform_panels
from infra.stacks.risk_panels import owner_panels, risk_panels
from ml.declarations import Table
from ml.records.gate_results import GATE_RESULTS
from ml.records.monitoring import ALERTS, DECISIONS, METRICS
from ml.records.promotions import PROMOTIONS
from tests.localcloud.core import Core

OPS = "prod.credit_ops"


@pytest.fixture(scope="module")
def deployed(house: Core, spark: SparkSession) -> Core:
    """The tables that the dashboards of a use case ask, without a row but for one move; and three dashboards."""
    house.admin().schemas.create("credit_ops", "prod")
    for table in (PROMOTIONS, GATE_RESULTS, METRICS, ALERTS, DECISIONS):
        _make(house, spark, table)
    panels = {
        "credit: monitoring": owner_panels(OPS),
        "credit: risk": risk_panels(OPS),
        "prod: platform": platform_panels(_workspace_id(house), "prod"),
    }
    for name, shown in panels.items():
        document = serialized(name, shown)
        place = "/Workspace/Shared"
        house.admin().lakeview.create(Dashboard(display_name=name, serialized_dashboard=document, parent_path=place))
    return house


def _workspace_id(house: Core) -> int:
    return house.cloud.workspace("prod").workspace_id


def _make(house: Core, spark: SparkSession, table: Table) -> None:
    name = f"{OPS}.{table.name}"
    house.table(name)
    shown = ", ".join(f"cast(null as {column.type}) as `{column.name}`" for column in table.columns)
    frame = spark.sql(f"select {shown} where false")
    if table is PROMOTIONS:
        values = {"run_id": "7", "model": f"{OPS}.default_risk", "alias": "champion", "to_version": 2}
        frame = spark.createDataFrame([values], frame.schema)
    document = house.cloud.store.require("table", name)
    columns = [{"name": each.name, "type_text": each.dataType.simpleString()} for each in frame.schema.fields]
    house.cloud.store.put("table", name, {**document, "columns": columns})
    frame.write.format("delta").save(document["storage_location"])


def _drawn(name: str, path: Path, *more: str) -> dict[str, tuple[int, str]]:
    """Rows and refusals by panel."""
    arguments = ["dashboard", name, "--html", str(path), "--format", "json", *more]
    said = CliRunner().invoke(mlops, arguments)
    assert said.exit_code == 0, said.stderr
    return {row["panel"]: (row["rows"], row["refused"]) for row in json.loads(said.stdout)}


def _titles(panels: tuple[Panel, ...]) -> set[str]:
    return {panel.title for panel in panels}


def test_each_query_of_a_use_case_is_answered(deployed: Core, tmp_path: Path) -> None:
    """What is live is a row, all else is nothing to show, and the page says so."""
    found = _drawn("credit: risk", tmp_path / "risk.html")
    assert found.pop("What is live, since when, and why") == (1, "")
    assert set(found.values()) == {(0, "")}
    assert "champion" in (tmp_path / "risk.html").read_text()
    assert set(_drawn("credit: monitoring", tmp_path / "m.html").values()) == {(0, "")}


def test_the_platform_sees_its_jobs_and_rights(deployed: Core, tmp_path: Path) -> None:
    """The runs of this cloud and its grants; nothing is billed here, and nobody but an admin asks."""
    core = deployed
    ended = {"end_ms": 1_900_000_060_000, "start_ms": 1_900_000_000_000, "state": "TERMINATED", "result": "SUCCESS"}
    run = {"run_id": 9, "job_id": 8, "name": "credit-ingest", "type": "JOB_RUN", "trigger": "PERIODIC", "code": ""}
    core.cloud.store.put("job_run", "9", {**run, **ended, "workspace": "prod", "created_ms": 0, "events": []})
    stranger = core.application("looks-only")
    core.grant("table", f"{OPS}.metrics", stranger, "SELECT")
    found = _drawn("prod: platform", tmp_path / "platform.html")
    assert set(found) == _titles(platform_panels(1, "prod"))
    assert {found[title] for title in ("Cost at list prices, by use case", "Who was refused what, of 30 days")} == {
        (0, "")
    }
    assert found["Runs of jobs, by how they ended"] == (1, "")
    assert found["Jobs that take longest, of 30 days"] == (1, "")
    assert found["Who holds which right on how many tables"][0] >= 1


def test_a_dashboard_that_is_not_there_is_told(deployed: Core) -> None:
    """With those that are; without a name they are listed."""
    said = CliRunner().invoke(mlops, ["dashboard", "credit: costs"])
    assert said.exit_code == 2
    assert (
        "there is no dashboard 'credit: costs' in prod: credit: monitoring, credit: risk, prod: platform" in said.stderr
    )
    listed = CliRunner().invoke(mlops, ["dashboard", "--format", "json"])
    assert [row["dashboard"] for row in json.loads(listed.stdout)] == [
        "credit: monitoring",
        "credit: risk",
        "prod: platform",
    ]
