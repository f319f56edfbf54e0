"""Who may do what, rule by rule, on small stacks."""

import pytest

from policies.access.compute import Access, privileges_on
from policies.access.model import Key
from tests.policies.access.estates import PROD, access, account, prod

GOLD = Key(kind="schema", name="prod.gold")
OPS = Key(kind="schema", name="prod.ops")
CATALOG = Key(kind="catalog", name="prod")
INBOX = Key(kind="volume", name="prod.ops.inbox")
MODEL = Key(kind="model", name="prod.ops.risk")
JOB = Key(kind="job", name="prod/train")


@pytest.fixture
def small() -> Access:
    """The small stacks as they are."""
    return access()


def test_a_group_gives_its_members_what_it_has(small: Access) -> None:
    """The chain names the membership, the entry and the grant, with the resources that declare them."""
    answer = small.may("dev-job", GOLD, "SELECT")
    assert (answer.allowed, answer.workspaces) == (True, ("dev",))
    assert answer.steps == (
        "enters catalog prod: dev-job is in readers (account: databricks_group_member.b); "
        "readers is granted USE_CATALOG on catalog prod (prod-workspace: databricks_grants.c)",
        "SELECT on schema prod.gold: dev-job is in readers (account: databricks_group_member.b); "
        "readers is granted SELECT on schema prod.gold (prod-workspace: databricks_grants.g)",
    )


def test_a_read_only_binding_stops_a_write_that_was_granted(small: Access) -> None:
    """dev-job holds MODIFY by grant, and its only workspace may not write the catalog."""
    answer = small.may("dev-job", GOLD, "MODIFY")
    assert not answer.allowed
    assert answer.steps[-1] == "but catalog prod can be written from another workspace than it may sign in to"


def test_a_binding_for_writing_lets_it_through() -> None:
    """The same grant, with dev bound to write."""
    document = prod()
    document["resource"]["databricks_workspace_binding"]["d"]["binding_type"] = "BINDING_TYPE_READ_WRITE"
    assert access(prod_workspace=document).may("dev-job", GOLD, "MODIFY").workspaces == ("dev",)


def test_an_isolated_catalog_without_a_binding_is_reached_from_where_it_was_isolated() -> None:
    """Whatever the grants say: isolating binds the workspace that does it, and no other one."""
    document = prod()
    del document["resource"]["databricks_workspace_binding"]
    alone = access(prod_workspace=document)
    assert alone.may("prod-job", GOLD, "SELECT").workspaces == ("prod",)
    answer = alone.may("dev-job", GOLD, "SELECT")
    elsewhere = "but catalog prod can be reached from another workspace than it may sign in to"
    assert (answer.allowed, answer.steps[-1]) == (False, elsewhere)


def test_an_open_catalog_is_reached_from_wherever_one_may_sign_in() -> None:
    """Bindings count for isolated ones only."""
    document = prod()
    document["resource"]["databricks_catalog"]["c"]["isolation_mode"] = "OPEN"
    assert access(prod_workspace=document).may("dev-job", GOLD, "MODIFY").workspaces == ("dev",)


def test_nothing_opens_without_entry(small: Access) -> None:
    """people may SELECT in gold, and hold no USE_CATALOG."""
    answer = small.may("people", GOLD, "SELECT")
    assert answer.steps == ("people lacks USE_CATALOG on catalog prod, without which nothing in it opens",)
    assert small.may("dev-job", INBOX, "READ_VOLUME").steps == (
        "dev-job lacks USE_SCHEMA on schema prod.ops, without which nothing in it opens",
    )


def test_all_privileges_stand_for_all_but_giving_on_and_taking_out(small: Access) -> None:
    """And hold on what is below."""
    held = {name for name in privileges_on("schema") if small.may("prod-job", GOLD, name).allowed}
    assert held == set(privileges_on("schema")) - {"MANAGE", "EXTERNAL_USE_SCHEMA"}


def test_a_privilege_is_inherited_from_what_is_outside() -> None:
    """SELECT on the catalog reads every schema."""
    document = prod()
    document["resource"]["databricks_grants"]["c"]["grant"][0]["privileges"] += ["USE_SCHEMA", "SELECT"]
    assert access(prod_workspace=document).may("dev-job", OPS, "SELECT").allowed


def test_owning_a_catalog_manages_what_is_in_it_and_reads_none_of_it() -> None:
    """An owner of the catalog who does not own the schema."""
    document = prod()
    document["resource"]["databricks_schema"]["gold"]["owner"] = "somebody"
    found = access(prod_workspace=document)
    held = {name for name in privileges_on("schema") if found.may("owners", GOLD, name).allowed}
    assert held == {"USE_SCHEMA", "MANAGE"}
    assert found.may("owners", CATALOG, "CREATE_SCHEMA").allowed


def test_owning_a_schema_reads_none_of_the_tables_that_others_made(small: Access) -> None:
    """It may make, grant and drop in it. A row SELECT on a schema is about the tables in it."""
    held = {name for name in privileges_on("schema") if small.may("owners", GOLD, name).allowed}
    assert {"CREATE_TABLE", "MANAGE", "USE_SCHEMA"} <= held
    assert not held & {"SELECT", "MODIFY", "READ_VOLUME", "EXECUTE"}


def test_an_owner_has_everything_on_what_it_owns() -> None:
    """The model's owner, once it may enter the schema."""
    document = prod()
    grant = {"schema": "prod.ops", "grant": [{"principal": "prod-job", "privileges": ["USE_SCHEMA"]}]}
    document["resource"]["databricks_grants"]["o"] = grant
    found = access(prod_workspace=document)
    assert {name for name in privileges_on("model") if found.may("prod-job", MODEL, name).allowed} == set(
        privileges_on("model")
    )


def test_the_metastores_owner_manages_everything_and_reads_nothing() -> None:
    """Also a catalog that somebody else owns: it may grant itself what it lacks."""
    document = prod()
    document["resource"]["databricks_catalog"]["c"]["owner"] = "somebody"
    document["resource"]["databricks_schema"]["gold"]["owner"] = "somebody"
    found = access(prod_workspace=document)
    assert {name for name in privileges_on("schema") if found.may("keepers", GOLD, name).allowed} == {
        "USE_SCHEMA",
        "MANAGE",
    }
    answer = found.may("keepers", GOLD, "MANAGE")
    assert answer.steps[-1].endswith(
        "keepers owns metastore ms, so manages everything in it (account: databricks_metastore.m)"
    )


def test_levels_include_the_weaker_ones(small: Access) -> None:
    """CAN_MANAGE_RUN includes CAN_VIEW, and not CAN_MANAGE."""
    held = [level for level in privileges_on("job") if small.may("people", JOB, level).allowed]
    assert held == ["CAN_VIEW", "CAN_MANAGE_RUN"]


def test_an_object_needs_a_sign_in_to_its_workspace(small: Access) -> None:
    """readers may view the job, and dev-job, their member, may not sign in to prod."""
    assert small.may("dev-job", JOB, "CAN_VIEW").steps[-1] == "but dev-job may not sign in to that workspace"


def test_a_workspace_admin_manages_its_objects(small: Access) -> None:
    """owners, and their members, by the assignment and not by a permission."""
    assert "is an admin of the workspace prod" in small.may("keepers", JOB, "CAN_MANAGE").steps[0]


def test_who_may_not_sign_in_has_nothing() -> None:
    """The same grants, without the assignment."""
    document = account()
    assignments = document["resource"]["databricks_mws_permission_assignment"]
    document["resource"]["databricks_mws_permission_assignment"] = {
        name: item for name, item in assignments.items() if item["workspace_id"] == PROD
    }
    assert not access(account=document).may("dev-job", GOLD, "SELECT").allowed


def test_the_matrix_is_what_may_says(small: Access) -> None:
    """One row per privilege held, none for what is not, and each with its chain."""
    rows = {(row.principal, row.key, row.privilege): row for row in small.matrix()}
    for principal in small.estate.principals:
        for key in small.estate.securables:
            for privilege in privileges_on(key.kind):
                answer = small.may(principal, key, privilege)
                assert answer.allowed is ((principal, key, privilege) in rows)
    anywhere = ("metastore", "group")
    assert all(row.why and (row.workspaces or row.key.kind in anywhere) for row in rows.values())
    assert rows[("dev-job", GOLD, "SELECT")].principal_kind == "service principal"


def test_azure_roles_are_told_as_they_are_assigned() -> None:
    """By the identity's and the scope's name; one under a condition says so; nobody else has it."""
    platform = {
        "resource": {
            "azurerm_databricks_access_connector": {"c": {"name": "mlops-prod"}},
            "azurerm_storage_account": {"lake": {"name": "mlopsprodlake"}},
            "azurerm_role_assignment": {
                "r": {
                    "scope": "${azurerm_storage_account.lake.id}",
                    "principal_id": "${azurerm_databricks_access_connector.c.identity[0].principal_id}",
                    "role_definition_name": "Storage Blob Data Contributor",
                },
                "o": {
                    "scope": "/subscriptions/1",
                    "principal_id": "p",
                    "role_definition_name": "Owner",
                    "condition": "c",
                },
            },
        }
    }
    found = access(prod_platform=platform)
    lake = Key(kind="azure scope", name="prod/mlopsprodlake")
    assert found.estate.principals["mlops-prod"] == "azure identity"
    answer = found.may("mlops-prod", lake, "Storage Blob Data Contributor")
    assert answer.steps == (
        "mlops-prod has the role Storage Blob Data Contributor on azure scope prod/mlopsprodlake "
        "(prod-platform: azurerm_role_assignment.r)",
    )
    assert not found.may("dev-job", lake, "Storage Blob Data Contributor").allowed
    rows = [(row.principal, row.privilege) for row in found.matrix() if row.key.kind == "azure scope"]
    assert rows == [("mlops-prod", "Storage Blob Data Contributor"), ("p", "Owner (under a condition)")]


def test_a_grant_on_a_table_is_about_that_table_only() -> None:
    """No stack makes the table; the grant on it, and what is inherited from its schema, are told all the same."""
    document = prod()
    grants = document["resource"]["databricks_grants"]
    grants["c"]["grant"].append({"principal": "people", "privileges": ["USE_CATALOG"]})
    grants["g"]["grant"][2]["privileges"] = ["USE_SCHEMA"]
    grants["t"] = {"table": "prod.gold.scores", "grant": [{"principal": "people", "privileges": ["SELECT"]}]}
    found = access(prod_workspace=document)
    scores = Key(kind="table", name="prod.gold.scores")
    assert found.may("people", scores, "SELECT").allowed
    assert not found.may("people", GOLD, "SELECT").allowed
    assert found.may("dev-job", scores, "SELECT").allowed
