"""One change to the shipped stacks each, and what the access review says of it."""

import copy
from collections.abc import Callable
from typing import Any

import pytest

from policies.access.build import estate_of
from policies.access.compute import Access
from policies.access.conflicts import conflicts
from policies.access.invariants import read_invariants, violations
from policies.access.model import Key
from policies.access.stacks import Stack, stack_of
from tests.policies.conftest import Stacks

Change = Callable[[Stacks], None]
_unchanged: dict[str, Stack] = {}
EVERYTHING = "ALL_PRIVILEGES"
GOLD, SILVER = (Key(kind="schema", name=f"prod.credit_{layer}") for layer in ("gold", "silver"))
CATALOG = Key(kind="catalog", name="prod")
PROMOTION = Key(kind="job", name="prod/credit-promotion")
ENTRY = ["USE_CATALOG", "USE_SCHEMA"]


def _changed(stacks: Stacks, *changes: Change) -> Access:
    documents = copy.deepcopy(stacks)
    for change in changes:
        change(documents)
    return Access(estate_of([_read(stacks, name, document) for name, document in documents.items()]))


def _read(shipped: Stacks, name: str, document: dict[str, Any]) -> Stack:
    """The stack in a document; one that nobody changed is read once for all tests."""
    if document != shipped[name]:
        return stack_of(name, document)
    if name not in _unchanged:
        _unchanged[name] = stack_of(name, document)
    return _unchanged[name]


def _broken(found: Access) -> dict[str, list[str]]:
    broken: dict[str, list[str]] = {}
    for item in violations(read_invariants(), found.matrix(), found.estate.securables):
        broken.setdefault(item.invariant, []).append(item.what)
    return broken


def _add(stack: str, kind: str, **values: Any) -> Change:
    def change(documents: Stacks) -> None:
        documents[stack]["resource"].setdefault(kind, {})["added"] = values

    return change


def _grant(principal: str, *privileges: str, stack: str = "prod-workspace", **on: str) -> Change:
    return _add(
        stack, "databricks_grant", principal=principal, privileges=list(privileges), **(on or {"catalog": "prod"})
    )


WRITES = "only production and the platform's admins write production"
RECORDS = "no principal changes data that another one recorded"


@pytest.mark.parametrize("spelling", ["account users", "Account  Users", "users"])
def test_a_grant_to_everybody_is_a_grant_to_each(stacks: Stacks, spelling: str) -> None:
    """By name, and by every principal that may sign in."""
    found = _changed(stacks, _grant(spelling, EVERYTHING))
    assert found.may("analysts", SILVER, "SELECT").workspaces == ("dev", "prod")
    assert found.may("prod-credit-training", GOLD, "MODIFY").workspaces == ("prod",)
    # What dev may do in prod's catalog ends at its binding, which is for reading.
    assert not found.may("dev-credit-training", GOLD, "MODIFY").allowed
    broken = _broken(found)
    assert (
        f"{'users' if spelling == 'users' else 'account users'} holds MODIFY on schema prod.credit_gold"
        in broken[WRITES]
    )
    assert "analysts holds SELECT on schema prod.credit_silver" in broken["analysts read gold and nothing else"]


def test_a_person_in_no_stack_is_a_row(stacks: Stacks) -> None:
    """Where it may sign in nobody knows here, so from unknown workspaces."""
    found = _changed(stacks, _grant("bob@example.com", *ENTRY, "SELECT", "MODIFY"))
    assert found.estate.principals["bob@example.com"] == "user"
    rows = [row for row in found.matrix() if row.principal == "bob@example.com" and row.key == GOLD]
    assert [(row.privilege, row.workspaces) for row in rows] == [
        ("USE_SCHEMA", ("unknown",)),
        ("SELECT", ("unknown",)),
        ("MODIFY", ("unknown",)),
    ]
    assert "bob@example.com holds MODIFY on schema prod.credit_gold" in _broken(found)[RECORDS]


def test_an_owner_in_no_stack_is_a_row(stacks: Stacks) -> None:
    """It manages the catalog."""

    def change(documents: Stacks) -> None:
        documents["prod-workspace"]["resource"]["databricks_catalog"]["catalog"]["owner"] = "bob@example.com"

    found = _changed(stacks, change)
    assert found.may("bob@example.com", CATALOG, "MANAGE").allowed
    assert "bob@example.com holds CREATE_SCHEMA on catalog prod" in _broken(found)[WRITES]


@pytest.mark.parametrize("spelling", ["ALL PRIVILEGES", "all privileges", "All_Privileges"])
def test_a_privilege_in_another_spelling_is_the_same(stacks: Stacks, spelling: str) -> None:
    """The provider accepts them all."""
    found = _changed(stacks, _grant("analysts", spelling))
    assert found.may("analysts", GOLD, "MODIFY").workspaces == ("prod",)
    assert found.may("analysts", SILVER, "SELECT").allowed
    assert "analysts holds MODIFY on schema prod.credit_gold" in _broken(found)[RECORDS]


@pytest.mark.parametrize("name", ["MANAGE", "EXTERNAL_USE_SCHEMA"])
def test_all_privileges_do_not_let_data_out_nor_give_it_on(stacks: Stacks, name: str) -> None:
    """Databricks leaves them out on purpose."""
    found = _changed(stacks, _grant("analysts", EVERYTHING, schema="prod.credit_gold"))
    assert found.may("analysts", GOLD, "MODIFY").allowed
    assert not found.may("analysts", GOLD, name).allowed


def test_all_privileges_on_a_location_do_not_let_files_out(stacks: Stacks) -> None:
    """`EXTERNAL_USE_LOCATION` is granted by its name or not at all."""
    name = next(iter(stacks["prod-workspace"]["resource"]["databricks_external_location"].values()))["name"]
    found = _changed(stacks, _grant("prod-credit-scoring", EVERYTHING, external_location=name))
    location = Key(kind="external_location", name=name)
    assert found.may("prod-credit-scoring", location, "READ_FILES").allowed
    assert not found.may("prod-credit-scoring", location, "EXTERNAL_USE_LOCATION").allowed


def test_metadata_is_browsed_without_entry(stacks: Stacks) -> None:
    """`BROWSE` on the catalog shows what is in it to somebody without USE_CATALOG, and no data."""
    found = _changed(stacks, _grant("stranger", "BROWSE"))
    assert found.may("stranger", GOLD, "BROWSE").allowed
    assert not found.may("stranger", GOLD, "SELECT").allowed


def test_a_group_in_a_group_has_what_that_has(stacks: Stacks) -> None:
    """Analysts among production's owners."""

    def change(documents: Stacks) -> None:
        ids = {
            v["display_name"]: f"${{databricks_group.{k}.id}}" for k, v in _of(documents, "account", "databricks_group")
        }
        documents["account"]["resource"]["databricks_group_member"]["added"] = {
            "group_id": ids["prod-owners"],
            "member_id": ids["analysts"],
        }

    found = _changed(stacks, change)
    assert found.may("analysts", GOLD, "MANAGE").workspaces == ("prod",)
    assert (
        "analysts holds MANAGE on model prod.credit_ops.default_risk" in _broken(found)["only promotion moves an alias"]
    )


def _of(documents: Stacks, stack: str, kind: str) -> Any:
    return documents[stack]["resource"][kind].items()


def _on_job(group: str, level: str) -> Change:
    return _add(
        "prod-ml",
        "databricks_permissions",
        job_id="${databricks_job.credit-promotion.id}",
        access_control=[{"group_name": group, "permission_level": level}],
    )


@pytest.mark.parametrize("level", ["CAN_MANAGE", "can manage"])
def test_a_level_for_all_users_is_one_for_each_of_the_workspace(stacks: Stacks, level: str) -> None:
    """And for nobody else."""
    found = _changed(stacks, _on_job("users", level))
    assert found.may("prod-credit-training", PROMOTION, "CAN_MANAGE").workspaces == ("prod",)
    assert not found.may("dev-credit-training", PROMOTION, "CAN_MANAGE").allowed
    assert "prod-credit-training holds CAN_MANAGE on job prod/credit-promotion" not in _broken(_changed(stacks))
    assert "training cannot promote" in _broken(found)


def test_a_workspaces_admins_are_its_own(stacks: Stacks) -> None:
    """`admins` on a secret scope is not those of another workspace."""
    acl = _add("prod-workspace", "databricks_secret_acl", scope="prod", principal="admins", permission="read")
    found = _changed(stacks, acl)
    scope = Key(kind="secret scope", name="prod/prod")
    assert found.may("prod-owners", scope, "READ").allowed
    assert not found.may("dev-owners", scope, "READ").allowed


@pytest.mark.parametrize(
    "values",
    [
        {"principal_id": "${data.databricks_group.a.id}"},
        {"group_name": "Analysts"},
    ],
)
def test_an_assignment_by_the_workspace_counts(stacks: Stacks, values: dict[str, str]) -> None:
    """ADMIN of the workspace that the stack deploys to manages its jobs."""

    def look_up(documents: Stacks) -> None:
        data = documents["prod-workspace"].setdefault("data", {})
        data.setdefault("databricks_group", {})["a"] = {"display_name": "analysts"}

    assign = _add("prod-workspace", "databricks_permission_assignment", permissions=["ADMIN"], **values)
    found = _changed(stacks, look_up, assign)
    assert found.may("analysts", PROMOTION, "CAN_MANAGE").workspaces == ("prod",)
    assert found.may("analysts", Key(kind="workspace", name="prod"), "ADMIN").allowed


def test_a_member_of_a_workspaces_admins_is_its_admin(stacks: Stacks) -> None:
    """The group is the workspace's own, whatever it is looked up as."""

    def change(documents: Stacks) -> None:
        documents["prod-workspace"].setdefault("data", {})["databricks_group"] = {"x": {"display_name": "Admins"}}

    values = {"group_id": "${data.databricks_group.x.id}", "member_id": "bob@example.com"}
    found = _changed(stacks, change, _add("prod-workspace", "databricks_group_member", **values))
    assert found.may("bob@example.com", PROMOTION, "CAN_MANAGE").workspaces == ("prod",)


def test_who_may_run_as_a_service_principal_has_what_it_has(stacks: Stacks) -> None:
    """A rule set is a row, and what it opens is effective access: the row says as whom."""
    rule_set = _add(
        "account",
        "databricks_access_control_rule_set",
        name="accounts/1/servicePrincipals/prod-credit-promotion/ruleSets/default",
        grant_rules=[{"principals": ["groups/analysts"], "role": "roles/servicePrincipal.user"}],
    )
    found = _changed(stacks, rule_set)
    promotion = Key(kind="service principal", name="prod-credit-promotion")
    model = Key(kind="model", name="prod.credit_ops.default_risk")
    assert found.may("analysts", promotion, "roles/servicePrincipal.user").allowed
    assert not found.may("analysts", model, "MANAGE").allowed
    answer = found.effective("analysts", model, "MANAGE")
    assert (answer.allowed, answer.through, answer.workspaces) == (True, "prod-credit-promotion", ("prod",))
    assert answer.steps[0] == (
        "analysts may run as prod-credit-promotion (account: databricks_access_control_rule_set.added)"
    )
    told = "analysts holds MANAGE on model prod.credit_ops.default_risk, running as prod-credit-promotion"
    assert told in _broken(found)["only promotion moves an alias"]


def test_grants_on_the_metastore_are_rows(stacks: Stacks) -> None:
    """Shares, recipients, allow-lists and connections leave the platform."""
    given = ("CREATE_SHARE", "CREATE_RECIPIENT", "MANAGE_ALLOWLIST", "CREATE_CONNECTION", "NEW_RIGHT")
    found = _changed(
        stacks,
        _grant("analysts", *given, metastore="${data.databricks_current_metastore.metastore.id}", stack="prod-rights"),
    )
    rows = {row.privilege for row in found.matrix() if (row.principal, row.key.kind) == ("analysts", "metastore")}
    assert rows == set(given)


def test_a_function_is_a_securable(stacks: Stacks) -> None:
    """Who manages the function that masks may change what it hides."""
    found = _changed(stacks, _grant("analysts", "EXECUTE", "MANAGE", function="prod.credit_ops.hide_string"))
    hides = Key(kind="function", name="prod.credit_ops.hide_string")
    entered = _changed(stacks, _grant("analysts", "MANAGE", function="prod.credit_ops.hide_string"), _enter_ops)
    assert hides in found.estate.securables
    assert not found.may("analysts", hides, "MANAGE").allowed
    assert entered.may("analysts", hides, "MANAGE").workspaces == ("prod",)


def _enter_ops(documents: Stacks) -> None:
    grants = documents["prod-workspace"]["resource"]["databricks_grants"]
    grants["credit_ops-grants"]["grant"].append({"principal": "analysts", "privileges": ["USE_SCHEMA"]})


@pytest.mark.parametrize(
    ("attribute", "kind"),
    [
        ("cluster_id", "cluster"),
        ("pipeline_id", "pipeline"),
        ("notebook_path", "notebook"),
        ("new_thing_id", "new thing"),
    ],
)
def test_permissions_on_any_object_are_rows(stacks: Stacks, attribute: str, kind: str) -> None:
    """Of kinds that this code does not know too."""
    rules = [{"group_name": "analysts", "permission_level": "CAN_MANAGE"}]
    found = _changed(stacks, _add("prod-ml", "databricks_permissions", access_control=rules, **{attribute: "abc"}))
    assert found.may("analysts", Key(kind=kind, name="prod/abc"), "CAN_MANAGE").workspaces == ("prod",)


def test_a_variable_as_workspace_is_unknown(stacks: Stacks) -> None:
    """A binding to it may be one of any workspace."""
    values = {"securable_name": "prod", "workspace_id": "${var.ws}", "binding_type": "BINDING_TYPE_READ_WRITE"}
    binding = _add("prod-workspace", "databricks_workspace_binding", **values)
    found = _changed(stacks, binding, _grant("dev-credit-training", *ENTRY, "MODIFY"))
    assert found.may("dev-credit-training", GOLD, "MODIFY").workspaces == ("unknown",)
    assert "dev-credit-training holds MODIFY on schema prod.credit_gold" in _broken(found)[WRITES]


def test_a_sign_in_to_an_unknown_workspace_is_a_row(stacks: Stacks) -> None:
    """An admin of it may be one of any."""
    values = {"principal_id": "bob@example.com", "workspace_id": "${var.ws}", "permissions": ["ADMIN"]}
    found = _changed(stacks, _add("account", "databricks_mws_permission_assignment", **values))
    assert found.may("bob@example.com", PROMOTION, "CAN_MANAGE").workspaces == ("unknown",)


@pytest.mark.parametrize(
    "each", ['${toset(["dev-credit-training"])}', {"a": "dev-credit-training"}, '${["dev-credit-training"]}']
)
def test_a_literal_loop_is_written_out(stacks: Stacks, each: Any) -> None:
    """One grant for each of them."""
    values = {"for_each": each, "catalog": "prod", "principal": "${each.value}", "privileges": [*ENTRY, "SELECT"]}
    found = _changed(stacks, _add("prod-workspace", "databricks_grant", **values))
    assert found.may("dev-credit-training", SILVER, "SELECT").workspaces == ("dev",)


def test_a_literal_dynamic_block_is_written_out(stacks: Stacks) -> None:
    """Its iterator is the block's name unless it says another."""
    block = {
        "for_each": [{"who": "dev-credit-training"}],
        "iterator": "one",
        "content": {"principal": "${one.value.who}", "privileges": [*ENTRY, "SELECT"]},
    }
    found = _changed(stacks, _add("prod-workspace", "databricks_grants", catalog="prod", dynamic={"grant": block}))
    assert found.may("dev-credit-training", SILVER, "SELECT").workspaces == ("dev",)


@pytest.mark.parametrize(
    "values",
    [
        {"principal": "${var.who}", "privileges": ["MODIFY"]},
        {"principal": "dev-credit-training", "privileges": "${var.rights}"},
        {"for_each": "${var.people}", "principal": "${each.value}", "privileges": ["MODIFY"]},
        {"count": "${var.many}", "principal": "${var.people[count.index]}", "privileges": ["MODIFY"]},
        {"principal": "${lower(var.who)}", "privileges": ["MODIFY"]},
        {"principal": "${data.terraform_remote_state.other.outputs.group}", "privileges": ["MODIFY"]},
    ],
)
def test_what_is_not_known_is_a_row_that_says_so_and_breaks_what_it_may_break(
    stacks: Stacks, values: dict[str, Any]
) -> None:
    """The principal may be anybody, the privilege any."""
    found = _changed(
        stacks,
        _grant("dev-credit-training", *ENTRY),
        _add("prod-ml", "databricks_grant", schema="prod.credit_gold", **values),
    )
    rows = [row for row in found.matrix() if row.key == GOLD]
    assert [row for row in rows if "unknown: " in row.principal + row.privilege]
    assert [what for what in _broken(found)[RECORDS] if "unknown: " in what]
    answer = found.may("dev-credit-training", GOLD, "MODIFY")
    assert "it is unknown whether prod-ml: databricks_grant.added does" in answer.steps[-1]


def test_an_unknown_block_list_and_an_unknown_securable_are_rows(stacks: Stacks) -> None:
    """A list that a variable holds, and a schema that one names."""
    lists = _add("prod-ml", "databricks_grants", schema="prod.credit_gold", grant="${var.grants}")
    schema = _grant("analysts", "MODIFY", schema="${var.schema}")
    found = _changed(stacks, lists, schema)
    rows = {(row.principal_kind, row.key.name, row.privilege) for row in found.matrix()}
    assert ("unknown", "prod.credit_gold", "unknown: not set") in rows
    assert ("group", "unknown: ${var.schema}", "MODIFY") in rows
    assert "analysts holds MODIFY on schema unknown: ${var.schema}" in _broken(found)[RECORDS]


def test_a_module_may_give_anybody_anything(stacks: Stacks) -> None:
    """Its resources are not read here, and the row says so."""

    def change(documents: Stacks) -> None:
        documents["prod-ml"]["module"] = {"grants": {"source": "./grants"}}

    rows = [row for row in _changed(stacks, change).matrix() if row.key.kind == "module"]
    assert [(row.principal_kind, row.key.name) for row in rows] == [("unknown", "prod-ml: module.grants")]


def test_a_principal_in_another_case_is_the_same(stacks: Stacks) -> None:
    """One row, under the name of the group that the stacks make."""
    found = _changed(stacks, _grant("Analysts", *ENTRY, "SELECT"))
    assert "Analysts" not in found.estate.principals
    assert found.may("analysts", SILVER, "SELECT").allowed


def test_a_catalog_in_another_case_is_the_same(stacks: Stacks) -> None:
    """Unity Catalog reads its names in any case."""
    found = _changed(stacks, _grant("analysts", *ENTRY, "SELECT", schema="PROD.Credit_Silver"))
    assert found.may("analysts", SILVER, "SELECT").allowed


@pytest.mark.parametrize("kind", ["policy", "block"])
def test_vault_policies_are_rows(stacks: Stacks, kind: str) -> None:
    """Those that are resources, and those that a vault states."""
    policy = {"object_id": "evil", "secret_permissions": ["get", "List"]}
    if kind == "policy":
        change = _add("prod-platform", "azurerm_key_vault_access_policy", key_vault_id="kv", **policy)
    else:
        change = _add("prod-platform", "azurerm_key_vault", name="kv", access_policy=[policy])
    rows = [row for row in _changed(stacks, change).matrix() if row.principal == "evil"]
    assert [(row.key.name, row.privilege) for row in rows] == [("prod/kv", "secret Get"), ("prod/kv", "secret List")]


OWNER = "/providers/Microsoft.Authorization/roleDefinitions/8e3af657-a8ff-443c-a75c-2fe8c4bcb635"


ROLES = (
    {"role_definition_name": "Owner"},
    {"role_definition_id": OWNER},
    {"role_definition_id": f"/subscriptions/0{OWNER.upper()}"},
    {"role_definition_id": "/providers/Microsoft.Authorization/roleDefinitions/another"},
    {"role_definition_id": "${var.role}"},
)
SCOPES = ("/subscriptions/0", "${data.azurerm_subscription.here.id}")


@pytest.mark.parametrize("stack", ["bootstrap", "prod-platform"])
def test_a_wide_role_on_a_subscription_breaks_the_invariant_however_it_is_written(stacks: Stacks, stack: str) -> None:
    """By name or id, in whichever stack; an id that is no known role's may be any role's."""
    written = [{"scope": scope, **role} for scope in SCOPES for role in ROLES]
    assignments = {f"evil-{number}": values for number, values in enumerate(written)}

    def change(documents: Stacks) -> None:
        documents[stack].setdefault("data", {})["azurerm_subscription"] = {"here": {}}
        added = {who: {"principal_id": who, **values} for who, values in assignments.items()}
        documents[stack]["resource"].setdefault("azurerm_role_assignment", {}).update(added)

    told = _broken(_changed(stacks, change))["only pipelines hold wide roles on a subscription"]
    broken = {
        who: values for who, values in assignments.items() if any(what.startswith(f"{who} holds ") for what in told)
    }
    assert broken == assignments


def _conflicts(found: Access) -> list[str]:
    return [item.what for item in conflicts(found.estate.claims)]


def test_the_shipped_stacks_have_no_two_resources_about_one_securable(stacks: Stacks) -> None:
    """Whoever adds one is told by the tests below."""
    assert _conflicts(_changed(stacks)) == []


@pytest.mark.parametrize(
    ("change", "key"),
    [
        (_add("dev-workspace", "databricks_grants", catalog="Prod", grant=[]), "catalog prod"),
        (
            _add(
                "dev-workspace",
                "databricks_grants",
                catalog="Prod",
                grant=[{"principal": "a", "privileges": ["SELECT"]}],
            ),
            "catalog prod",
        ),
        (_grant("analysts", "SELECT"), "catalog prod"),
        (_on_job("analysts", "CAN_VIEW"), "job prod/credit-promotion"),
    ],
)
def test_two_resources_about_one_securable_are_a_fault(stacks: Stacks, change: Change, key: str) -> None:
    """In two stacks too: each apply of one takes away what the other gave."""
    (told,) = _conflicts(_changed(stacks, change))
    assert told.endswith(f"both decide about {key}")
