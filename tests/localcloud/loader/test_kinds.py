"""Each resource type becomes the right calls: made, changed and deleted through real routes."""

import base64
from typing import Any

import pytest
from databricks.sdk.errors import NotFound

from localcloud.loader.kinds.compute import job_settings
from tests.localcloud.loader.stacks import ACCOUNT, Stacks, counts

UNITY: dict[str, Any] = {
    "databricks_catalog.lake": {"name": "lake", "isolation_mode": "ISOLATED", "force_destroy": True},
    "databricks_schema.ops": {"name": "ops", "catalog_name": "${databricks_catalog.lake.name}", "force_destroy": True},
    "databricks_volume.files": {
        "name": "files",
        "catalog_name": "lake",
        "schema_name": "${databricks_schema.ops.name}",
        "volume_type": "MANAGED",
        "comment": "what arrives",
    },
}


def test_job_blocks_become_lists_and_ids_numbers() -> None:
    """Terraform's singular blocks are REST's plural lists, at every depth; a block that stands alone stays."""
    arguments = {
        "name": "train",
        "task": [
            {"task_key": "a", "library": [{"whl": "/w"}], "run_job_task": {"job_id": "12"}},
            {"task_key": "b", "for_each_task": {"inputs": "[1]", "task": {"task_key": "c"}}},
        ],
        "parameter": [{"name": "p", "default": ""}],
        "job_cluster": [{"job_cluster_key": "main", "new_cluster": {"num_workers": 0}}],
        "queue": {"enabled": True},
    }
    assert job_settings(arguments) == {
        "name": "train",
        "tasks": [
            {"task_key": "a", "libraries": [{"whl": "/w"}], "run_job_task": {"job_id": 12}},
            {"task_key": "b", "for_each_task": {"inputs": "[1]", "task": {"task_key": "c"}}},
        ],
        "parameters": [{"name": "p", "default": ""}],
        "job_clusters": [{"job_cluster_key": "main", "new_cluster": {"num_workers": 0}}],
        "queue": {"enabled": True},
    }


def test_files_are_uploaded_and_follow_their_content(stacks: Stacks) -> None:
    """The same path with other bytes is uploaded again; a file that is gone from the document is deleted."""
    file = {
        "path": "/Volumes/lake/ops/files/a.txt",
        "source": "assets/a.txt",
        "depends_on": ["databricks_volume.files"],
    }
    folder = stacks.write("prod-ml", {**UNITY, "databricks_file.a": file}).parent / "assets"
    folder.mkdir()
    (folder / "a.txt").write_bytes(b"one")
    assert counts(stacks.load()) == (4, 0, 0, 0)
    assert _read(stacks, "a.txt") == b"one"
    (folder / "a.txt").write_bytes(b"two")
    assert counts(stacks.load()) == (0, 1, 3, 0)
    assert _read(stacks, "a.txt") == b"two"
    stacks.write("prod-ml", UNITY)
    assert counts(stacks.load()) == (0, 0, 3, 1)
    with pytest.raises(NotFound):
        _read(stacks, "a.txt")


def test_a_volume_that_is_moved_away_is_gone(stacks: Stacks) -> None:
    """Deleting catalog, schema and volume with `force_destroy` deletes them with what they hold."""
    stacks.write("prod-ml", UNITY)
    stacks.load()
    found = stacks.core.admin().volumes.read("lake.ops.files")
    assert (found.comment, found.volume_type and found.volume_type.value) == ("what arrives", "MANAGED")
    stacks.write("prod-ml", {})
    assert counts(stacks.load()) == (0, 0, 0, 3)
    with pytest.raises(NotFound):
        stacks.core.admin().catalogs.get("lake")


def test_bindings_are_given_and_taken(stacks: Stacks) -> None:
    """Another workspace sees an isolated catalog only while it is bound."""
    dev = stacks.core.cloud.workspace("dev").workspace_id
    binding = {
        "workspace_id": dev,
        "securable_type": "catalog",
        "securable_name": "${databricks_catalog.lake.name}",
        "binding_type": "BINDING_TYPE_READ_ONLY",
    }
    stacks.write("prod-ml", {**UNITY, "databricks_workspace_binding.dev": binding})
    stacks.load()
    assert "lake" in {catalog.name for catalog in stacks.core.admin("dev").catalogs.list()}
    stacks.write("prod-ml", UNITY)
    stacks.load()
    assert "lake" not in {catalog.name for catalog in stacks.core.admin("dev").catalogs.list()}


def test_grants_say_the_whole_of_who_may_do_what(stacks: Stacks) -> None:
    """What the document does not name is taken away, whoever granted it; without the block nobody holds anything."""
    groups = {f"databricks_group.{name}": {"display_name": name} for name in ("readers", "writers")}
    rows = [
        {"principal": "${databricks_group.readers.display_name}", "privileges": ["USE_SCHEMA", "SELECT"]},
        {"principal": "${databricks_group.writers.display_name}", "privileges": ["USE_SCHEMA"]},
    ]
    grants = {"schema": "${databricks_schema.ops.id}", "grant": rows}
    stacks.write("prod-ml", {**groups, **UNITY, "databricks_grants.ops": grants})
    stacks.load()
    assert _grants(stacks) == {"readers": {"SELECT", "USE_SCHEMA"}, "writers": {"USE_SCHEMA"}}
    stacks.core.grant("schema", "lake.ops", "writers", "MODIFY")
    changed = {**grants, "grant": [{"principal": "writers", "privileges": ["SELECT"]}]}
    stacks.write("prod-ml", {**groups, **UNITY, "databricks_grants.ops": changed})
    assert counts(stacks.load()) == (0, 1, 5, 0)
    assert _grants(stacks) == {"writers": {"SELECT"}}
    stacks.write("prod-ml", {**groups, **UNITY})
    stacks.load()
    assert _grants(stacks) == {}


def test_a_single_grant_leaves_the_others_alone(stacks: Stacks) -> None:
    """`databricks_grant` speaks for its principal only."""
    groups = {f"databricks_group.{name}": {"display_name": name} for name in ("readers", "writers")}
    grant = {"schema": "${databricks_schema.ops.id}", "principal": "readers", "privileges": ["SELECT"]}
    needs = {"depends_on": ["databricks_group.readers"]}
    stacks.write("prod-ml", {**groups, **UNITY, "databricks_grant.r": {**grant, **needs}})
    stacks.load()
    stacks.core.grant("schema", "lake.ops", "writers", "MODIFY")
    stacks.write("prod-ml", {**groups, **UNITY, "databricks_grant.r": {**grant, **needs, "privileges": ["USE_SCHEMA"]}})
    stacks.load()
    assert _grants(stacks) == {"readers": {"USE_SCHEMA"}, "writers": {"MODIFY"}}
    stacks.write("prod-ml", {**groups, **UNITY})
    stacks.load()
    assert _grants(stacks) == {"writers": {"MODIFY"}}


def test_groups_keep_their_members_when_renamed(stacks: Stacks) -> None:
    """A new display name is a change in place; memberships come and go on their own."""
    people = {
        "databricks_group.a": {"display_name": "team"},
        "databricks_service_principal.p": {"display_name": "robot", "workspace_access": True},
        "databricks_user.u": {"user_name": "ann@example.com", "display_name": "Ann"},
    }
    member = {"group_id": "${databricks_group.a.id}", "member_id": "${databricks_service_principal.p.id}"}
    stacks.write("account", {**people, "databricks_group_member.m": member}, host=ACCOUNT)
    stacks.load()
    people["databricks_group.a"] = {"display_name": "squad"}
    stacks.write("account", {**people, "databricks_group_member.m": member}, host=ACCOUNT)
    assert counts(stacks.load()) == (0, 1, 3, 0)
    assert _members(stacks, "squad") == ["robot"]
    stacks.write("account", people, host=ACCOUNT)
    assert counts(stacks.load()) == (0, 0, 3, 1)
    assert _members(stacks, "squad") == []
    (robot,) = stacks.core.admin().service_principals.list(filter='displayName eq "robot"')
    assert [each.value for each in robot.entitlements or []] == ["workspace-access"]


def test_a_pipeline_with_its_source_and_its_permissions(stacks: Stacks) -> None:
    """Changed in place; without them in the document all are gone."""
    resources: dict[str, Any] = {
        "databricks_directory.d": {"path": "/mlops/pipelines"},
        "databricks_workspace_file.source": {
            "path": "${databricks_directory.d.path}/credit.py",
            "content_base64": base64.b64encode(b"one").decode(),
        },
        "databricks_pipeline.credit": {
            "name": "credit-pipeline",
            "catalog": "lake",
            "schema": "credit_pipeline",
            "serverless": True,
            "library": [{"file": {"path": "/Workspace${databricks_workspace_file.source.path}"}}],
            "environment": {"dependencies": ["/Volumes/a.whl"]},
            "notification": [{"email_recipients": ["a@example.com"], "alerts": ["on-update-failure"]}],
        },
        "databricks_permissions.p": {
            "pipeline_id": "${databricks_pipeline.credit.id}",
            "access_control": [{"group_name": "users", "permission_level": "CAN_VIEW"}],
        },
    }
    stacks.write("prod-ml", resources)
    assert counts(stacks.load()) == (4, 0, 0, 0)
    admin = stacks.core.admin()
    [found] = admin.pipelines.list_pipelines()
    assert found.pipeline_id is not None
    shown = admin.pipelines.get(found.pipeline_id)
    assert shown.spec is not None
    assert [library.file.path for library in shown.spec.libraries or [] if library.file] == [
        "/Workspace/mlops/pipelines/credit.py"
    ]
    held = admin.permissions.get("pipelines", found.pipeline_id)
    assert "users" in [entry.group_name for entry in held.access_control_list or []]
    resources["databricks_workspace_file.source"]["content_base64"] = base64.b64encode(b"two").decode()
    resources["databricks_pipeline.credit"]["name"] = "credit"
    stacks.write("prod-ml", resources)
    assert counts(stacks.load()) == (0, 2, 2, 0)
    assert admin.pipelines.get(found.pipeline_id).name == "credit"
    assert base64.b64decode(admin.workspace.export("/mlops/pipelines/credit.py").content or "") == b"two"
    stacks.write("prod-ml", {"databricks_directory.d": resources["databricks_directory.d"]})
    assert counts(stacks.load()) == (0, 0, 1, 3)
    assert list(admin.pipelines.list_pipelines()) == []


def test_policies_warehouses_and_their_permissions(stacks: Stacks) -> None:
    """Changed in place; permissions are replaced as a whole."""
    resources: dict[str, Any] = {
        "databricks_group.g": {"display_name": "team"},
        "databricks_cluster_policy.p": {"name": "small", "definition": "{}"},
        "databricks_sql_endpoint.w": {"name": "queries", "cluster_size": "2X-Small", "max_num_clusters": 1},
        "databricks_permissions.p": {
            "cluster_policy_id": "${databricks_cluster_policy.p.id}",
            "access_control": [{"group_name": "${databricks_group.g.display_name}", "permission_level": "CAN_USE"}],
        },
    }
    stacks.write("prod-ml", resources)
    stacks.load()
    (before,) = stacks.core.admin().cluster_policies.list()
    limits = '{"num_workers": {"type": "fixed", "value": 1}}'
    resources["databricks_cluster_policy.p"] = {"name": "tiny", "definition": limits}
    resources["databricks_sql_endpoint.w"]["cluster_size"] = "Small"
    stacks.write("prod-ml", resources)
    assert counts(stacks.load()) == (0, 2, 2, 0)
    (after,) = stacks.core.admin().cluster_policies.list()
    assert (after.policy_id, after.name, after.definition) == (before.policy_id, "tiny", limits)
    assert [warehouse.cluster_size for warehouse in stacks.core.admin().warehouses.list()] == ["Small"]
    assert _holders(stacks, str(before.policy_id)) == {"team": "CAN_USE"}
    del resources["databricks_permissions.p"]
    stacks.write("prod-ml", resources)
    stacks.load()
    assert _holders(stacks, str(before.policy_id)) == {}


def test_objects_that_are_kept_as_declared(stacks: Stacks) -> None:
    """Folders, secrets, queries, alerts, destinations and dashboards: made, found by others, changed, deleted."""
    resources = _declared("select 1")
    path = stacks.write("prod-ml", resources)
    (path.parent / "board.json").write_text('{"pages": []}')
    assert counts(stacks.load()) == (8, 0, 0, 0)
    admin = stacks.core.admin()
    assert base64.b64decode(str(admin.secrets.get_secret("keys", "k").value)) == b"s3cret"
    (query,) = admin.queries.list()
    (alert,) = admin.alerts_v2.list_alerts()
    assert (query.query_text, alert.warehouse_id) == ("select 1", next(iter(admin.warehouses.list())).id)
    assert [board.display_name for board in admin.lakeview.list()] == ["Board"]
    stacks.write("prod-ml", _declared("select 2"))
    assert counts(stacks.load()) == (0, 2, 6, 0)
    assert [each.query_text for each in admin.queries.list()] == ["select 2"]
    stacks.write("prod-ml", {})
    assert counts(stacks.load()) == (0, 0, 0, 8)
    assert [*admin.queries.list(), *admin.alerts_v2.list_alerts(), *admin.lakeview.list()] == []
    assert list(admin.secrets.list_scopes()) == []


def test_an_online_store_grows_in_place(stacks: Stacks) -> None:
    """Capacity is changed, not replaced."""
    stacks.write("prod-ml", {"databricks_online_store.s": {"name": "features", "capacity": "CU_1"}})
    stacks.load()
    stacks.write("prod-ml", {"databricks_online_store.s": {"name": "features", "capacity": "CU_2"}})
    assert counts(stacks.load()) == (0, 1, 0, 0)
    assert [store.capacity for store in stacks.core.admin().feature_store.list_online_stores()] == ["CU_2"]


def _declared(query: str) -> dict[str, Any]:
    evaluation = {
        "comparison_operator": "GREATER_THAN",
        "source": {"name": "n"},
        "notification": {"subscriptions": [{"destination_id": "${databricks_notification_destination.d.id}"}]},
    }
    return {
        "databricks_directory.d": {"path": "/Shared/board"},
        "databricks_secret_scope.s": {"name": "keys"},
        "databricks_secret.k": {"scope": "${databricks_secret_scope.s.id}", "key": "k", "string_value": "s3cret"},
        "databricks_sql_endpoint.w": {"name": "queries", "cluster_size": "2X-Small"},
        "databricks_query.q": {
            "display_name": "Q",
            "query_text": query,
            "warehouse_id": "${databricks_sql_endpoint.w.id}",
        },
        "databricks_notification_destination.d": {
            "display_name": "on call",
            "config": {"email": {"addresses": ["on-call@example.com"]}},
        },
        "databricks_alert_v2.a": {
            "display_name": "A",
            "query_text": query,
            "warehouse_id": "${databricks_sql_endpoint.w.id}",
            "evaluation": evaluation,
            "schedule": {"quartz_cron_schedule": "0 0 8 * * ?", "timezone_id": "UTC"},
        },
        "databricks_dashboard.b": {
            "display_name": "Board",
            "warehouse_id": "${databricks_sql_endpoint.w.id}",
            "parent_path": "${databricks_directory.d.path}",
            "file_path": "board.json",
        },
    }


def _read(stacks: Stacks, name: str) -> bytes:
    contents = stacks.core.admin().files.download(f"/Volumes/lake/ops/files/{name}").contents
    assert contents is not None
    return contents.read()


def _grants(stacks: Stacks) -> dict[str, set[str]]:
    answer = stacks.core.call("GET", f"{stacks.core.url('prod')}/api/2.1/unity-catalog/permissions/schema/lake.ops")
    rows = answer.json().get("privilege_assignments", [])
    return {row["principal"]: set(row["privileges"]) for row in rows}


def _members(stacks: Stacks, group: str) -> list[str]:
    (found,) = stacks.core.admin().groups.list(filter=f'displayName eq "{group}"')
    return [str(member.display) for member in found.members or []]


def _holders(stacks: Stacks, policy: str) -> dict[str, str]:
    found = stacks.core.admin().permissions.get("cluster-policies", policy)
    return {
        entry.group_name: str(permission.permission_level and permission.permission_level.value)
        for entry in found.access_control_list or []
        if entry.group_name not in (None, "admins")
        for permission in entry.all_permissions or []
        if not permission.inherited
    }
