"""Each environment's storage and secrets, and who gets at them."""

from typing import Any

import pytest

from infra.spec import CONTAINERS
from tests.infra.conftest import Documents
from tests.infra.find import permissions, who

ENVIRONMENTS = ("dev", "prod", "staging")


def _one(documents: Documents, environment: str, type_: str) -> dict[str, Any]:
    [found] = documents[f"{environment}-workspace"]["resource"][type_].values()
    return dict(found)


@pytest.mark.parametrize("environment", ENVIRONMENTS)
def test_storage_is_reached_by_a_managed_identity_from_one_workspace(documents: Documents, environment: str) -> None:
    """The credential holds no secret; credential and location are isolated, validated, and kept when not empty."""
    credential = _one(documents, environment, "databricks_storage_credential")
    locations = documents[f"{environment}-workspace"]["resource"]["databricks_external_location"]
    assert list(credential["azure_managed_identity"]) == ["access_connector_id"]
    assert {location["name"]: location["url"] for location in locations.values()} == {
        f"{environment}-lake-{container}": f"abfss://{container}@mlops{environment}lake.dfs.core.windows.net/"
        for container in CONTAINERS
    }
    for securable in (credential, *locations.values()):
        assert securable["isolation_mode"] == "ISOLATION_MODE_ISOLATED"
        assert securable["owner"] == f"{environment}-owners"
        assert securable["force_destroy"] is False
        assert "skip_validation" not in securable
    assert {location["fallback"] for location in locations.values()} == {False}


@pytest.mark.parametrize("environment", ENVIRONMENTS)
def test_each_layer_lies_in_its_container(documents: Documents, environment: str) -> None:
    """Tables by layer, received files and checkpoints apart from them all, the rest beside the models."""
    resources = documents[f"{environment}-workspace"]["resource"]
    roots = {name: schema.get("storage_root") for name, schema in resources["databricks_schema"].items()}
    account = f"mlops{environment}lake.dfs.core.windows.net"
    assert roots == {
        "credit_bronze": f"abfss://bronze@{account}/{environment}/credit_bronze",
        "credit_silver": f"abfss://silver@{account}/{environment}/credit_silver",
        "credit_gold": f"abfss://gold@{account}/{environment}/credit_gold",
        "credit_features": f"abfss://gold@{account}/{environment}/credit_features",
        "credit_ops": None,
        "platform_ops": None,
    }
    volumes = {name: volume.get("storage_location") for name, volume in resources["databricks_volume"].items()}
    assert volumes.pop("credit_landing") == f"abfss://landing@{account}/credit"
    assert volumes.pop("credit_checkpoints") == f"abfss://checkpoints@{account}/credit"
    assert set(volumes.values()) == {None}


@pytest.mark.parametrize("environment", ENVIRONMENTS)
def test_secrets_stay_in_the_key_vault(documents: Documents, environment: str) -> None:
    """The scope is the vault's; the monitoring principal reads it where there is one; no secret is in the stacks.

    The pipeline does not make it: Databricks wants an Entra token for that, and a pipeline has one of Databricks only.
    """
    resources = documents[f"{environment}-workspace"]["resource"]
    assert "databricks_secret_scope" not in resources
    [scope] = documents[f"{environment}-rights"]["resource"]["databricks_secret_scope"].values()
    assert scope["name"] == environment
    assert {acl["scope"] for acl in resources.get("databricks_secret_acl", {}).values()} <= {environment}
    assert scope["keyvault_metadata"]["dns_name"] == f"https://mlops-{environment}.vault.azure.net/"
    readers = {who(acl["principal"]): acl["permission"] for acl in resources.get("databricks_secret_acl", {}).values()}
    assert readers == ({} if environment == "dev" else {f"{environment}-credit-monitoring": "READ"})
    assert "databricks_secret" not in resources


def test_the_git_folder_is_read_only(documents: Documents) -> None:
    """People see the branch; they change it in the repository."""
    assert set(permissions(documents, "dev-workspace", "git-folder-permissions").values()) == {"CAN_READ"}


def test_a_pool_is_bounded_and_empties(documents: Documents) -> None:
    """Machines wait a quarter of an hour, four at most, for the groups that the file names."""
    pool = _one(documents, "dev", "databricks_instance_pool")
    assert (pool["max_capacity"], pool["min_idle_instances"]) == (4, 0)
    assert pool["idle_instance_autotermination_minutes"] == 15
    assert permissions(documents, "dev-workspace", "pool-cpu-permissions") == {
        "ml-engineers": "CAN_ATTACH_TO",
        "data-scientists": "CAN_ATTACH_TO",
    }
