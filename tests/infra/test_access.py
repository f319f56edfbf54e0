"""Who can do what, read from the synthesized grants and permissions."""

from collections.abc import Callable
from pathlib import Path

import pytest

from infra.spec import CONTAINERS
from tests.infra.conftest import Documents, edit
from tests.infra.find import all_grants, grants, permissions, who

ENVIRONMENTS = ("dev", "prod", "staging")
WRITES = {"MODIFY", "CREATE_TABLE", "CREATE_SCHEMA", "CREATE_VOLUME", "WRITE_VOLUME", "ALL_PRIVILEGES", "MANAGE"}


def test_dev_reads_prods_gold_and_nothing_else(documents: Documents) -> None:
    """The group of dev's principals reaches one schema of prod, to read it."""
    held = {
        name: rights for name, person, rights in all_grants(documents, "prod-workspace") if person.startswith("dev")
    }
    assert held == {"catalog-grants": {"USE_CATALOG"}, "credit_gold-grants": {"USE_SCHEMA", "SELECT"}}


def test_dev_cannot_write_prod(documents: Documents) -> None:
    """No grant in prod gives a dev principal a write, and dev's workspace is bound to prod's catalog read-only.

    The lake is isolated without a declared binding, so that prod's workspace alone reaches it.
    """
    for stack in ("prod-workspace", "prod-ml"):
        for name, person, rights in all_grants(documents, stack):
            assert not (person.startswith(("dev-", "staging-")) and rights & WRITES), (stack, name, person)
    bindings = documents["prod-workspace"]["resource"]["databricks_workspace_binding"]
    own = (1000000000000003, "BINDING_TYPE_READ_WRITE")
    assert {name: (b["workspace_id"], b["binding_type"]) for name, b in bindings.items()} == {
        "catalog-binding-own": own,
        "catalog-binding-dev": (1000000000000001, "BINDING_TYPE_READ_ONLY"),
    }
    resources = documents["prod-workspace"]["resource"]
    lake = (*resources["databricks_external_location"].values(), *resources["databricks_storage_credential"].values())
    assert {item["isolation_mode"] for item in lake} == {"ISOLATION_MODE_ISOLATED"}
    assert len(resources["databricks_external_location"]) == len(CONTAINERS)


def test_source_readers_are_dev_training_promotion_and_scoring(documents: Documents) -> None:
    """Of dev's principals, those whose stage reads a source are in the group that prod grants to."""
    members = documents["account"]["resource"]["databricks_group_member"]
    readers = {name: m for name, m in members.items() if name.endswith("-reads-source")}
    assert {name: (m["group_id"], m["member_id"]) for name, m in readers.items()} == {
        f"dev-credit-{stage}-reads-source": (
            "${databricks_group.group-dev-credit-source-readers.id}",
            f"${{databricks_service_principal.principal-dev-credit-{stage}.id}}",
        )
        for stage in ("training", "promotion", "scoring")
    }


@pytest.mark.parametrize("environment", ENVIRONMENTS)
def test_catalogs_are_isolated(documents: Documents, environment: str) -> None:
    """Each catalog is seen by named workspaces only, belongs to its owners, and is not dropped with content in it."""
    resources = documents[f"{environment}-workspace"]["resource"]
    catalog = dict(resources["databricks_catalog"]["catalog"])
    catalog.pop("lifecycle", None)
    assert catalog == {
        "name": environment,
        "comment": f"Everything of the environment {environment}.",
        "owner": f"{environment}-owners",
        "storage_root": f"abfss://models@mlops{environment}lake.dfs.core.windows.net/{environment}",
        "isolation_mode": "ISOLATED",
        "force_destroy": False,
        "depends_on": ["databricks_external_location.lake-models-location"],
    }
    assert all(not schema["force_destroy"] for schema in resources["databricks_schema"].values())


def test_rights_of_prods_jobs_to_each_schema(documents: Documents) -> None:
    """Each principal has what its stage needs: it reads its inputs, and creates (so owns) the tables it writes."""
    stack, read, create = "prod-workspace", {"USE_SCHEMA", "SELECT"}, {"USE_SCHEMA", "SELECT", "CREATE_TABLE"}

    def jobs_in(name: str) -> dict[str, set[str]]:
        held = grants(documents, stack, f"{name}-grants")
        return {p.removeprefix("prod-credit-"): rights for p, rights in held.items() if p.startswith("prod-credit-")}

    assert jobs_in("credit_bronze") == {"ingest": create}
    assert jobs_in("credit_silver") == {"ingest": create, "monitoring": read}
    assert jobs_in("credit_gold") == {
        "ingest": create,
        "training": read,
        "promotion": read,
        "scoring": create,
        "monitoring": read,
    }
    assert jobs_in("credit_features") == {"ingest": create}
    stages = ("ingest", "training", "promotion", "scoring", "monitoring")
    functions = {"ingest": create | {"CREATE_FUNCTION"}}
    assert jobs_in("credit_ops") == dict.fromkeys(stages, create) | functions
    assert jobs_in("credit_landing") == {"ingest": {"READ_VOLUME"}}
    assert jobs_in("credit_alerts") == {"monitoring": {"READ_VOLUME", "WRITE_VOLUME"}}
    assert jobs_in("credit_checkpoints") == {"ingest": {"READ_VOLUME", "WRITE_VOLUME"}}
    assert jobs_in("credit_scratch") == {"training": {"READ_VOLUME", "WRITE_VOLUME"}}
    assert jobs_in("wheels") == {stage: {"READ_VOLUME"} for stage in stages}


@pytest.mark.parametrize("environment", ENVIRONMENTS)
def test_no_job_may_change_what_another_recorded(documents: Documents, environment: str) -> None:
    """MODIFY is granted to nobody: a table is written by the principal that created, and so owns, it."""
    everything = all_grants(documents, f"{environment}-workspace") + all_grants(documents, f"{environment}-ml")
    assert [entry for entry in everything if entry[2] & {"MODIFY", "ALL_PRIVILEGES", "MANAGE"}] == []


@pytest.mark.parametrize("environment", ENVIRONMENTS)
def test_promotion_owns_the_model_and_training_cannot_move_aliases(documents: Documents, environment: str) -> None:
    """Ownership, which alone moves an alias, is promotion's; training adds versions; others read them.

    Scoring and monitoring load them; ingest, which maintains the tables, reads what they were trained on.
    """
    stack = f"{environment}-ml"
    model = documents[stack]["resource"]["databricks_registered_model"]["credit-model"]
    assert who(model["owner"]) == f"{environment}-credit-promotion"
    assert model["lifecycle"]["ignore_changes"] == ["aliases"]
    held = grants(documents, stack, "credit-model-grants")
    jobs = f"{environment}-credit-"
    principals = {p.removeprefix(jobs): r for p, r in held.items() if p.startswith(jobs)}
    assert principals == {"training": {"APPLY_TAG", "CREATE_MODEL_VERSION", "EXECUTE"}, "scoring": {"EXECUTE"}} | (
        {} if environment == "dev" else {"monitoring": {"EXECUTE"}, "ingest": {"EXECUTE"}}
    )
    assert [p for p, rights in held.items() if rights - {"EXECUTE"}] == [f"{environment}-credit-training"]


def test_people_do_not_write_prod(documents: Documents) -> None:
    """In prod no group of people has a write, manages a job or uses a cluster policy."""
    groups = {"ml-engineers", "data-scientists", "analysts", "model-risk", "platform-admins"}
    for stack in ("prod-workspace", "prod-ml"):
        for name, person, rights in all_grants(documents, stack):
            assert not (person in groups and rights & WRITES), (stack, name, person)
    for name in documents["prod-ml"]["resource"]["databricks_permissions"]:
        held = permissions(documents, "prod-ml", name)
        assert not [p for p, level in held.items() if p in groups and level in {"CAN_MANAGE", "CAN_EDIT"}], name
    for policy in ("cpu_single_node", "cpu_autoscaling", "gpu_single_node"):
        held = permissions(documents, "prod-workspace", f"policy-{policy}-permissions")
        assert not groups & set(held)


def test_nobody_is_granted_to_everyone(documents: Documents) -> None:
    """No grant or permission names the built-in groups of all users."""
    for stack in documents:
        if stack != "account":
            assert not [g for g in all_grants(documents, stack) if g[1] in {"account users", "users"}]


def test_a_job_that_only_starts_others_holds_no_rights(documents: Documents) -> None:
    """Staging's integration principal is granted nothing in Unity Catalog."""
    held = all_grants(documents, "staging-workspace") + all_grants(documents, "staging-ml")
    assert [name for name, person, _ in held if person == "staging-credit-integration"] == []


def test_a_wider_right_in_the_yaml_is_a_wider_grant(workspaces: Path, synthesized: Callable[..., Documents]) -> None:
    """platform.yaml alone decides what a stage may do: the tests above read rights that it gives."""
    edit(workspaces / "platform.yaml", "training: {gold: read", "training: {gold: create")
    held = grants(synthesized("prod-workspace"), "prod-workspace", "credit_gold-grants")
    assert held["prod-credit-training"] == {"USE_SCHEMA", "SELECT", "CREATE_TABLE"}


def test_without_read_by_no_other_environment_is_let_in(
    workspaces: Path, synthesized: Callable[..., Documents]
) -> None:
    """The grant and the binding both go when prod stops naming dev, and dev stops naming its source."""
    edit(workspaces / "prod.yaml", "read_by: [dev]", "read_by: []")
    edit(workspaces / "dev.yaml", "    source: prod\n", "")
    edit(workspaces / "dev.yaml", "    jobs:\n", "    jobs:\n      ingest: {schedule: paused}\n")
    changed = synthesized("account", "prod-workspace")
    bindings = changed["prod-workspace"]["resource"]["databricks_workspace_binding"].values()
    assert {binding["workspace_id"] for binding in bindings} == {1000000000000003}
    assert not [g for g in all_grants(changed, "prod-workspace") if g[1].startswith("dev")]
    members = changed["account"]["resource"]["databricks_group_member"]
    assert not [name for name in members if name.endswith("-reads-source")]
