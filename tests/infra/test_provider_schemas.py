"""Every document is one that the real providers accept."""

from copy import deepcopy

import pytest

from tests.infra.conftest import Documents
from tests.infra.provider_schema import SCHEMAS, document_problems

pytestmark = pytest.mark.skipif(not SCHEMAS.is_dir(), reason="the providers' schemas are not beside the checkout")


def test_every_document_fits_the_provider_schemas(shipped: Documents) -> None:
    """No unknown, missing, misplaced or deprecated argument, and every reference resolves inside its stack."""
    assert {stack: document_problems(document) for stack, document in shipped.items()} == {
        stack: [] for stack in shipped
    }


def test_the_check_finds_each_kind_of_mistake(documents: Documents) -> None:
    """An unknown, a missing, a mistyped, a deprecated and a read-only argument, and three dangling references."""
    document = deepcopy(documents["prod-ml"])
    job = document["resource"]["databricks_job"]["credit-training"]
    job["retries"] = 1
    job["max_retries"] = 1
    job["timeout_seconds"] = "long"
    job["url"] = "x"
    job["queue"] = {}
    job["run_as"]["service_principal_name"] = "${data.databricks_service_principal.nobody.application_id}"
    model = document["resource"]["databricks_registered_model"]["credit-model"]
    model["depends_on"] = ["databricks_schema.elsewhere"]
    model["comment"] = "${databricks_job.credit-scoring.colour}"
    document["data"]["databricks_cluster_policy"]["policy-cpu_single_node"]["lifecycle"] = {"prevent_destroy": True}
    assert set(document_problems(document)) == {
        "data.databricks_cluster_policy.policy-cpu_single_node.lifecycle: only conditions are for data",
        "databricks_job.credit-training.timeout_seconds: 'long' is not of type number",
        "databricks_job.credit-training.retries: unknown argument",
        "databricks_job.credit-training.max_retries: deprecated",
        "databricks_job.credit-training.url: read-only",
        "databricks_job.credit-training.queue.enabled: missing",
        "databricks_job.credit-training: data.databricks_service_principal.nobody.application_id is not in this stack",
        "databricks_registered_model.credit-model: databricks_job has no attribute colour",
        "databricks_registered_model.credit-model: databricks_schema.elsewhere is not in this stack",
    }
