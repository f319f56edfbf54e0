"""Where all states lie, and what pipelines may do."""

from typing import Any

from tests.infra.conftest import Documents

ENVIRONMENTS = ("dev", "prod", "staging")


def _all(documents: Documents, type_: str) -> dict[str, dict[str, Any]]:
    return dict(documents["bootstrap"]["resource"].get(f"azurerm_{type_}", {}))


def test_a_pipeline_signs_in_by_named_subjects(documents: Documents) -> None:
    """By Entra's audience, with a person's approval or on protected branches alone; there is no secret."""
    found = {
        (credential["parent_id"], credential["subject"], *credential["audience"])
        for credential in _all(documents, "federated_identity_credential").values()
    }
    assert found == {
        (
            f"${{azurerm_user_assigned_identity.{environment}-deployer.id}}",
            f"repo:example-org/mlops:environment:{environment}{suffix}",
            "api://AzureADTokenExchange",
        )
        for environment in ENVIRONMENTS
        for suffix in ("", "-unattended")
    }


def test_credentials_of_one_identity_are_made_one_after_the_other(documents: Documents) -> None:
    """Entra refuses two at once."""
    credentials = _all(documents, "federated_identity_credential")
    assert {name: credential.get("depends_on") for name, credential in credentials.items()} == {
        f"{environment}-deployer-{kind}": after
        for environment in ENVIRONMENTS
        for kind, after in (
            ("federation", None),
            (
                "unattended-federation",
                [f"azurerm_federated_identity_credential.{environment}-deployer-federation"],
            ),
        )
    }


def test_a_pipeline_gives_named_roles_only(documents: Documents) -> None:
    """It is no owner: it administers roles under a condition, on giving and on taking."""
    roles = _all(documents, "role_assignment")
    for environment in ENVIRONMENTS:
        principal = f"${{azurerm_user_assigned_identity.{environment}-deployer.principal_id}}"
        held = {
            role["role_definition_name"]: role.get("condition")
            for role in roles.values()
            if role["principal_id"] == principal
        }
        assert held.keys() == {
            "Contributor",
            "Key Vault Crypto Officer",
            "Locks Contributor",
            "Role Based Access Control Administrator",
            "Storage Blob Data Contributor",
            # Joins the hub's network and zones, and changes none of them.
            "mlops hub tenant",
        }
        condition = held["Role Based Access Control Administrator"]
        assert condition.count("ForAnyOfAnyValues:GuidEquals") == 2
        # Owner, and the role that administers roles.
        for powerful in ("8e3af657-a8ff-443c-a75c-2fe8c4bcb635", "f58310d9-a9f6-439a-9e8d-f62e7b41a168"):
            assert powerful not in condition


def test_a_pipeline_reads_its_own_states_only(documents: Documents) -> None:
    """The condition names the blobs of its environment's stacks, whatever another environment is called."""
    for environment in ENVIRONMENTS:
        condition = _all(documents, "role_assignment")[f"{environment}-deployer-state"]["condition"]
        named = {text for text in condition.split("'") if text.endswith(".tfstate")}
        assert {f"{environment}-{part}.tfstate" for part in ("platform", "workspace", "ml", "serving")} <= named
        assert all(name.startswith(f"{environment}-") for name in named)


def test_states_are_kept_in_every_version(documents: Documents) -> None:
    """In two regions, for 90 days after deletion, without account keys, behind a lock."""
    [account] = _all(documents, "storage_account").values()
    assert account["account_replication_type"] == "GRS"
    assert account["shared_access_key_enabled"] is False
    kept = account["blob_properties"]
    assert kept["versioning_enabled"] is True
    assert (kept["delete_retention_policy"], kept["container_delete_retention_policy"]) == ({"days": 90}, {"days": 90})
    [lock] = _all(documents, "management_lock").values()
    assert (lock["scope"], lock["lock_level"]) == ("${azurerm_storage_account.state.id}", "CanNotDelete")


def test_every_stacks_state_is_some_pipelines(documents: Documents) -> None:
    """Of each environment's stacks but the rights, which are the account's to give: no other could deploy them."""
    for stack in documents:
        environment = stack.split("-")[0]
        if environment in ENVIRONMENTS and not stack.endswith("-rights"):
            condition = _all(documents, "role_assignment")[f"{environment}-deployer-state"]["condition"]
            assert f"'{stack}.tfstate'" in condition
