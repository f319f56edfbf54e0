"""Policies, warehouses, pools, secrets, permissions and workspace files through the SDK."""

import base64
import json

import pytest
from databricks.sdk.errors import BadRequest, NotFound, PermissionDenied
from databricks.sdk.service import iam, workspace

from tests.localcloud.core import Core

DEFINITION = json.dumps({"num_workers": {"type": "range", "maxValue": 2}})


def test_a_policy_is_made_edited_and_used_by_whom_it_is_permitted(core: Core) -> None:
    """Its definition is checked; without CAN_USE it is not seen; another workspace does not have it."""
    admin = core.admin()
    with pytest.raises(BadRequest, match="num_workers has type None"):
        admin.cluster_policies.create(name="cpu", definition='{"num_workers": {}}')
    made = admin.cluster_policies.create(name="cpu", definition=DEFINITION)
    admin.cluster_policies.edit(str(made.policy_id), name="cpu-small", definition=DEFINITION, max_clusters_per_user=1)
    found = admin.cluster_policies.get(str(made.policy_id))
    assert (found.name, found.definition, found.max_clusters_per_user) == ("cpu-small", DEFINITION, 1)
    core.application("runner")
    assert list(core.sdk("runner").cluster_policies.list()) == []
    assert list(core.admin("dev").cluster_policies.list()) == []
    application = core.cloud.store.all("service_principal")[0]["applicationId"]
    entry = iam.AccessControlRequest(service_principal_name=application, permission_level=iam.PermissionLevel.CAN_USE)
    set_to = admin.permissions.set("cluster-policies", str(made.policy_id), access_control_list=[entry])
    assert set_to.object_type == "cluster-policy"
    assert [p.name for p in core.sdk("runner").cluster_policies.list()] == ["cpu-small"]
    with pytest.raises(PermissionDenied):
        core.sdk("runner").permissions.set("cluster-policies", str(made.policy_id), access_control_list=[])
    admin.cluster_policies.delete(str(made.policy_id))
    with pytest.raises(NotFound):
        admin.cluster_policies.get(str(made.policy_id))


def test_a_warehouse_runs_and_is_permitted(core: Core) -> None:
    """It is RUNNING at once, has its data source, and shows to those who may use it."""
    admin = core.admin()
    made = admin.warehouses.create(name="queries", cluster_size="2X-Small").result()
    assert (made.name, str(made.state)) == ("queries", "State.RUNNING")
    sources = core.call("GET", f"{core.url('prod')}/api/2.0/preview/sql/data_sources").json()
    assert [s["warehouse_id"] for s in sources] == [made.id]
    core.application("runner")
    assert list(core.sdk("runner").warehouses.list()) == []
    entry = iam.AccessControlRequest(group_name="users", permission_level=iam.PermissionLevel.CAN_USE)
    admin.permissions.update("sql/warehouses", str(made.id), access_control_list=[entry])
    assert [w.name for w in core.sdk("runner").warehouses.list()] == ["queries"]
    admin.warehouses.delete(str(made.id))
    assert list(admin.warehouses.list()) == []


def test_permissions_name_known_levels_and_principals_of_existing_objects(core: Core) -> None:
    """Anything else is refused."""
    admin = core.admin()
    entry = iam.AccessControlRequest(group_name="users", permission_level=iam.PermissionLevel.CAN_MANAGE_RUN)
    with pytest.raises(NotFound, match="Warehouse '1' does not exist"):
        admin.permissions.set("sql/warehouses", "1", access_control_list=[entry])
    made = admin.warehouses.create(name="queries").result()
    with pytest.raises(BadRequest, match="permission_level 'CAN_MANAGE_RUN' is not one of"):
        admin.permissions.set("sql/warehouses", str(made.id), access_control_list=[entry])
    nobody = iam.AccessControlRequest(group_name="nobody", permission_level=iam.PermissionLevel.CAN_USE)
    with pytest.raises(NotFound, match="Could not find principal with name nobody"):
        admin.permissions.set("sql/warehouses", str(made.id), access_control_list=[nobody])


def test_secrets_are_read_by_whom_they_are_for(core: Core) -> None:
    """READ shows values, listing never does."""
    admin = core.admin()
    application = core.application("runner")
    admin.secrets.create_scope("credit")
    admin.secrets.put_secret("credit", "key", string_value="s3cret")
    assert [s.key for s in admin.secrets.list_secrets("credit")] == ["key"]
    with pytest.raises(PermissionDenied):
        core.sdk("runner").secrets.get_secret("credit", "key")
    admin.secrets.put_acl("credit", application, workspace.AclPermission.READ)
    value = core.sdk("runner").secrets.get_secret("credit", "key").value
    assert base64.b64decode(str(value)) == b"s3cret"
    with pytest.raises(PermissionDenied):
        core.sdk("runner").secrets.put_secret("credit", "key", string_value="x")


def test_instance_pools_and_what_compute_offers(core: Core) -> None:
    """A pool lives through create, edit and delete; runtimes and GPU nodes are listed."""
    admin = core.admin()
    made = admin.instance_pools.create("pool", "Standard_D4ads_v5", max_capacity=2)
    admin.instance_pools.edit(str(made.instance_pool_id), "pool", "Standard_D4ads_v5", max_capacity=3)
    assert admin.instance_pools.get(str(made.instance_pool_id)).max_capacity == 3
    admin.instance_pools.delete(str(made.instance_pool_id))
    assert list(admin.instance_pools.list()) == []
    assert "17.3.x-cpu-ml-scala2.13" in [v.key for v in admin.clusters.spark_versions().versions or []]
    gpus = {n.node_type_id: n.num_gpus for n in admin.clusters.list_node_types().node_types or []}
    assert (gpus["Standard_NC4as_T4_v3"], gpus["Standard_D4ads_v5"]) == (1, 0)


def test_workspace_files(core: Core) -> None:
    """A missing folder is a 404, which makes the Terraform provider create it and try again."""
    admin = core.admin()
    content = base64.b64encode(b"print(1)").decode()
    raw = workspace.ImportFormat.RAW
    with pytest.raises(NotFound, match=r"The parent folder \(/Shared/ml\) does not exist"):
        admin.workspace.import_("/Shared/ml/a.py", content=content, format=raw)
    admin.workspace.mkdirs("/Shared/ml")
    admin.workspace.import_("/Shared/ml/a.py", content=content, format=raw)
    found = admin.workspace.get_status("/Shared/ml/a.py")
    assert (found.object_type, found.size) == (workspace.ObjectType.FILE, 8)
    assert [o.path for o in admin.workspace.list("/Shared/ml")] == ["/Shared/ml/a.py"]
    with pytest.raises(BadRequest, match="is not empty"):
        admin.workspace.delete("/Shared/ml")
    admin.workspace.delete("/Shared/ml", recursive=True)
    with pytest.raises(NotFound):
        admin.workspace.get_status("/Shared/ml/a.py")
