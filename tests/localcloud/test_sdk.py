"""The Databricks SDK, unmodified, over the services that the stacks and jobs use: each thing lives its whole life."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from databricks.sdk import WorkspaceClient
from databricks.sdk.errors.base import DatabricksError
from databricks.sdk.service import catalog, compute, jobs, sql

from tests.localcloud.core import Core

Admin = WorkspaceClient


@dataclass(frozen=True, kw_only=True)
class Life:
    """How a thing is made (its key), read, listed (the keys), changed, shown as changed, and deleted."""

    make: Callable[[Admin], Any]
    get: Callable[[Admin, Any], Any]
    keys: Callable[[Admin], list[Any]]
    change: Callable[[Admin, Any], Any]
    changed: Callable[[Any], bool]
    delete: Callable[[Admin, Any], Any]


def _catalog(admin: Admin) -> str:
    return str(admin.catalogs.create("prod", comment="before").name)


def _schema(admin: Admin) -> str:
    _catalog(admin)
    return str(admin.schemas.create("gold", "prod", comment="before").full_name)


def _volume(admin: Admin) -> str:
    _schema(admin)
    return str(admin.volumes.create("prod", "gold", "landing", catalog.VolumeType.MANAGED).full_name)


def _model(admin: Admin) -> str:
    _schema(admin)
    return str(admin.registered_models.create(catalog_name="prod", schema_name="gold", name="risk").full_name)


def _credential(admin: Admin) -> str:
    connector = "/subscriptions/s/resourceGroups/g/providers/Microsoft.Databricks/accessConnectors/c"
    identity = catalog.AzureManagedIdentityRequest(access_connector_id=connector)
    return str(admin.storage_credentials.create("lake", azure_managed_identity=identity).name)


def _location(admin: Admin) -> str:
    _credential(admin)
    return str(admin.external_locations.create("gold", "abfss://gold@lake.dfs.core.windows.net/", "lake").name)


def _job(admin: Admin) -> int:
    task = jobs.Task(task_key="a", condition_task=jobs.ConditionTask(jobs.ConditionTaskOp.EQUAL_TO, "1", "1"))
    return int(admin.jobs.create(name="before", tasks=[task]).job_id or 0)


def _warehouse(admin: Admin) -> str:
    made = admin.warehouses.create(name="w", cluster_size="Small", max_num_clusters=1, auto_stop_mins=10)
    return str(made.result().id)


def _query(admin: Admin) -> str:
    wanted = sql.CreateQueryRequestQuery(display_name="before", query_text="select 1", warehouse_id="w")
    return str(admin.queries.create(query=wanted).id)


LIVES = {
    "catalogs": Life(
        make=_catalog,
        get=lambda a, key: a.catalogs.get(key),
        keys=lambda a: [each.name for each in a.catalogs.list()],
        change=lambda a, key: a.catalogs.update(key, comment="after"),
        changed=lambda found: found.comment == "after",
        delete=lambda a, key: a.catalogs.delete(key, force=True),
    ),
    "schemas": Life(
        make=_schema,
        get=lambda a, key: a.schemas.get(key),
        keys=lambda a: [each.full_name for each in a.schemas.list("prod")],
        change=lambda a, key: a.schemas.update(key, comment="after"),
        changed=lambda found: found.comment == "after",
        delete=lambda a, key: a.schemas.delete(key),
    ),
    "volumes": Life(
        make=_volume,
        get=lambda a, key: a.volumes.read(key),
        keys=lambda a: [each.full_name for each in a.volumes.list("prod", "gold")],
        change=lambda a, key: a.volumes.update(key, comment="after"),
        changed=lambda found: found.comment == "after",
        delete=lambda a, key: a.volumes.delete(key),
    ),
    "registered models": Life(
        make=_model,
        get=lambda a, key: a.registered_models.get(key),
        keys=lambda a: [each.full_name for each in a.registered_models.list(catalog_name="prod", schema_name="gold")],
        change=lambda a, key: a.registered_models.update(key, comment="after"),
        changed=lambda found: found.comment == "after",
        delete=lambda a, key: a.registered_models.delete(key),
    ),
    "storage credentials": Life(
        make=_credential,
        get=lambda a, key: a.storage_credentials.get(key),
        keys=lambda a: [each.name for each in a.storage_credentials.list()],
        change=lambda a, key: a.storage_credentials.update(key, comment="after"),
        changed=lambda found: found.comment == "after",
        delete=lambda a, key: a.storage_credentials.delete(key),
    ),
    "external locations": Life(
        make=_location,
        get=lambda a, key: a.external_locations.get(key),
        keys=lambda a: [each.name for each in a.external_locations.list()],
        change=lambda a, key: a.external_locations.update(key, comment="after"),
        changed=lambda found: found.comment == "after",
        delete=lambda a, key: a.external_locations.delete(key),
    ),
    "jobs": Life(
        make=_job,
        get=lambda a, key: a.jobs.get(key),
        keys=lambda a: [each.job_id for each in a.jobs.list()],
        change=lambda a, key: a.jobs.update(key, new_settings=jobs.JobSettings(name="after")),
        changed=lambda found: found.settings.name == "after",
        delete=lambda a, key: a.jobs.delete(key),
    ),
    "cluster policies": Life(
        make=lambda a: str(a.cluster_policies.create(name="before", definition="{}").policy_id),
        get=lambda a, key: a.cluster_policies.get(key),
        keys=lambda a: [each.policy_id for each in a.cluster_policies.list()],
        change=lambda a, key: a.cluster_policies.edit(key, name="after", definition="{}"),
        changed=lambda found: found.name == "after",
        delete=lambda a, key: a.cluster_policies.delete(key),
    ),
    "warehouses": Life(
        make=_warehouse,
        get=lambda a, key: a.warehouses.get(key),
        keys=lambda a: [each.id for each in a.warehouses.list()],
        change=lambda a, key: a.warehouses.edit(key, name="after", cluster_size="Small", max_num_clusters=1).result(),
        changed=lambda found: found.name == "after",
        delete=lambda a, key: a.warehouses.delete(key),
    ),
    "queries": Life(
        make=_query,
        get=lambda a, key: a.queries.get(key),
        keys=lambda a: [each.id for each in a.queries.list()],
        change=lambda a, key: a.queries.update(
            key, update_mask="display_name", query=sql.UpdateQueryRequestQuery(display_name="after")
        ),
        changed=lambda found: found.display_name == "after",
        delete=lambda a, key: a.queries.delete(key),
    ),
    "service principals": Life(
        make=lambda a: str(a.service_principals_v2.create(display_name="before").id),
        get=lambda a, key: a.service_principals_v2.get(key),
        keys=lambda a: [each.id for each in a.service_principals_v2.list()],
        change=lambda a, key: a.service_principals_v2.update(key, display_name="after"),
        changed=lambda found: found.display_name == "after",
        delete=lambda a, key: a.service_principals_v2.delete(key),
    ),
    "instance pools": Life(
        make=lambda a: str(a.instance_pools.create("before", "Standard_D4ds_v5").instance_pool_id),
        get=lambda a, key: a.instance_pools.get(key),
        keys=lambda a: [each.instance_pool_id for each in a.instance_pools.list()],
        change=lambda a, key: a.instance_pools.edit(key, "after", "Standard_D4ds_v5"),
        changed=lambda found: found.instance_pool_name == "after",
        delete=lambda a, key: a.instance_pools.delete(key),
    ),
}


@pytest.mark.parametrize("life", LIVES.values(), ids=LIVES)
def test_a_thing_lives_its_whole_life(core: Core, life: Life) -> None:
    """Made, read, listed, changed, deleted; afterwards it is neither found nor listed."""
    admin = core.admin()
    key = life.make(admin)
    assert not life.changed(life.get(admin, key))
    assert key in life.keys(admin)
    life.change(admin, key)
    assert life.changed(life.get(admin, key))
    life.delete(admin, key)
    with pytest.raises(DatabricksError):
        life.get(admin, key)
    assert key not in life.keys(admin)


def test_the_sdk_reads_every_page(core: Core) -> None:
    """Jobs come 20 at a time, and the iterator of the SDK asks until there are no more."""
    admin = core.admin()
    made = [_job(admin) for _ in range(45)]
    assert [each.job_id for each in admin.jobs.list()] == made[::-1]
    assert len(list(admin.jobs.list(limit=7))) == 45


def test_the_sdk_waits_for_what_takes_a_while(core: Core) -> None:
    """A cluster that is started, a warehouse that is stopped: the SDK's own waiters come back."""
    admin = core.admin()
    key = _warehouse(admin)
    assert admin.warehouses.start(key).result().state is sql.State.RUNNING
    made = admin.clusters.create(
        spark_version="17.3.x-cpu-ml-scala2.13", cluster_name="c", node_type_id="Standard_D4ds_v5", num_workers=1
    )
    assert made.result().state is compute.State.RUNNING
