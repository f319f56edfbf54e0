"""How each workspace is locked down, and which switches in the YAML weaken it."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.infra.conftest import Documents, edit
from tests.infra.find import permissions

ENVIRONMENTS = ("dev", "prod", "staging")


def _resource(documents: Documents, environment: str, type_: str, name: str) -> dict[str, Any]:
    return dict(documents[f"{environment}-workspace"]["resource"][type_][name])


@pytest.mark.parametrize("environment", ENVIRONMENTS)
def test_ways_around_unity_catalog_are_closed(documents: Documents, environment: str) -> None:
    """No Hive metastore, no DBFS, and a query without a catalog means the environment's own."""
    access = _resource(documents, environment, "databricks_disable_legacy_access_setting", "no-legacy-access")
    dbfs = _resource(documents, environment, "databricks_disable_legacy_dbfs_setting", "no-legacy-dbfs")
    namespace = _resource(documents, environment, "databricks_default_namespace_setting", "default-namespace")
    assert access["disable_legacy_access"] == {"value": True}
    assert dbfs["disable_legacy_dbfs"] == {"value": True}
    assert namespace["namespace"] == {"value": environment}
    assert "databricks_sql_permissions" not in documents[f"{environment}-workspace"]["resource"]


@pytest.mark.parametrize("environment", ENVIRONMENTS)
def test_admins_cannot_act_as_a_service_principal(documents: Documents, environment: str) -> None:
    """An admin makes no token for, and runs no job as, a principal that was not given to them.

    The account's admins say so, and no pipeline could: Databricks takes it of them alone.
    """
    restrict = "databricks_restrict_workspace_admins_setting"
    setting = documents[f"{environment}-rights"]["resource"][restrict]["restrict-admins"]
    assert setting["restrict_workspace_admins"] == {"status": "RESTRICT_TOKENS_AND_JOB_RUN_AS"}
    assert restrict not in documents[f"{environment}-workspace"]["resource"]


@pytest.mark.parametrize("environment", ENVIRONMENTS)
def test_the_workspace_answers_named_addresses_only(documents: Documents, environment: str) -> None:
    """IP access lists are on before the list of allowed ranges is made."""
    listed = _resource(documents, environment, "databricks_ip_access_list", "ip-allow-list")
    assert (listed["list_type"], listed["ip_addresses"]) == ("ALLOW", ["203.0.113.0/24"])
    assert listed["depends_on"] == ["databricks_workspace_conf.configuration"]


@pytest.mark.parametrize("environment", ENVIRONMENTS)
def test_tokens_are_short_and_few(documents: Documents, environment: str) -> None:
    """A token lasts 30 days, and the owners alone may have one."""
    configuration = _resource(documents, environment, "databricks_workspace_conf", "configuration")["custom_config"]
    assert (configuration["enableTokensConfig"], configuration["maxTokenLifetimeDays"]) == ("true", "30")
    assert permissions(documents, f"{environment}-workspace", "token-permissions") == {
        f"{environment}-owners": "CAN_USE"
    }


@pytest.mark.parametrize("environment", ENVIRONMENTS)
def test_ways_out_of_the_workspace_are_closed(documents: Documents, environment: str) -> None:
    """Downloads, exports, the clipboard, the DBFS browser, the web terminal and old init scripts are off."""
    configuration = _resource(documents, environment, "databricks_workspace_conf", "configuration")["custom_config"]
    assert {name for name, value in configuration.items() if value == "false"} == {
        "enableDbfsFileBrowser",
        "enableDeprecatedClusterNamedInitScripts",
        "enableDeprecatedGlobalInitScripts",
        "enableExportNotebook",
        "enableNotebookTableClipboard",
        "enableResultsDownloading",
        "enableWebTerminal",
    }


def test_system_tables_are_turned_on_once(documents: Documents) -> None:
    """They are the metastore's: one stack owns them."""
    owners = [stack for stack in documents if "databricks_system_schema" in documents[stack]["resource"]]
    assert owners == ["prod-rights"]
    schemas = documents["prod-rights"]["resource"]["databricks_system_schema"].values()
    assert {entry["schema"] for entry in schemas} == {"access", "compute", "lakeflow", "query", "serving"}


def test_legacy_table_acls_are_an_opt_in(workspaces: Path, synthesized: Callable[..., Documents]) -> None:
    """With legacy access let in by name, the named group gets its rights in the Hive metastore."""
    edit(
        workspaces / "dev.yaml",
        "  token_lifetime_days: 30\n",
        "  legacy_access: enabled\n  legacy_table_acls: [{database: default, group: analysts, rights: read}]\n",
    )
    documents = synthesized("dev-workspace")
    assert _resource(documents, "dev", "databricks_sql_permissions", "legacy-default") == {
        "database": "default",
        "privilege_assignments": [{"principal": "analysts", "privileges": ["USAGE", "SELECT"]}],
    }
    access = _resource(documents, "dev", "databricks_disable_legacy_access_setting", "no-legacy-access")
    assert access["disable_legacy_access"] == {"value": False}


@pytest.mark.parametrize("environment", ENVIRONMENTS)
def test_the_warehouse_stops_when_idle_and_is_used_by_named_groups(documents: Documents, environment: str) -> None:
    """Serverless, at most half an hour awake for nobody, and never open to everyone."""
    found = _resource(documents, environment, "databricks_sql_endpoint", "warehouse")
    assert (found["warehouse_type"], found["enable_serverless_compute"]) == ("PRO", True)
    assert 0 < found["auto_stop_mins"] <= 30
    held = permissions(documents, f"{environment}-workspace", "warehouse-permissions")
    assert set(held.values()) == {"CAN_USE"}
    assert not {"users", "account users"} & set(held)
