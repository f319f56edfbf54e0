"""Phase two: the endpoint, who may call it, and what watches it."""

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from infra.access.inference import inference_grants
from infra.main import WORKSPACES
from infra.spec import load
from infra.stacks.monitoring_charts import monitoring_charts
from ml.usecases import use_case
from tests.infra.conftest import Documents, edit
from tests.infra.find import grants, permissions, who

STACK = "prod-serving"


def _only(documents: Documents, type_: str) -> dict[str, Any]:
    [found] = documents[STACK]["resource"][type_].values()
    return dict(found)


def test_the_endpoint_starts_with_the_live_version(documents: Documents) -> None:
    """Its first version is the one that `@champion` names, read when it is made; no number is written down."""
    [entity] = _only(documents, "databricks_model_serving")["config"]["served_entities"]
    aliases = "data.databricks_registered_model.credit-model.model_info[0].aliases[*]"
    assert entity["entity_name"] == "prod.credit_ops.default_risk"
    assert entity["entity_version"] == (
        f'${{tostring(lookup(zipmap({aliases}.alias_name, {aliases}.version_num), "champion"))}}'
    )
    assert documents[STACK]["data"]["databricks_registered_model"]["credit-model"]["include_aliases"] is True


def test_a_deploy_never_undoes_a_promotion(documents: Documents) -> None:
    """Terraform ignores what the promotion job changes: version and traffic of the endpoint, aliases of the model."""
    assert _only(documents, "databricks_model_serving")["lifecycle"] == {"ignore_changes": ["config"]}
    model = documents["prod-ml"]["resource"]["databricks_registered_model"]["credit-model"]
    assert model["lifecycle"]["ignore_changes"] == ["aliases"]


def test_who_may_call_the_endpoint(documents: Documents) -> None:
    """Promotion manages it, ml-engineers call it, model-risk sees it, and nobody else reaches it."""
    assert permissions(documents, STACK, "credit-endpoint-permissions") == {
        "prod-credit-promotion": "CAN_MANAGE",
        "ml-engineers": "CAN_QUERY",
        "model-risk": "CAN_VIEW",
    }


def test_requests_are_recorded_in_a_schema_of_their_own(
    documents: Documents, workspaces: Path, synthesized: Callable[..., Documents]
) -> None:
    """The gateway keeps requests and answers, unless the environment turns it off; the schema stays."""
    assert _only(documents, "databricks_model_serving")["ai_gateway"] == {
        "inference_table_config": {
            "enabled": True,
            "catalog_name": "prod",
            "schema_name": "${databricks_schema.credit_inference.name}",
            "table_name_prefix": "credit_default_risk",
        },
        "rate_limits": [{"key": "user", "calls": 600, "renewal_period": "minute"}],
        "usage_tracking_config": {"enabled": True},
    }
    edit(workspaces / "prod.yaml", "inference_table: true", "inference_table: false")
    off = synthesized("prod-serving")
    assert "inference_table_config" not in _only(off, "databricks_model_serving")["ai_gateway"]
    assert off[STACK]["resource"]["databricks_schema"] == documents[STACK]["resource"]["databricks_schema"]


def test_requests_are_read_by_those_alone_who_see_sensitive_columns(
    documents: Documents, workspaces: Path, synthesized: Callable[..., Documents]
) -> None:
    """Their text holds what callers wrote: of who reads ops, only a role that is let. The pipeline makes tables."""
    assert _only(documents, "databricks_schema")["name"] == "credit_inference"
    jobs = {"prod-owners": {"USE_SCHEMA", "CREATE_TABLE"}, "prod-credit-monitoring": {"USE_SCHEMA", "SELECT"}}
    assert grants(documents, STACK, "credit_inference-grants") == jobs
    edit(
        workspaces / "prod.yaml",
        "model-risk: {gold: read, ops: read,",
        "model-risk: {sensitive: clear, gold: read, ops: read,",
    )
    found = grants(synthesized("prod-serving"), STACK, "credit_inference-grants")
    assert found == {**jobs, "model-risk": {"USE_SCHEMA", "SELECT"}}


def test_requests_without_sensitive_columns_are_read_by_who_reads_ops(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing in them is hidden from those elsewhere."""
    spec = load(WORKSPACES)
    [prod] = [each for each in spec.environments if each.name == "prod"]
    monkeypatch.setattr("infra.access.inference.hidden_columns", lambda _: ())
    found = inference_grants(spec, prod, "credit", monitoring="a-job")
    assert {grant.principal for grant in found if "SELECT" in grant.privileges} == {
        "a-job",
        "ml-engineers",
        "data-scientists",
        "model-risk",
    }


def test_who_deploys_can_read_what_the_endpoint_reads(documents: Documents) -> None:
    """The endpoint acts in its maker's name: the owners may load the model and read its features, and write neither."""
    assert grants(documents, "prod-ml", "credit-model-grants")["prod-owners"] == {"EXECUTE"}
    assert grants(documents, "prod-workspace", "credit_gold-grants")["prod-owners"] == {
        "USE_SCHEMA",
        "SELECT",
        # For its masks, which do not except it.
        "APPLY_TAG",
    }


def test_analysts_read_predictions_and_nothing_else_of_gold(documents: Documents) -> None:
    """A grant on the one table, in phase two, since a job makes it; in phase one they may only reach the schema."""
    assert grants(documents, STACK, "credit-predictions-grants") == {"analysts": {"SELECT"}}
    found = documents[STACK]["resource"]["databricks_grants"]["credit-predictions-grants"]
    assert found["table"] == "prod.credit_gold.predictions"
    assert grants(documents, "prod-workspace", "credit_gold-grants")["analysts"] == {"USE_SCHEMA"}


def test_the_predictions_are_monitored_by_month_and_version(documents: Documents) -> None:
    """The monitor reads the predictions table's own columns and keeps its tables in ops."""
    monitor = _only(documents, "databricks_quality_monitor")
    assert (monitor["table_name"], monitor["output_schema_name"]) == ("prod.credit_gold.predictions", "prod.credit_ops")
    assert monitor["inference_log"] == [
        {
            "granularities": ["1 month"],
            "model_id_col": "model_version",
            "prediction_col": "probability",
            "problem_type": "PROBLEM_TYPE_REGRESSION",
            "timestamp_col": "application_month",
        }
    ]


def test_alerts_that_nobody_has_taken_are_told_to_their_destinations(documents: Documents) -> None:
    """Each asks as the monitoring principal, which may use the warehouse, and tells its destination."""
    resources = documents[STACK]["resource"]["databricks_alert_v2"]
    told = {"credit-decision-alert": "on-call", "credit-model-risk-alert": "model-risk"}
    assert resources.keys() == told.keys()
    searched = documents[STACK]["data"]["databricks_notification_destinations"]
    made = documents["prod-workspace"]["resource"]["databricks_notification_destination"]
    users = permissions(documents, "prod-workspace", "warehouse-permissions")
    for key, destination in told.items():
        alert = resources[key]
        assert who(alert["run_as"]["service_principal_name"]) == "prod-credit-monitoring"
        assert users["prod-credit-monitoring"] == "CAN_USE"
        evaluation = alert["evaluation"]
        assert (evaluation["comparison_operator"], evaluation["threshold"]["value"]["double_value"]) == (
            "GREATER_THAN",
            0,
        )
        assert evaluation["empty_result_state"] == "ERROR"
        assert "from prod.credit_ops.alerts where status = 'open'" in alert["query_text"]
        assert f"= '{destination}')" in alert["query_text"]
        [subscription] = evaluation["notification"]["subscriptions"]
        assert f"data.databricks_notification_destinations.{destination}." in subscription["destination_id"]
        assert made[destination]["display_name"] == searched[destination]["display_name_contains"]
    assert made["on-call"]["config"] == {"email": {"addresses": ["mlops-on-call@example.com"]}}
    assert made["model-risk"]["config"] == {"email": {"addresses": ["model-risk@example.com"]}}


def test_monitors_name_columns_that_the_jobs_write(documents: Documents) -> None:
    """What monitor and alert read are columns of the tables that the jobs declare."""
    from ml.records.monitoring import METRICS  # noqa: PLC0415
    from ml.records.predictions import predictions  # noqa: PLC0415
    from ml.usecases import use_case  # noqa: PLC0415

    [log] = _only(documents, "databricks_quality_monitor")["inference_log"]
    columns = {column.name for column in predictions(use_case("credit")).columns}
    assert {log["timestamp_col"], log["prediction_col"], log["model_id_col"]} <= columns
    listed = (
        documents[STACK]["resource"]["databricks_query"]["credit-metrics-query"]["query_text"]
        .removeprefix("select ")
        .split(" from ")[0]
    )
    assert {name.strip(" `") for name in listed.split(",")} <= {column.name for column in METRICS.columns}


def test_the_online_store_comes_before_the_jobs_that_publish(documents: Documents) -> None:
    """It is in phase one, under the name that the publish task asks for."""
    from ml.declarations import online_store  # noqa: PLC0415

    store = documents["prod-ml"]["resource"]["databricks_online_store"]["online-store"]
    assert (store["name"], store["capacity"]) == (online_store("prod"), "CU_1")
    assert not [
        stack for stack in documents if stack != "prod-ml" and "databricks_online_store" in documents[stack]["resource"]
    ]


def test_ingest_alone_may_publish_to_the_online_store(documents: Documents) -> None:
    """The store's maker is the deployer, so ingest must be given the right: to use the store, not to manage it."""
    rights = documents["prod-ml"]["resource"]["databricks_permissions"]["online-store-permissions"]
    assert rights["database_instance_name"] == "${databricks_online_store.online-store.name}"
    ingest = "${data.databricks_service_principal.principal-prod-credit-ingest.application_id}"
    assert rights["access_control"] == [{"permission_level": "CAN_USE", "service_principal_name": ingest}]


def test_an_environment_that_does_not_serve_has_no_phase_two(
    workspaces: Path, synthesized: Callable[..., Documents]
) -> None:
    """Without `serving` the stack is not there; who read predictions by it reads gold or nothing."""
    edit(workspaces / "prod.yaml", "    serving: {inference_table: true}\n", "")
    edit(workspaces / "prod.yaml", "analysts: {predictions: read}", "analysts: {gold: read}")
    assert not [stack for stack in synthesized() if stack.endswith("-serving")]


def test_the_dashboard_draws_metrics_that_the_jobs_measure(documents: Documents) -> None:
    """Each chart asks for a metric that monitoring writes, from the metrics table, with the reader's own rights."""
    from ml.declarations import BinaryClassification  # noqa: PLC0415

    dashboard = documents[STACK]["resource"]["databricks_dashboard"]["credit-monitoring-dashboard"]
    assert dashboard["embed_credentials"] is False
    drawn = json.loads(dashboard["serialized_dashboard"])
    queries = {dataset["name"]: dataset["queryLines"] for dataset in drawn["datasets"]}
    judged = ["psi", "roc_auc", "expected_calibration_error"]
    estimated = ["expected_roc_auc", "expected_accuracy", "expected_precision", "expected_recall"]
    tables = ["alerts", "decisions"]
    assert list(queries) == [*judged, *estimated, "demographic_parity_difference", *tables]
    assert set(queries) <= {"psi", *tables, *(each.name for each in BinaryClassification().monitored)}
    assert queries["psi"] == [
        "select period, `column`, value from prod.credit_ops.metrics where model = 'prod.credit_ops.default_risk' "
        "and metric = 'psi' order by period"
    ]
    widgets = [entry["widget"] for entry in drawn["pages"][0]["layout"]]
    assert [widget["queries"][0]["query"]["datasetName"] for widget in widgets] == list(queries)
    # A widget whose encodings are not those of its version is an error on the page.
    assert {(each["spec"]["widgetType"], each["spec"]["version"]) for each in widgets} == {("line", 3), ("table", 2)}
    assert permissions(documents, STACK, "credit-monitoring-dashboard-permissions") == dict.fromkeys(
        ("ml-engineers", "data-scientists", "model-risk"), "CAN_READ"
    )


def test_the_change_from_the_periods_before_is_drawn_if_it_is_declared() -> None:
    """After the drift from the training data; without the declaration there is no such chart."""
    case = use_case("credit")
    [model] = case.models
    slides = replace(model, monitoring=replace(model.monitoring, sliding_periods=3))
    names = [
        [chart.name for chart in monitoring_charts(replace(case, models=(each,)), "prod", "prod.credit_ops.metrics")]
        for each in (model, slides)
    ]
    assert names[1] == ["psi", "sliding_psi", *names[0][1:]]


def test_risk_and_the_platform_have_dashboards_of_their_own(documents: Documents) -> None:
    """One is for readers of the ops tables, one for the owners of the environment; both ask as their viewer."""
    found = documents[STACK]["resource"]["databricks_dashboard"]
    assert {found[name]["embed_credentials"] for name in ("credit-risk-dashboard", "platform-dashboard")} == {False}
    readers = dict.fromkeys(("ml-engineers", "data-scientists", "model-risk"), "CAN_READ")
    assert permissions(documents, STACK, "credit-risk-dashboard-permissions") == readers
    assert permissions(documents, STACK, "platform-dashboard-permissions") == {"prod-owners": "CAN_READ"}
    queries = [
        each["queryLines"][0] for each in json.loads(found["platform-dashboard"]["serialized_dashboard"])["datasets"]
    ]
    assert all("'1000000000000003'" in query or "table_catalog = 'prod'" in query for query in queries)


def test_queries_come_with_a_use_case(documents: Documents) -> None:
    """Over the environment's schemas, run as who asks, where the groups that read gold find them."""
    made = documents[STACK]["resource"]["databricks_query"]["credit-query-defaults-by-month"]
    assert made["query_text"].endswith(
        "from prod.credit_gold.client_outcomes group by application_month order by application_month"
    )
    assert (made["run_as_mode"], made["display_name"]) == ("VIEWER", "credit: Defaults by month of application")
    assert permissions(documents, STACK, "credit-queries-permissions") == dict.fromkeys(
        ("ml-engineers", "data-scientists", "model-risk"), "CAN_READ"
    )
