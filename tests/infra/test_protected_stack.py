"""What holds for every resource: tags for the bill, and protection of what holds data."""

from collections.abc import Callable
from pathlib import Path

import pytest

from infra.spec import load
from tests.infra.conftest import Documents, edit
from tests.infra.find import jobs
from tests.infra.networks import network_documents

HOLDS_DATA = ("databricks_catalog", "databricks_schema", "databricks_volume", "databricks_registered_model")


def _protected(documents: Documents, environment: str) -> set[bool]:
    stacks = (f"{environment}-workspace", f"{environment}-ml")
    return {
        resource.get("lifecycle", {}).get("prevent_destroy", False)
        for stack in stacks
        for type_ in HOLDS_DATA
        for resource in documents[stack]["resource"].get(type_, {}).values()
    }


def test_data_is_protected_unless_the_environment_says_otherwise(documents: Documents) -> None:
    """A plan that destroys a catalog, schema, volume or model fails in prod and staging; dev turns that off by name."""
    found = {environment: _protected(documents, environment) for environment in ("dev", "prod", "staging")}
    assert found == {"dev": {False}, "prod": {True}, "staging": {True}}


def test_protection_is_the_default(workspaces: Path, synthesized: Callable[..., Documents]) -> None:
    """Leaving the setting out protects."""
    edit(workspaces / "dev.yaml", "protect_data: false\n", "")
    assert _protected(synthesized("dev-workspace", "dev-ml"), "dev") == {True}


def test_what_all_share_is_protected_unless_the_platform_says_otherwise(
    workspaces: Path, synthesized: Callable[..., Documents]
) -> None:
    """Every environment leaves by the hub and lies in the metastore: one setting, by its name, lets them go."""

    def protected(found: Documents) -> set[bool]:
        hub = network_documents(load(workspaces), workspaces / "out")["hub"]["resource"]
        kept = [*hub["azurerm_virtual_network"].values(), *hub["azurerm_log_analytics_workspace"].values()]
        kept += found["account"]["resource"]["databricks_metastore"].values()
        return {each.get("lifecycle", {}).get("prevent_destroy", False) for each in kept}

    edit(workspaces / "platform.yaml", "kind: adopt", "kind: import")
    assert protected(synthesized("account")) == {True}
    edit(workspaces / "platform.yaml", "admins: platform-admins\n", "admins: platform-admins\nprotect_shared: false\n")
    assert protected(synthesized("account")) == {False}


def test_protection_keeps_what_a_resource_says_itself(documents: Documents) -> None:
    """The model's aliases stay the promotion job's."""
    model = documents["prod-ml"]["resource"]["databricks_registered_model"]["credit-model"]
    assert model["lifecycle"] == {"ignore_changes": ["aliases"], "prevent_destroy": True}


@pytest.mark.parametrize("environment", ["dev", "prod", "staging"])
def test_jobs_and_warehouses_carry_the_platforms_tags(documents: Documents, environment: str) -> None:
    """What runs can be billed: by cost centre and environment, and a job by use case too."""
    shared = {"cost_centre": "mlops", "managed_by": "cdktf", "environment": environment}
    for job in jobs(documents, environment).values():
        assert job["tags"] == shared | {"use_case": "credit"}
    warehouse = documents[f"{environment}-workspace"]["resource"]["databricks_sql_endpoint"]["warehouse"]
    assert {tag["key"]: tag["value"] for tag in warehouse["tags"]["custom_tags"]} == shared
