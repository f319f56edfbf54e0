"""An environment's Azure half: who reaches it, what encrypts it, and what keeps it from being destroyed."""

import shutil
from pathlib import Path
from typing import Any

import pytest

from infra import azure_names
from infra.cdktf_seam import App
from infra.constructs.identity.role import GIVEN_BY_PIPELINES
from infra.constructs.network.public_access import PublicAccess
from infra.main import WORKSPACES
from infra.spec import CONTAINERS, load
from infra.stacks.bootstrap import bootstrap_stack
from infra.stacks.platform import platform_stack
from tests.infra.conftest import Documents, edit, read_documents
from tests.infra.networks import to_ip_allow_list
from tests.infra.provider_schema import SCHEMAS, document_problems

ENVIRONMENTS = ("dev", "prod", "staging")
PUBLIC = {
    "azurerm_data_factory": "public_network_enabled",
    "azurerm_databricks_workspace": "public_network_access_enabled",
    "azurerm_key_vault": "public_network_access_enabled",
    "azurerm_storage_account": "public_network_access_enabled",
}
WRAPPING = "Key Vault Crypto Service Encryption User"


def platform_documents(workspaces: Path, out_dir: Path) -> Documents:
    """`bootstrap` and every `<env>-platform`, without the stacks of Databricks."""
    spec, app = load(workspaces), App(outdir=str(out_dir))
    bootstrap_stack(app, spec)
    for environment in spec.environments:
        platform_stack(app, spec, environment)
    app.synth()
    return read_documents(out_dir)


@pytest.fixture(scope="module")
def listed(tmp_path_factory: pytest.TempPathFactory) -> Documents:
    """The profile ip-allow-list."""
    folder = tmp_path_factory.mktemp("listed")
    shutil.copytree(WORKSPACES, folder / "workspaces")
    to_ip_allow_list(folder / "workspaces")
    return platform_documents(folder / "workspaces", folder / "out")


def _all(documents: Documents, stack: str, type_: str) -> dict[str, dict[str, Any]]:
    return dict(documents[stack]["resource"].get(f"azurerm_{type_}", {}))


def _one(documents: Documents, environment: str, type_: str) -> dict[str, Any]:
    [found] = _all(documents, f"{environment}-platform", type_).values()
    return found


def _azure(documents: Documents) -> list[str]:
    return [stack for stack in documents if stack == "bootstrap" or stack.endswith("-platform")]


def test_nothing_answers_the_internet(documents: Documents) -> None:
    """In the profile private: every workspace, vault and account is closed, and refuses what is not named."""
    found = {
        (stack, type_, name): made[PUBLIC[type_]]
        for stack in documents
        for type_, instances in documents[stack]["resource"].items()
        if type_ in PUBLIC
        for name, made in instances.items()
    }
    assert len(found) == 3 * len(ENVIRONMENTS) + 1
    assert set(found.values()) == {False}
    for stack in _azure(documents):
        for account in _all(documents, stack, "storage_account").values():
            assert account["network_rules"] == {"default_action": "Deny", "bypass": ["AzureServices"]}
        for vault in _all(documents, stack, "key_vault").values():
            assert vault["network_acls"] == {"default_action": "Deny", "bypass": "AzureServices"}


@pytest.mark.parametrize("environment", ENVIRONMENTS)
def test_a_workspace_lies_in_its_network_without_a_public_address(documents: Documents, environment: str) -> None:
    """Both subnets are injected, no node has a public address, and Databricks adds no rules to reach them."""
    workspace = _one(documents, environment, "databricks_workspace")
    inside = workspace["custom_parameters"]
    assert inside["no_public_ip"] is True
    assert inside["virtual_network_id"] == "${azurerm_virtual_network.network.id}"
    for half, subnet in {"public": "host", "private": "container"}.items():
        assert inside[f"{half}_subnet_name"] == f"${{azurerm_subnet.network-{subnet}.name}}"
        assert f"network-{subnet}-" in inside[f"{half}_subnet_network_security_group_association_id"]
    assert workspace["network_security_group_rules_required"] == "NoAzureDatabricksRules"
    assert workspace["sku"] == "premium"


@pytest.mark.parametrize("environment", ENVIRONMENTS)
def test_every_private_endpoint_has_its_name(documents: Documents, environment: str) -> None:
    """Vault, lake, workspace and its root storage are reached by endpoints, each in the zone of its kind."""
    endpoints = _all(documents, f"{environment}-platform", "private_endpoint")
    zones = {}
    for name, endpoint in endpoints.items():
        [subresource] = endpoint["private_service_connection"]["subresource_names"]
        [zone] = endpoint["private_dns_zone_group"]["private_dns_zone_ids"]
        assert zone.endswith(f"/privateDnsZones/{azure_names.DNS_ZONES[subresource]}")
        zones[name] = subresource
    sign_in = {"workspace-browser-authentication": "browser_authentication"} if environment == "prod" else {}
    assert zones == sign_in | {
        "vault-vault": "vault",
        "lake-dfs": "dfs",
        "lake-blob": "blob",
        "lake-queue": "queue",
        "workspace-databricks-ui-api": "databricks_ui_api",
        "workspace-root-dfs": "dfs",
        "workspace-root-blob": "blob",
    }


def test_a_workspace_is_changed_by_one_thing_at_a_time(documents: Documents) -> None:
    """Key, back-end endpoint, sign-in endpoint: together they fail with ConcurrentUpdateError."""
    endpoints = _all(documents, "prod-platform", "private_endpoint")
    key = "azurerm_databricks_workspace_root_dbfs_customer_managed_key.workspace-root-key"
    assert key in endpoints["workspace-databricks-ui-api"]["depends_on"]
    assert (
        "azurerm_private_endpoint.workspace-databricks-ui-api"
        in (endpoints["workspace-browser-authentication"]["depends_on"])
    )


@pytest.mark.parametrize("environment", ENVIRONMENTS)
def test_every_kind_of_data_has_a_key_of_its_own(documents: Documents, environment: str) -> None:
    """Lake, managed services, disks and root storage; all encrypted twice, and every user of a key may only wrap."""
    stack = f"{environment}-platform"
    workspace, lake = (
        _one(documents, environment, "databricks_workspace"),
        _one(documents, environment, "storage_account"),
    )
    root = _one(documents, environment, "databricks_workspace_root_dbfs_customer_managed_key")
    used = {
        "lake": lake["customer_managed_key"]["key_vault_key_id"],
        "managed-services": workspace["managed_services_cmk_key_vault_key_id"],
        "managed-disks": workspace["managed_disk_cmk_key_vault_key_id"],
        "root-storage": root["key_vault_key_id"],
    }
    for name, reference in used.items():
        attribute = "versionless_id" if name == "lake" else "id"
        assert reference == f"${{azurerm_key_vault_key.key-{name}.{attribute}}}"
    assert workspace["managed_disk_cmk_rotation_to_latest_version_enabled"] is True
    assert workspace["customer_managed_key_enabled"] is True
    assert {workspace["infrastructure_encryption_enabled"], lake["infrastructure_encryption_enabled"]} == {True}
    roles = _all(documents, stack, "role_assignment").values()
    scopes = {role["scope"] for role in roles if role["role_definition_name"] == WRAPPING}
    assert scopes == {f"${{azurerm_key_vault_key.key-{name}.resource_versionless_id}}" for name in used}


@pytest.mark.parametrize("environment", ENVIRONMENTS)
def test_keys_are_hardware_and_renewed(documents: Documents, environment: str) -> None:
    """They wrap and nothing else, expire, are renewed half a year before, and cannot be lost for 90 days."""
    for key in _all(documents, f"{environment}-platform", "key_vault_key").values():
        assert (key["key_type"], key["key_size"], key["key_opts"]) == ("RSA-HSM", 4096, ["unwrapKey", "wrapKey"])
        assert key["rotation_policy"] == {
            "automatic": {"time_before_expiry": "P180D"},
            "expire_after": "P2Y",
            "notify_before_expiry": "P90D",
        }
        assert key["expiration_date"] == '${timeadd(plantimestamp(), "17520h")}'
        assert key["lifecycle"]["ignore_changes"] == ["expiration_date"]
    vault = _one(documents, environment, "key_vault")
    assert vault["purge_protection_enabled"] is True
    assert vault["soft_delete_retention_days"] == 90
    assert vault["rbac_authorization_enabled"] is True
    assert vault["sku_name"] == "premium"


@pytest.mark.parametrize("environment", ENVIRONMENTS)
def test_the_lake_has_no_keys_and_forgets_nothing_at_once(documents: Documents, environment: str) -> None:
    """No account key, no local user, no anonymous reader; deleted files and containers come back for 30 days."""
    lake = _one(documents, environment, "storage_account")
    off = ("shared_access_key_enabled", "local_user_enabled", "sftp_enabled", "allow_nested_items_to_be_public")
    assert {lake[name] for name in (*off, "cross_tenant_replication_enabled")} == {False}
    assert {lake[name] for name in ("is_hns_enabled", "https_traffic_only_enabled")} == {True}
    assert lake["default_to_oauth_authentication"] is True
    assert lake["min_tls_version"] == "TLS1_2"
    kept = lake["blob_properties"]
    assert (kept["delete_retention_policy"], kept["container_delete_retention_policy"]) == ({"days": 30}, {"days": 30})
    containers = _all(documents, f"{environment}-platform", "storage_container").values()
    assert {container["name"] for container in containers} == set(CONTAINERS)
    # By id: by the account's name Terraform would ask the account, which is closed to it.
    assert {container["storage_account_id"] for container in containers} == {"${azurerm_storage_account.lake.id}"}
    assert not any("storage_account_name" in container for container in containers)


def test_received_files_are_deleted_only_when_told(documents: Documents, workspaces: Path, tmp_path: Path) -> None:
    """They get cheaper with age; landing_days ends them."""

    def actions(found: Documents) -> dict[str, Any]:
        [rule] = _one(found, "dev", "storage_management_policy")["rule"]
        assert rule["filters"] == {"blob_types": ["blockBlob"], "prefix_match": ["landing/"]}
        return dict(rule["actions"]["base_blob"])

    assert not any(name.startswith("delete") for name in actions(documents))
    edit(workspaces / "dev.yaml", "  monthly_budget: 1000\n", "  monthly_budget: 1000\n  landing_days: 400\n")
    changed = actions(platform_documents(workspaces, tmp_path / "out"))
    assert changed["delete_after_days_since_modification_greater_than"] == 400


@pytest.mark.parametrize("environment", ENVIRONMENTS)
def test_the_connector_reaches_the_lake_and_no_more(documents: Documents, environment: str) -> None:
    """Blobs and queues of the account, and Azure's news of new files in the resource group."""
    roles = _all(documents, f"{environment}-platform", "role_assignment").values()
    connector = "${azurerm_databricks_access_connector.connector.identity[0].principal_id}"
    assert {(role["role_definition_name"], role["scope"]) for role in roles if role["principal_id"] == connector} == {
        ("Storage Blob Data Contributor", "${azurerm_storage_account.lake.id}"),
        ("Storage Queue Data Contributor", "${azurerm_storage_account.lake.id}"),
        ("EventGrid EventSubscription Contributor", "${azurerm_resource_group.group.id}"),
    }


def test_a_pipeline_may_give_the_roles_that_its_stack_gives(documents: Documents) -> None:
    """And no other: the condition in bootstrap names exactly these."""
    given = {
        role["role_definition_name"]
        for environment in ENVIRONMENTS
        for role in _all(documents, f"{environment}-platform", "role_assignment").values()
    }
    assert given == GIVEN_BY_PIPELINES.keys()


@pytest.mark.parametrize("environment", ENVIRONMENTS)
def test_everything_is_logged(documents: Documents, environment: str) -> None:
    """Vault, lake and workspace send all their logs to the hub's workspace."""
    settings = _all(documents, f"{environment}-platform", "monitor_diagnostic_setting")
    assert {name: setting["target_resource_id"] for name, setting in settings.items()} == {
        "vault-logs": "${azurerm_key_vault.vault.id}",
        "lake-logs": "${azurerm_storage_account.lake.id}/blobServices/default",
        "workspace-logs": "${azurerm_databricks_workspace.workspace.id}",
    }
    for setting in settings.values():
        assert setting["enabled_log"] == [{"category_group": "allLogs"}]
        assert setting["log_analytics_workspace_id"].endswith("/workspaces/mlops-hub")


def test_prod_is_destroyed_only_by_the_named_switch(documents: Documents) -> None:
    """Plans that destroy vault, lake or workspace fail, and Azure's locks refuse it too; dev turns both off by name."""
    kept = ("key_vault", "key_vault_key", "storage_account", "storage_container", "databricks_workspace")
    for environment, protected in {"prod": True, "staging": True, "dev": False}.items():
        stack = f"{environment}-platform"
        for type_ in kept:
            for made in _all(documents, stack, type_).values():
                assert made.get("lifecycle", {}).get("prevent_destroy", False) is protected
        locks = {lock["scope"]: lock["lock_level"] for lock in _all(documents, stack, "management_lock").values()}
        guarded = ("azurerm_key_vault.vault", "azurerm_storage_account.lake", "azurerm_databricks_workspace.workspace")
        assert locks == ({f"${{{address}.id}}": "CanNotDelete" for address in guarded} if protected else {})


@pytest.mark.parametrize("environment", ENVIRONMENTS)
def test_the_people_on_call_hear_of_cost_and_of_weakenings(documents: Documents, environment: str) -> None:
    """The budget covers both resource groups; a lock removed, a role given and a vault changed are told of."""
    budget = _one(documents, environment, "consumption_budget_subscription")
    groups = [f"mlops-{environment}", f"mlops-{environment}-databricks"]
    assert budget["filter"] == {"dimension": [{"name": "ResourceGroupName", "values": groups}]}
    assert [(each["threshold_type"], each["threshold"]) for each in budget["notification"]] == [
        ("Actual", 80),
        ("Forecasted", 100),
    ]
    alerts = _all(documents, f"{environment}-platform", "monitor_activity_log_alert").values()
    assert {alert["criteria"]["operation_name"] for alert in alerts} == {
        "Microsoft.Authorization/locks/delete",
        "Microsoft.Authorization/roleAssignments/write",
        "Microsoft.KeyVault/vaults/write",
    }
    told = _one(documents, environment, "monitor_action_group")["email_receiver"]
    assert {receiver["email_address"] for receiver in told} == {"mlops-on-call@example.com"}


def test_hardened_nodes_are_an_opt_in(documents: Documents) -> None:
    """Prod turns monitoring and updates on; the profile, which cannot be turned off again, nobody."""
    blocks = {env: _one(documents, env, "databricks_workspace")["enhanced_security_compliance"] for env in ENVIRONMENTS}
    assert {env: block["enhanced_security_monitoring_enabled"] for env, block in blocks.items()} == {
        "dev": False,
        "prod": True,
        "staging": False,
    }
    assert {block["compliance_security_profile_enabled"] for block in blocks.values()} == {False}


def test_the_other_profile_answers_named_addresses_only(listed: Documents) -> None:
    """No endpoint and no hub; vault, lake and state deny all but the file's ranges and the clusters' own subnets."""
    subnets = ["${azurerm_subnet.network-host.id}", "${azurerm_subnet.network-container.id}"]
    for environment in ENVIRONMENTS:
        assert _all(listed, f"{environment}-platform", "private_endpoint") == {}
        rules = dict(_one(listed, environment, "storage_account")["network_rules"])
        trusted = rules.pop("private_link_access")
        assert [each["endpoint_resource_id"] for each in trusted] == [
            "${azurerm_databricks_access_connector.connector.id}"
        ]
        vault = _one(listed, environment, "key_vault")["network_acls"]
        for found in (rules, vault | {"bypass": ["AzureServices"]}):
            assert found == {
                "default_action": "Deny",
                "bypass": ["AzureServices"],
                "ip_rules": ["203.0.113.0/24"],
                "virtual_network_subnet_ids": subnets,
            }
        workspace = _one(listed, environment, "databricks_workspace")
        assert workspace["custom_parameters"]["no_public_ip"] is True
        assert workspace["network_security_group_rules_required"] == "AllRules"
        # The provider takes the two together or not at all.
        assert not {"default_storage_firewall_enabled", "access_connector_id"} & workspace.keys()
        assert _one(listed, environment, "log_analytics_workspace")["name"] == f"mlops-{environment}"
    [state] = _all(listed, "bootstrap", "storage_account").values()
    assert state["network_rules"]["ip_rules"] == ["203.0.113.0/24"]


@pytest.mark.parametrize("environment", ENVIRONMENTS)
def test_the_other_profile_keeps_its_keys(listed: Documents, environment: str) -> None:
    """Every kind of data is under its own key there too."""
    test_every_kind_of_data_has_a_key_of_its_own(listed, environment)


@pytest.mark.skipif(not SCHEMAS.is_dir(), reason="the providers' schemas are not beside the checkout")
def test_the_other_profile_fits_the_provider_schemas(listed: Documents) -> None:
    """No unknown, missing, misplaced or deprecated argument there either."""
    assert {stack: document_problems(document) for stack, document in listed.items()} == {stack: [] for stack in listed}


def test_single_addresses_are_written_as_azure_takes_them() -> None:
    """A range smaller than /30 becomes its addresses."""
    access = PublicAccess(ips=("203.0.113.0/24", "198.51.100.7/32", "198.51.100.8/31"))
    assert access.ip_rules == ["203.0.113.0/24", "198.51.100.7", "198.51.100.8", "198.51.100.9"]
    assert PublicAccess().enabled is False
