"""Who gains and loses what, for every resource type that gives access."""

from typing import Any

import pytest

from policies.review.access.grants import grant_changes
from policies.review.access.resource_types import READERS
from policies.review.changes.names import Names
from policies.terraform.plan import read_plan
from tests.policies.review.plans import change, plan

_EXAMPLES: dict[str, tuple[dict[str, Any], str]] = {
    "azuread_app_role_assignment": (
        {"principal_object_id": "m", "app_role_id": "r"},
        "m gains r on directory of this tenant",
    ),
    "azuread_directory_role_assignment": (
        {"principal_object_id": "m", "role_id": "r"},
        "m gains r on directory of this tenant",
    ),
    "azuread_group_member": (
        {"group_object_id": "g", "member_object_id": "m"},
        "m gains MEMBERSHIP on group g",
    ),
    "azurerm_key_vault": (
        {"name": "kv", "access_policy": [{"object_id": "o", "secret_permissions": ["Get"]}]},
        "o gains secret Get on key vault kv",
    ),
    "databricks_catalog_workspace_binding": (
        {"catalog_name": "prod", "workspace_id": 111},
        "workspace 111 gains BINDING_TYPE_READ_WRITE on catalog prod",
    ),
    "databricks_group": (
        {"display_name": "analysts", "allow_cluster_create": True},
        "analysts gains allow_cluster_create on workspace of this stack",
    ),
    "databricks_service_principal": (
        {"display_name": "etl", "databricks_sql_access": True},
        "etl gains databricks_sql_access on workspace of this stack",
    ),
    "databricks_user": (
        {"user_name": "ann@example.com", "allow_instance_pool_create": True},
        "ann@example.com gains allow_instance_pool_create on workspace of this stack",
    ),
    "azurerm_federated_identity_credential": (
        {"subject": "repo:o/r:environment:prod", "parent_id": "/identities/ci"},
        "repo:o/r:environment:prod gains SIGN_IN on managed identity /identities/ci",
    ),
    "azurerm_key_vault_access_policy": (
        {"key_vault_id": "kv", "object_id": "o-1", "secret_permissions": ["Get"]},
        "o-1 gains secret Get on key vault kv",
    ),
    "databricks_entitlements": (
        {"group_id": "7", "allow_cluster_create": True, "workspace_access": False},
        "7 gains allow_cluster_create on workspace of this stack",
    ),
    "databricks_group_role": ({"group_id": "7", "role": "account_admin"}, "7 gains account_admin on account"),
    "databricks_service_principal_role": (
        {"service_principal_id": "8", "role": "account_admin"},
        "8 gains account_admin on account",
    ),
    "databricks_user_role": ({"user_id": "9", "role": "account_admin"}, "9 gains account_admin on account"),
    "databricks_sql_permissions": (
        {"database": "db", "privilege_assignments": [{"principal": "eng", "privileges": ["MODIFY"]}]},
        "eng gains MODIFY on legacy database db",
    ),
    "azurerm_role_assignment": (
        {"principal_id": "p-1", "role_definition_name": "Owner", "scope": "/subscriptions/1"},
        "p-1 gains Owner on Azure scope /subscriptions/1",
    ),
    "databricks_access_control_rule_set": (
        {"name": "accounts/1/groups/g", "grant_rules": [{"role": "roles/group.manager", "principals": ["groups/eng"]}]},
        "groups/eng gains roles/group.manager on rule set accounts/1/groups/g",
    ),
    "databricks_grant": (
        {"volume": "prod.credit_ops.alerts", "principal": "eng", "privileges": ["WRITE_VOLUME"]},
        "eng gains WRITE_VOLUME on volume prod.credit_ops.alerts",
    ),
    "databricks_grants": (
        {"schema": "prod.credit_gold", "grant": [{"principal": "eng", "privileges": ["MODIFY", "SELECT"]}]},
        "eng gains MODIFY, SELECT on schema prod.credit_gold",
    ),
    "databricks_group_member": ({"group_id": "7", "member_id": "8"}, "8 gains MEMBERSHIP on group 7"),
    "databricks_metastore_assignment": (
        {"workspace_id": 12, "metastore_id": "m-1"},
        "workspace 12 gains ASSIGNMENT on metastore m-1",
    ),
    "databricks_mws_permission_assignment": (
        {"workspace_id": 12, "principal_id": 7, "permissions": ["ADMIN"]},
        "7 gains ADMIN on workspace 12",
    ),
    "databricks_permission_assignment": (
        {"principal_id": 7, "permissions": ["USER"]},
        "7 gains USER on workspace of this stack",
    ),
    "databricks_permissions": (
        {"job_id": "5", "access_control": [{"group_name": "eng", "permission_level": "CAN_MANAGE"}]},
        "eng gains CAN_MANAGE on job 5",
    ),
    "databricks_policy_info": (
        {"on_securable_type": "SCHEMA", "on_securable_fullname": "prod.gold", "except_principals": ["clear-readers"]},
        "clear-readers gains CLEAR_VALUES on schema prod.gold",
    ),
    "databricks_secret_acl": (
        {"scope": "prod", "principal": "eng", "permission": "READ"},
        "eng gains READ on secret scope prod",
    ),
    "databricks_secret_scope": (
        {"name": "prod", "initial_manage_principal": "users"},
        "users gains MANAGE on secret scope prod",
    ),
    "databricks_service_principal_federation_policy": (
        {"service_principal_id": "9", "oidc_policy": [{"subject": "repo:o/r:environment:dev"}]},
        "repo:o/r:environment:dev gains SIGN_IN on service principal 9",
    ),
    "databricks_workspace_binding": (
        {"workspace_id": 1, "securable_type": "catalog", "securable_name": "prod"},
        "workspace 1 gains BINDING_TYPE_READ_WRITE on catalog prod",
    ),
}


def _words(*changes: dict[str, Any], **more: Any) -> list[str]:
    found = read_plan("s", plan(*changes, **more))
    return [item.words() for item in grant_changes(found, Names(found))]


def test_every_type_that_gives_access_has_an_example() -> None:
    """A new reader comes with its test."""
    assert sorted(_EXAMPLES) == sorted(READERS)


@pytest.mark.parametrize("kind", sorted(_EXAMPLES))
def test_what_comes_is_gained_and_what_goes_is_lost(kind: str) -> None:
    """Created, destroyed and unchanged, in the same words."""
    values, gained = _EXAMPLES[kind]
    assert [text[: len(gained)] for text in _words(change(f"{kind}.x", ["create"], None, values))] == [gained]
    lost = gained.replace(" gains ", " loses ")
    assert [text[: len(lost)] for text in _words(change(f"{kind}.x", ["delete"], values))] == [lost]
    assert _words(change(f"{kind}.x", ["update"], values, dict(values))) == []


def test_a_widened_grant_names_only_the_difference() -> None:
    """A principal that keeps SELECT gains MODIFY; one that is taken out loses all; the order of grants is nothing."""

    def grants(**rights: list[str]) -> dict[str, Any]:
        return {"schema": "prod.gold", "grant": [{"principal": p, "privileges": r} for p, r in rights.items()]}

    before = grants(eng=["SELECT"], risk=["SELECT"], stays=["SELECT"])
    after = grants(stays=["SELECT"], eng=["MODIFY", "SELECT"])
    assert _words(change("databricks_grants.g", ["update"], before, after)) == [
        "eng gains MODIFY on schema prod.gold",
        "risk loses SELECT on schema prod.gold",
    ]


def test_ids_are_told_by_name() -> None:
    """An application id is shown as the service principal's name, found among the data sources that were read."""
    state = {"values": {"root_module": {"resources": [
        {
            "address": "data.databricks_service_principal.sp",
            "mode": "data",
            "values": {"application_id": "0000-1", "display_name": "prod-credit-training"},
        }
    ]}}}  # fmt: skip
    values = {"schema": "prod.gold", "grant": [{"principal": "0000-1", "privileges": ["SELECT"]}]}
    assert _words(change("databricks_grants.g", ["create"], None, values), prior_state=state) == [
        "prod-credit-training gains SELECT on schema prod.gold"
    ]


def test_what_is_not_known_yet_is_told_by_what_it_refers_to() -> None:
    """The grant on a schema that the same plan makes names the schema."""
    catalog = change("databricks_catalog.c", ["create"], None, {"name": "prod"})
    schema = change("databricks_schema.s", ["create"], None, {"name": "gold"}, after_unknown={"catalog_name": True})
    grant = change(
        "databricks_grants.g",
        ["create"],
        None,
        {"grant": [{"principal": "eng", "privileges": ["SELECT"]}]},
        after_unknown={"schema": True},
    )
    uses = {
        "databricks_grants.g": {"schema": "databricks_schema.s.id"},
        "databricks_schema.s": {"catalog_name": "databricks_catalog.c.name"},
    }
    assert _words(catalog, schema, grant, uses=uses) == ["eng gains SELECT on schema prod.gold"]


def test_privileges_that_are_not_known_yet_are_gained() -> None:
    """Not being known is no reason to say nothing."""
    values = {"schema": "prod.gold", "grant": [{"principal": "eng", "privileges": None}]}
    assert _words(change("databricks_grants.g", ["create"], None, values)) == [
        "eng gains (known after apply) on schema prod.gold"
    ]


def test_a_new_owner_is_told() -> None:
    """Owning is more than any grant."""
    before, after = {"name": "prod", "owner": "prod-owners"}, {"name": "prod", "owner": "eng"}
    assert _words(change("databricks_catalog.c", ["update"], before, after)) == [
        "eng gains OWNERSHIP on catalog prod",
        "prod-owners loses OWNERSHIP on catalog prod",
    ]


def test_rights_are_read_as_the_system_reads_them() -> None:
    """Blanks, case, and the built-in group in another case: what the apply gives is what is told."""
    given = [{"principal": "Account Users", "privileges": ["all privileges", "modify"]}]
    assert _words(change("databricks_grants.g", ["create"], None, {"catalog": "prod", "grant": given})) == [
        "account users gains ALL_PRIVILEGES, MODIFY on catalog prod"
    ]
    single = {"catalog": "prod", "principal": "USERS", "privileges": ["Use Catalog"]}
    assert _words(change("databricks_grant.g", ["create"], None, single)) == ["users gains USE_CATALOG on catalog prod"]


def test_another_spelling_of_the_same_right_is_no_change() -> None:
    """The state has underscores, the configuration blanks."""

    def grants(privilege: str) -> dict[str, Any]:
        return {"catalog": "prod", "grant": [{"principal": "eng", "privileges": [privilege]}]}

    assert _words(change("databricks_grants.g", ["update"], grants("ALL_PRIVILEGES"), grants("ALL PRIVILEGES"))) == []


def _later(after: dict[str, Any], unknown: dict[str, Any]) -> list[str]:
    before = {"catalog": "prod", "grant": [{"principal": "a", "privileges": ["SELECT"]}]}
    return _words(change("databricks_grants.g", ["update"], before, {"catalog": "prod"} | after, after_unknown=unknown))


def test_grants_that_are_known_after_the_apply_are_gained_and_nobody_loses() -> None:
    """The whole list, one entry, the privileges of one entry, one privilege of a list."""
    block = {"principal": "a"}
    assert _later({}, {"grant": True}) == [
        "(known after apply) gains (known after apply) on grants databricks_grants.g"
    ]
    assert _later({"grant": [None]}, {"grant": [True]})[0].startswith("(known after apply) gains (known after apply)")
    assert _later({"grant": [block]}, {"grant": [{"privileges": True}]}) == [
        "a gains (known after apply) on catalog prod"
    ]
    one = {"grant": [block | {"privileges": ["SELECT", None]}]}
    assert _later(one, {"grant": [{"privileges": [False, True]}]})[0].startswith("(known after apply) gains")


def test_entries_of_other_types_that_are_known_after_the_apply_are_gained() -> None:
    """Permissions of a job, roles of a rule set."""
    for kind, attribute in (
        ("databricks_permissions", "access_control"),
        ("databricks_access_control_rule_set", "grant_rules"),
    ):
        item = change(f"{kind}.x", ["create"], None, {"name": "x"}, after_unknown={attribute: True})
        assert [text.partition(" on ")[0] for text in _words(item)] == ["(known after apply) gains (known after apply)"]


def test_a_vault_that_is_opened_by_role_has_no_unknown_policies() -> None:
    """The provider computes a list that nobody set; without the switch it is not known whom it names."""
    unknown = {"access_policy": True}
    by_role = {"name": "kv", "rbac_authorization_enabled": True}
    assert _words(change("azurerm_key_vault.k", ["create"], None, by_role, after_unknown=unknown)) == []
    assert _words(change("azurerm_key_vault.k", ["create"], None, {"name": "kv"}, after_unknown=unknown)) == [
        "(known after apply) gains (known after apply) on azurerm key vault kv"
    ]


def test_an_owner_that_is_known_after_the_apply_is_told() -> None:
    """By what it refers to, or as unknown; the owner of a new thing only if it is everybody or a person."""
    before = {"name": "prod", "owner": "platform-admins"}
    item = change("databricks_catalog.c", ["update"], before, {"name": "prod"}, after_unknown={"owner": True})
    maker = change("databricks_service_principal.p", ["create"], None, {"display_name": "evil"})
    uses = {"databricks_catalog.c": {"owner": "databricks_service_principal.p.application_id"}}
    assert "evil gains OWNERSHIP on catalog prod" in _words(item, maker, uses=uses)
    assert _words(item) == ["(known after apply) gains OWNERSHIP on catalog prod"]
    new = [
        change("databricks_catalog.c", ["create"], None, {"name": "c", "owner": o}) for o in ("Users", "a@b.c", "eng")
    ]
    assert [_words(item) for item in new] == [
        ["users gains OWNERSHIP on catalog c"],
        ["a@b.c gains OWNERSHIP on catalog c"],
        [],
    ]


def test_each_instance_of_a_module_names_its_own() -> None:
    """Two instances of one module: each grant is on the schema that its own instance makes."""
    found: list[dict[str, Any]] = []
    for key in ("credit", "risk.eu"):
        module = f'module.uc["{key}"].'
        for kind, values, unknown in (
            ("databricks_schema", {"catalog_name": "prod", "name": key}, {"id": True}),
            ("databricks_grant", {"principal": "eng", "privileges": ["SELECT"]}, {"schema": True}),
        ):
            item = change(f"{kind}.x", ["create"], None, values, after_unknown=unknown)
            found.append(item | {"address": f"{module}{kind}.x"})
    configured = {
        "resources": [
            {"address": "databricks_schema.x", "expressions": {}},
            {
                "address": "databricks_grant.x",
                "expressions": {"schema": {"references": ["databricks_schema.x.id", "databricks_schema.x"]}},
            },
        ]
    }
    configuration = {"root_module": {"module_calls": {"uc": {"module": configured}}}}
    assert _words(*found, configuration=configuration) == [
        "eng gains SELECT on schema prod.credit",
        "eng gains SELECT on schema prod.risk.eu",
    ]


def test_an_instance_is_named_by_its_own_key_and_no_other() -> None:
    """Of several instances the one with the same key is meant; with another key, nothing says which one it is."""
    schemas = [
        change(f'databricks_schema.s["{key}"]', ["create"], None, {"catalog_name": "prod", "name": key}) for key in "ab"
    ]
    held = {"grant": [{"principal": "etl", "privileges": ["SELECT"]}]}
    grants = [change(f'databricks_grants.g["{key}"]', ["create"], None, held) for key in ("a", "c")]
    document = plan(*schemas, *grants)
    references = {"references": ["databricks_schema.s", "each.key"]}
    document["configuration"]["root_module"]["resources"] = [
        {"address": "databricks_grants.g", "mode": "managed", "expressions": {"schema": references}}
    ]
    for item in grants:
        item["change"]["after_unknown"] = {"schema": True}
    read = read_plan("prod-ml", document)
    assert [item.words() for item in grant_changes(read, Names(read))] == [
        "etl gains SELECT on schema prod.a",
        "etl gains SELECT on schema (known after apply)",
    ]


def _renamed(before: dict[str, Any], after: dict[str, Any]) -> list[str]:
    kind = "databricks_grants" if "grant" in before else "databricks_entitlements"
    return _words(change(f"{kind}.old", ["delete"], before), change(f"{kind}.new", ["create"], None, after))


def test_a_right_that_one_resource_takes_and_another_gives_is_no_gain() -> None:
    """A renamed resource: only what differs is told."""
    old = {"catalog": "prod", "grant": [{"principal": "eng", "privileges": ["SELECT", "MODIFY"]}]}
    new = {"catalog": "prod", "grant": [{"principal": "eng", "privileges": ["SELECT", "APPLY_TAG"]}]}
    assert _renamed(old, new) == ["eng loses MODIFY on catalog prod", "eng gains APPLY_TAG on catalog prod"]


def test_two_workspaces_of_one_stack_are_not_one() -> None:
    """What is lost in one workspace and gained in another is both."""
    held = {"group_id": "7", "allow_cluster_create": True}
    words = "allow_cluster_create on workspace of this stack"
    assert _renamed(held, held) == [f"7 loses {words}", f"7 gains {words}"]


def test_what_is_only_forgotten_goes_on_giving() -> None:
    """Terraform no longer manages the grants, and they stay."""
    held = {"catalog": "prod", "grant": [{"principal": "eng", "privileges": ["SELECT"]}]}
    assert _words(change("databricks_grants.g", ["forget"], held)) == []


# Types that give access, by the schemas of the providers and their documentation, without those that are read.
_NOT_READ = [
    "azapi_data_plane_resource",
    "azapi_resource",
    "azapi_resource_action",
    "azapi_update_resource",
    "azuread_access_package_assignment_policy",
    "azuread_administrative_unit_role_member",
    "azuread_application_federated_identity_credential",
    "azuread_application_password",
    "azuread_group",
    "azuread_privileged_access_group_eligibility_schedule",
    "azuread_service_principal_delegated_permission_grant",
    "azurerm_cosmosdb_sql_role_assignment",
    "azurerm_eventhub_authorization_rule",
    "azurerm_eventhub_namespace_authorization_rule",
    "azurerm_key_vault_managed_hardware_security_module_role_assignment",
    "azurerm_key_vault_managed_hardware_security_module_role_definition",
    "azurerm_key_vault_managed_storage_account_sas_token_definition",
    "azurerm_kubernetes_cluster_trusted_access_role_binding",
    "azurerm_kusto_database_principal_assignment",
    "azurerm_pim_eligible_role_assignment",
    "azurerm_postgresql_flexible_server_active_directory_administrator",
    "azurerm_redis_cache_access_policy",
    "azurerm_redis_cache_access_policy_assignment",
    "azurerm_role_management_policy",
    "azurerm_storage_account_local_user",
    "databricks_account_federation_policy",
    "databricks_app",
    "databricks_custom_app_integration",
    "databricks_group_instance_profile",
    "databricks_metastore_data_access",
    "databricks_mws_credentials",
    "databricks_service_principal_secret",
    "databricks_token",
    "databricks_user_instance_profile",
]


@pytest.mark.parametrize("kind", _NOT_READ)
def test_a_type_that_is_not_read_gives_what_is_unknown(kind: str) -> None:
    """Whoever it is and whatever it allows: a change of it is said, on create and on update alike."""
    made = change(f"{kind}.x", ["create"], None, {"name": "n", "parent_id": "n"})
    changed = change(f"{kind}.x", ["update"], {"name": "n", "parent_id": "n"}, {"name": "n", "parent_id": "n", "b": 1})
    for item in (made, changed):
        (words,) = _words(item)
        assert words.startswith("(known after apply) gains (known after apply) on ")
        assert words.endswith(" n")


def test_a_type_that_nobody_here_has_met_gives_access_by_its_attributes() -> None:
    """`principal_ids` in what is written gives; what the provider fills in does not."""
    item = change("azurerm_future_thing.x", ["create"], None, {"name": "n", "principal_ids": ["p"]})
    assert _words(item) == ["(known after apply) gains (known after apply) on azurerm future thing n"]
    filled = change(
        "azurerm_user_assigned_identity.x", ["create"], None, {"name": "n"}, after_unknown={"principal_id": True}
    )
    assert _words(filled) == []
