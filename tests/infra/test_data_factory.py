"""The optional data factory: closed, without tokens, and the only one that starts its jobs."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from infra.deploy import stacks_of
from infra.spec import SpecError, load
from tests.infra.conftest import Documents, edit
from tests.infra.provider_schema import SCHEMAS, document_problems

STACK = "prod-data-factory"
FACTORY = """
data_factory:
  group: prod-schedulers
  pipelines:
    training: {use_case: credit, job: training, every: Month, hour_utc: 3}
    production-scoring: {use_case: credit, job: scoring, every: Day, hour_utc: 5}
"""


def _switch_on(workspaces: Path) -> None:
    """What somebody writes who wants a factory in prod."""
    platform, prod = workspaces / "platform.yaml", workspaces / "prod.yaml"
    edit(platform, "\naccount:\n", "\ndata_factory: true\n\naccount:\n")
    edit(platform, "  model-risk:\n", "  prod-schedulers:\n    comment: The data factory.\n  model-risk:\n")
    edit(prod, "training: {schedule: active", "training: {schedule: paused")
    edit(prod, "scoring: {schedule: active", "scoring: {schedule: paused")
    edit(prod, "      analysts: {", "      prod-schedulers: {jobs: run}\n      analysts: {")
    prod.write_text(prod.read_text(encoding="utf-8") + FACTORY, encoding="utf-8")


@pytest.fixture
def switched(workspaces: Path, synthesized: Callable[[], Documents]) -> Documents:
    """The documents with a factory in prod."""
    _switch_on(workspaces)
    return synthesized()


def _one(documents: Documents, type_: str) -> dict[str, Any]:
    [found] = documents[STACK]["resource"][type_].values()
    return dict(found)


def test_a_factory_is_closed_and_starts_the_declared_jobs(switched: Documents) -> None:
    """No public face, its own key, no token: a managed identity in a group that may run these jobs, and one alert."""
    resources = switched[STACK]["resource"]
    factory = _one(switched, "azurerm_data_factory")
    assert factory["public_network_enabled"] is False
    assert factory["managed_virtual_network_enabled"] is True
    assert factory["identity"]["type"] == "UserAssigned"
    assert factory["customer_managed_key_id"] == "${azurerm_key_vault_key.key.id}"
    link = json.loads(_one(switched, "azurerm_data_factory_linked_custom_service")["type_properties_json"])
    assert (link["authentication"], "accessToken" in link) == ("MSI", False)
    assert _one(switched, "azurerm_data_factory_managed_private_endpoint")["subresource_name"] == "databricks_ui_api"
    started = {}
    for pipeline in resources["azurerm_data_factory_pipeline"].values():
        [activity] = json.loads(pipeline["activities_json"])
        found = activity["typeProperties"]["jobId"].removeprefix("${data.databricks_job.").removesuffix(".id}")
        started[pipeline["name"]] = switched[STACK]["data"]["databricks_job"][found]["job_name"]
        assert (activity["type"], activity["policy"]["retry"], pipeline["concurrency"]) == ("DatabricksJob", 0, 1)
    assert started == {"training": "credit-training", "production-scoring": "credit-scoring"}
    triggers = resources["azurerm_data_factory_trigger_schedule"].values()
    assert {(each["name"], each["frequency"], *each["schedule"]["hours"]) for each in triggers} == {
        ("training", "Month", 3),
        ("production-scoring", "Day", 5),
    }
    assert switched[STACK]["data"]["databricks_group"]["group"]["display_name"] == "prod-schedulers"
    alert = _one(switched, "azurerm_monitor_metric_alert")
    assert alert["criteria"][0]["metric_name"] == "PipelineFailedRuns"
    assert alert["action"][0]["action_group_id"].endswith("/actionGroups/mlops-prod-on-call")


@pytest.mark.skipif(not SCHEMAS.is_dir(), reason="the providers' schemas are not beside the checkout")
def test_it_fits_the_provider_schemas(switched: Documents) -> None:
    """Like every other stack."""
    assert document_problems(switched[STACK]) == []


def test_nothing_of_it_is_there_by_default(documents: Documents) -> None:
    """It is an option."""
    assert not [stack for stack in documents if stack.endswith("-data-factory")]


def test_it_is_deployed_after_the_jobs(workspaces: Path) -> None:
    """Its pipelines name jobs that are there."""
    _switch_on(workspaces)
    assert stacks_of(load(workspaces), "prod")[-2:] == ["prod-ml", STACK]


@pytest.mark.parametrize(
    ("file", "old", "new", "expected"),
    [
        ("platform.yaml", "data_factory: true", "data_factory: false", "allowed no block while platform.yaml says"),
        ("prod.yaml", "training: {schedule: paused", "training: {schedule: active", "credit with schedule: paused"),
        ("prod.yaml", "prod-schedulers: {jobs: run}", "prod-schedulers: {jobs: view}", "a group with jobs: run in use"),
        ("prod.yaml", "job: training", "model: loss, job: training", "allowed a model of credit: default_risk; name"),
        ("prod.yaml", "hour_utc: 3", "hour_utc: 24", "hour_utc: given 24; allowed 0 to 23"),
    ],
)
def test_a_mistake_is_named(workspaces: Path, file: str, old: str, new: str, expected: str) -> None:
    """Before anything is written."""
    _switch_on(workspaces)
    edit(workspaces / file, old, new)
    with pytest.raises(SpecError, match=expected):
        load(workspaces)
