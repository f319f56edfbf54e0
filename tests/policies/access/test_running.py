"""As whom something runs, and whose a cluster is, are rows: also of principals that hold nothing else."""

import json
from typing import Any

import pytest

from policies.access.model import Key
from tests.policies.access.estates import access, prod, rows_of

EVE = "eve@example.com"
ROBOT = "0c0ffee0-0000-0000-0000-000000000001"


@pytest.mark.parametrize(
    ("kind", "securable", "called"),
    [
        ("databricks_job", "job", "name"),
        ("databricks_pipeline", "pipeline", "name"),
        ("databricks_alert_v2", "alert", "display_name"),
    ],
)
@pytest.mark.parametrize(
    ("run_as", "who"),
    [
        ({"user_name": EVE}, (EVE, "user")),
        ([{"service_principal_name": ROBOT}], (ROBOT, "service principal")),
        ({"group_name": "night shift"}, ("night shift", "undeclared")),
        ({"service_principal_name": "${var.who}"}, ("unknown: ${var.who}", "unknown")),
        ("${var.run_as}", ("unknown: not set", "unknown")),
    ],
)
def test_as_whom_it_runs_is_a_row(kind: str, securable: str, called: str, run_as: Any, who: tuple[str, str]) -> None:
    """It was a principal without a row; an expression was in no row either."""
    rows = rows_of(kind, run_as=run_as, **{called: "nightly"})
    assert rows == {(*who, securable, "prod/nightly", "RUNS_AS")}


@pytest.mark.parametrize("kind", ["databricks_pipeline", "databricks_alert_v2"])
def test_the_older_attribute_counts(kind: str) -> None:
    """If there is no `run_as`."""
    securable = {"databricks_pipeline": "pipeline", "databricks_alert_v2": "alert"}[kind]
    rows = rows_of(kind, name="nightly", run_as_user_name=EVE)
    assert rows == {(EVE, "user", securable, "prod/nightly", "RUNS_AS")}


def test_what_says_nobody_is_no_row() -> None:
    """It runs as whoever makes it."""
    assert rows_of("databricks_job", name="nightly") == set()


@pytest.mark.parametrize(("mode", "is_row"), [(None, True), ("OWNER", True), ("VIEWER", False)])
@pytest.mark.parametrize(("kind", "securable"), [("databricks_query", "query"), ("databricks_alert", "alert")])
def test_a_query_runs_as_its_owner_unless_as_its_viewer(kind: str, securable: str, mode: str, is_row: bool) -> None:
    """The owner is not stated to run it otherwise."""
    rows = rows_of(kind, display_name="sums", owner_user_name=EVE, run_as_mode=mode)
    assert rows == ({(EVE, "user", securable, "prod/sums", "RUNS_AS")} if is_row else set())


@pytest.mark.parametrize(
    "mode", ["SINGLE_USER", "DATA_SECURITY_MODE_DEDICATED", "LEGACY_SINGLE_USER", None, "${var.m}"]
)
def test_the_single_user_of_a_cluster_is_a_row(mode: str | None) -> None:
    """A mode that is not known may be that of one user."""
    rows = rows_of("databricks_cluster", cluster_name="box", data_security_mode=mode, single_user_name=EVE)
    assert rows == {(EVE, "user", "cluster", "prod/box", "SINGLE_USER")}


def test_a_cluster_of_many_is_nobodys() -> None:
    """The platform takes no notice of the name there."""
    values = {"data_security_mode": "USER_ISOLATION", "single_user_name": EVE}
    assert rows_of("databricks_cluster", cluster_name="box", **values) == set()


@pytest.mark.parametrize(
    ("name", "principal"),
    [("${var.user}", "unknown: ${var.user}"), (None, "unknown: whoever makes the cluster")],
)
def test_a_single_user_that_is_not_known_is_an_unknown_row(name: str | None, principal: str) -> None:
    """Computed, or whoever the provider is signed in as."""
    rows = rows_of("databricks_cluster", cluster_name="box", data_security_mode="SINGLE_USER", single_user_name=name)
    assert rows == {(principal, "unknown", "cluster", "prod/box", "SINGLE_USER")}


@pytest.mark.parametrize(
    "values",
    [
        {"job_cluster": [{"new_cluster": [{"single_user_name": EVE}]}]},
        {"task": [{"new_cluster": {"single_user_name": EVE, "data_security_mode": "SINGLE_USER"}}]},
        {"task": [{"for_each_task": {"task": {"new_cluster": {"single_user_name": EVE}}}}]},
    ],
)
def test_single_users_of_a_jobs_clusters_are_rows(values: dict[str, Any]) -> None:
    """At any depth."""
    assert rows_of("databricks_job", name="n", **values) == {(EVE, "user", "job", "prod/n", "SINGLE_USER")}


@pytest.mark.parametrize(
    "values",
    [
        {"job_cluster": "${var.clusters}"},
        {"task": "${var.clusters}"},
        {"task": [{"task_key": "a", "new_cluster": "${var.clusters}"}]},
    ],
)
def test_a_job_whose_clusters_are_computed_may_be_anybodys(values: dict[str, Any]) -> None:
    """It was no row."""
    rows = rows_of("databricks_job", name="n", **values)
    assert rows == {("unknown: ${var.clusters}", "unknown", "job", "prod/n", "SINGLE_USER")}


@pytest.mark.parametrize(
    ("definition", "users"),
    [
        ({"single_user_name": {"type": "fixed", "value": EVE}}, {EVE}),
        ({"single_user_name": {"type": "allowlist", "values": [EVE, "bob@example.com"]}}, {EVE, "bob@example.com"}),
        ({"single_user_name": {"type": "forbidden"}, "num_workers": {"type": "fixed", "value": 1}}, set()),
        ({"single_user_name": {"type": "fixed", "value": "${var.user}"}}, {"unknown: ${var.user}"}),
        ("${var.definition}", {"unknown: ${var.definition}"}),
        ("[1]", {"unknown: a definition that is not a JSON object"}),
    ],
)
@pytest.mark.parametrize("attribute", ["definition", "policy_family_definition_overrides"])
def test_users_that_a_cluster_policy_names_are_rows(attribute: str, definition: Any, users: set[str]) -> None:
    """Every cluster under it is theirs."""
    text = definition if isinstance(definition, str) else json.dumps(definition)
    rows = rows_of("databricks_cluster_policy", name="p", **{attribute: text})
    assert {row[0] for row in rows} == users
    assert {row[2:] for row in rows} <= {("cluster policy", "prod/p", "SINGLE_USER")}


def test_members_of_the_group_of_a_cluster_share_it() -> None:
    """A dedicated cluster may be a group's; the row says by which membership, and from which workspace."""
    document = prod()
    document["resource"]["databricks_cluster"] = {"c": {"cluster_name": "box", "single_user_name": "readers"}}
    rows = {row.principal: row for row in access(prod_workspace=document).matrix() if row.privilege == "SINGLE_USER"}
    assert {(row.principal, row.key.name, row.workspaces) for row in rows.values()} == {
        ("readers", "prod/box", ("prod",)),
        ("dev-job", "prod/box", ("prod",)),
    }
    assert rows["dev-job"].why == (
        "dev-job is in readers (account: databricks_group_member.b); "
        "readers has SINGLE_USER on cluster prod/box (prod-workspace: databricks_cluster.c)",
    )


def test_a_reference_is_read_as_the_principal_that_it_means() -> None:
    """The job of the small stacks; whoever may run as its principal does not become it on the job."""
    document = prod()
    document["resource"]["databricks_access_control_rule_set"] = {
        "r": {
            "name": "accounts/1/servicePrincipals/prod-job/ruleSets/default",
            "grant_rules": [{"principals": ["groups/people"], "role": "roles/servicePrincipal.user"}],
        }
    }
    found = access(prod_workspace=document)
    rows = [(row.principal, row.key, row.workspaces) for row in found.matrix() if row.privilege == "RUNS_AS"]
    train = Key(kind="job", name="prod/train")
    assert rows == [("prod-job", train, ("prod",))]
    assert not found.effective("people", train, "RUNS_AS").allowed
    assert found.effective("people", Key(kind="schema", name="prod.gold"), "MODIFY").through == "prod-job"
