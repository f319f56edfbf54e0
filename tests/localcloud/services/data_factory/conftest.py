"""A factory in a cloud that can run jobs: its identity, its link to the workspace, and a job that it may run."""

from dataclasses import dataclass
from typing import Any

import pytest

from tests.localcloud.services.azure.client import GROUP, WEST, Azure
from tests.localcloud.services.jobs.conftest import Plant, plant, workers

__all__ = ["plant", "workers"]

FACTORY = f"{GROUP}/providers/Microsoft.DataFactory/factories/mlops-factory"
IDENTITY = f"{GROUP}/providers/Microsoft.ManagedIdentity/userAssignedIdentities/mlops-factory"
EVER = {"lastUpdatedAfter": "2000-01-01T00:00:00Z", "lastUpdatedBefore": "2100-01-01T00:00:00Z"}


@dataclass
class Factory:
    """The administrator's Azure with the factory, and the cloud that runs its jobs."""

    azure: Azure
    plant: Plant
    application: str

    def pipeline(self, name: str, *activities: Any, **own: Any) -> None:
        """Declare a pipeline."""
        self.azure.put(f"{FACTORY}/pipelines/{name}", {"properties": {"activities": list(activities), **own}})

    def start(self, name: str, **parameters: Any) -> str:
        """Start a pipeline; the run's id."""
        answer = self.azure.ask("POST", f"{FACTORY}/pipelines/{name}/createRun", parameters)
        assert answer.status_code == 200, answer.text
        return str(answer.json()["runId"])

    def wait(self, run_id: str) -> dict[str, Any]:
        """The run once it is over."""
        running = self.plant.core.cloud.parts["data_factory"].running(run_id)
        assert running is None or running.done.wait(240)
        return dict(self.azure.get(f"{FACTORY}/pipelineruns/{run_id}"))

    def run(self, name: str, **parameters: Any) -> tuple[dict[str, Any], dict[str, Any]]:
        """Run a pipeline to its end: the run, and the last try of each activity by its name."""
        over = self.wait(self.start(name, **parameters))
        return over, {row["activityName"]: row for row in self.rows(over["runId"])}

    def rows(self, run_id: str) -> list[dict[str, Any]]:
        """Every try of a run's activities."""
        answer = self.azure.ask("POST", f"{FACTORY}/pipelineruns/{run_id}/queryActivityruns", EVER)
        assert answer.status_code == 200, answer.text
        return list(answer.json()["value"])

    def job(self, name: str, *tasks: Any, **settings: Any) -> int:
        """A job that the factory may run."""
        job_id = self.plant.create(name, *tasks, **settings)
        entry = {"service_principal_name": self.application, "permission_level": "CAN_MANAGE_RUN"}
        url = f"{self.plant.core.url('prod')}/api/2.0/permissions/jobs/{job_id}"
        assert self.plant.core.call("PATCH", url, json={"access_control_list": [entry]}).status_code == 200
        return job_id


def activity(
    name: str, kind: str, *, after: dict[str, str] | None = None, retry: int = 0, **own: Any
) -> dict[str, Any]:
    """An activity of the linked workspace. `after`: by activity, the condition."""
    edges = [{"activity": each, "dependencyConditions": [condition]} for each, condition in (after or {}).items()]
    return {
        "name": name,
        "type": kind,
        "linkedServiceName": {"referenceName": "databricks", "type": "LinkedServiceReference"},
        "policy": {"timeout": "0.00:10:00", "retry": retry, "retryIntervalInSeconds": 30},
        "dependsOn": edges,
        "typeProperties": own,
    }


@pytest.fixture
def factory(plant: Plant) -> Factory:
    """A factory with a managed identity, as the stack `<env>-data-factory` makes it."""
    azure = Azure(plant.core)
    azure.put(GROUP, WEST)
    identity = azure.put(IDENTITY, WEST)
    azure.put(FACTORY, {**WEST, "identity": {"type": "UserAssigned", "userAssignedIdentities": {IDENTITY: {}}}})
    credential = {"type": "ManagedIdentity", "typeProperties": {"resourceId": IDENTITY}}
    azure.put(f"{FACTORY}/credentials/factory", {"properties": credential})
    domain = plant.core.cloud.workspace("prod").host
    link = {"domain": domain, "authentication": "MSI", "existingClusterId": "0101-1"}
    link["credential"] = {"referenceName": "factory", "type": "CredentialReference"}  # type: ignore[assignment]
    azure.put(
        f"{FACTORY}/linkedservices/databricks", {"properties": {"type": "AzureDatabricks", "typeProperties": link}}
    )
    application = str(identity["properties"]["clientId"])
    plant.admin.service_principals.create(application_id=application, display_name="mlops-factory")
    return Factory(azure=azure, plant=plant, application=application)
