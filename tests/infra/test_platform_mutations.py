"""Weakening the platform makes a named test fail: each change here meets the test that guards against it."""

from collections.abc import Callable
from copy import deepcopy
from typing import Any

import pytest

from tests.infra import test_bootstrap, test_platform
from tests.infra.conftest import Documents

Guard = Callable[[Documents], None]
_WORKSPACE = "azurerm_databricks_workspace"
_ACCOUNT = "azurerm_storage_account"
_VAULT = "azurerm_key_vault"
_ROLE = "azurerm_role_assignment"


def _prod(check: Callable[[Documents, str], None]) -> Guard:
    return lambda documents: check(documents, "prod")


# What is weakened: (stack, type, name, argument, its new value; None takes it away), and the test that sees it.
WEAKENINGS: dict[str, tuple[tuple[str, str, str, str | None, Any], Guard]] = {
    "the workspace is public": (
        ("prod-platform", _WORKSPACE, "workspace", "public_network_access_enabled", True),
        test_platform.test_nothing_answers_the_internet,
    ),
    "the vault is public": (
        ("prod-platform", _VAULT, "vault", "public_network_access_enabled", True),
        test_platform.test_nothing_answers_the_internet,
    ),
    "the lake lets everybody in": (
        ("prod-platform", _ACCOUNT, "lake", "network_rules", {"default_action": "Allow", "bypass": ["AzureServices"]}),
        test_platform.test_nothing_answers_the_internet,
    ),
    "Databricks adds rules": (
        ("prod-platform", _WORKSPACE, "workspace", "network_security_group_rules_required", "AllRules"),
        _prod(test_platform.test_a_workspace_lies_in_its_network_without_a_public_address),
    ),
    "an endpoint is missing": (
        ("prod-platform", "azurerm_private_endpoint", "workspace-root-dfs", None, None),
        _prod(test_platform.test_every_private_endpoint_has_its_name),
    ),
    "two changes of the workspace at once": (
        ("prod-platform", "azurerm_private_endpoint", "workspace-browser-authentication", "depends_on", []),
        test_platform.test_a_workspace_is_changed_by_one_thing_at_a_time,
    ),
    "disks have Microsoft's key": (
        ("prod-platform", _WORKSPACE, "workspace", "managed_disk_cmk_key_vault_key_id", "none"),
        _prod(test_platform.test_every_kind_of_data_has_a_key_of_its_own),
    ),
    "data is encrypted once": (
        ("prod-platform", _WORKSPACE, "workspace", "infrastructure_encryption_enabled", False),
        _prod(test_platform.test_every_kind_of_data_has_a_key_of_its_own),
    ),
    "a key is kept in software": (
        ("prod-platform", "azurerm_key_vault_key", "key-lake", "key_type", "RSA"),
        _prod(test_platform.test_keys_are_hardware_and_renewed),
    ),
    "a key never ends": (
        ("prod-platform", "azurerm_key_vault_key", "key-lake", "expiration_date", "never"),
        _prod(test_platform.test_keys_are_hardware_and_renewed),
    ),
    "keys can be purged": (
        ("prod-platform", _VAULT, "vault", "purge_protection_enabled", False),
        _prod(test_platform.test_keys_are_hardware_and_renewed),
    ),
    "the lake has a key": (
        ("prod-platform", _ACCOUNT, "lake", "shared_access_key_enabled", True),
        _prod(test_platform.test_the_lake_has_no_keys_and_forgets_nothing_at_once),
    ),
    "the lake talks plain HTTP": (
        ("prod-platform", _ACCOUNT, "lake", "https_traffic_only_enabled", False),
        _prod(test_platform.test_the_lake_has_no_keys_and_forgets_nothing_at_once),
    ),
    "the connector owns the lake": (
        ("prod-platform", _ROLE, "connector-blob", "role_definition_name", "Storage Blob Data Owner"),
        _prod(test_platform.test_the_connector_reaches_the_lake_and_no_more),
    ),
    "the workspace is not logged": (
        ("prod-platform", "azurerm_monitor_diagnostic_setting", "workspace-logs", None, None),
        _prod(test_platform.test_everything_is_logged),
    ),
    "the lake can be deleted": (
        ("prod-platform", "azurerm_management_lock", "lake-lock", None, None),
        test_platform.test_prod_is_destroyed_only_by_the_named_switch,
    ),
    "a plan may replace the workspace": (
        ("prod-platform", _WORKSPACE, "workspace", "lifecycle", {}),
        test_platform.test_prod_is_destroyed_only_by_the_named_switch,
    ),
    "nobody hears of a removed lock": (
        ("prod-platform", "azurerm_monitor_activity_log_alert", "alert-lock-removed", None, None),
        _prod(test_platform.test_the_people_on_call_hear_of_cost_and_of_weakenings),
    ),
    "a pipeline gives any role": (
        ("bootstrap", _ROLE, "prod-deployer-roles", "condition", ""),
        test_bootstrap.test_a_pipeline_gives_named_roles_only,
    ),
    "a pipeline reads all states": (
        ("bootstrap", _ROLE, "dev-deployer-state", "condition", "'prod-platform.tfstate'"),
        test_bootstrap.test_a_pipeline_reads_its_own_states_only,
    ),
    "any branch deploys prod": (
        ("bootstrap", "azurerm_federated_identity_credential", "prod-deployer-federation", "subject", "repo:*"),
        test_bootstrap.test_a_pipeline_signs_in_by_named_subjects,
    ),
    "states are overwritten": (
        ("bootstrap", _ACCOUNT, "state", "blob_properties", {"versioning_enabled": False}),
        test_bootstrap.test_states_are_kept_in_every_version,
    ),
}


@pytest.mark.parametrize("weakening", WEAKENINGS)
def test_a_weakening_fails_its_guard(documents: Documents, weakening: str) -> None:
    """The guard passes on what is shipped, and fails once the default is off."""
    (stack, type_, name, argument, value), guard = WEAKENINGS[weakening]
    guard(documents)
    weakened = deepcopy(documents)
    instances = weakened[stack]["resource"][type_]
    if argument is None:
        del instances[name]
    else:
        assert argument in instances[name]
        instances[name][argument] = value
    with pytest.raises((AssertionError, KeyError)):
        guard(weakened)
