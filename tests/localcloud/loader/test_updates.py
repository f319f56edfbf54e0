"""What `make conformance` changes of each type is updated in place, and a second load then changes nothing."""

import json
from collections.abc import Iterator
from typing import Any

from cli.conformance.updates import UPDATES, edited
from tests.localcloud.loader.stacks import ACCOUNT, Stacks, counts

_TASK = {"task_key": "a", "python_wheel_task": {"package_name": "p", "entry_point": "e"}}
_IDENTITY = {"access_connector_id": "/subscriptions/s/accessConnectors/lake"}
_OIDC = {"issuer": "https://token.example", "audiences": ["databricks"], "subject": "repo"}
_ALERT = {
    "time_period": "MONTH",
    "trigger_type": "CUMULATIVE_SPENDING_EXCEEDED",
    "quantity_type": "LIST_PRICE_DOLLARS_USD",
    "quantity_threshold": "100",
    "action_configurations": [{"action_type": "EMAIL_NOTIFICATION", "target": "on-call@example.com"}],
}
_IN_ACCOUNT: dict[str, Any] = {
    "databricks_service_principal.ci": {"display_name": "ci"},
    "databricks_budget.prod": {"display_name": "mlops-prod", "alert_configurations": [_ALERT]},
    "databricks_budget_policy.prod": {"policy_name": "mlops-prod"},
    "databricks_service_principal_federation_policy.ci": {
        "service_principal_id": "${databricks_service_principal.ci.id}",
        "oidc_policy": _OIDC,
    },
}
_IN_WORKSPACE: dict[str, Any] = {
    "databricks_storage_credential.lake": {"name": "lake", "azure_managed_identity": _IDENTITY},
    "databricks_external_location.gold": {
        "name": "gold",
        "url": "abfss://gold@lake.dfs.core.windows.net/",
        "credential_name": "${databricks_storage_credential.lake.name}",
    },
    "databricks_catalog.lake": {"name": "lake"},
    "databricks_schema.gold": {"name": "gold", "catalog_name": "${databricks_catalog.lake.name}"},
    "databricks_volume.files": {
        "name": "files",
        "catalog_name": "lake",
        "schema_name": "${databricks_schema.gold.name}",
        "volume_type": "MANAGED",
    },
    "databricks_registered_model.risk": {
        "name": "risk",
        "catalog_name": "lake",
        "schema_name": "${databricks_schema.gold.name}",
    },
    "databricks_tag_policy.tag": {"tag_key": "sensitive", "values": [{"name": "int"}]},
    "databricks_cluster_policy.small": {"name": "small", "definition": "{}"},
    "databricks_instance_pool.pool": {"instance_pool_name": "pool", "node_type_id": "Standard_DS3_v2"},
    "databricks_ip_access_list.offices": {"label": "offices", "list_type": "ALLOW", "ip_addresses": ["192.0.2.0/24"]},
    "databricks_job.ingest": {"name": "ingest", "task": [_TASK]},
    "databricks_notification_destination.on-call": {
        "display_name": "on call",
        "config": {"email": {"addresses": ["on-call@example.com"]}},
    },
    "databricks_sql_endpoint.w": {"name": "queries", "cluster_size": "2X-Small", "auto_stop_mins": 10},
    "databricks_query.q": {
        "display_name": "Q",
        "query_text": "select 1",
        "warehouse_id": "${databricks_sql_endpoint.w.id}",
    },
}


def test_every_type_is_updated_in_place(stacks: Stacks) -> None:
    """One of each type of Databricks that conformance changes: all are updated, none is made anew."""
    paths = [
        stacks.write("account", _IN_ACCOUNT, host=ACCOUNT),
        stacks.write("prod-ml", _IN_WORKSPACE),
    ]
    stacks.load()
    changed: dict[str, tuple[str, ...]] = {}
    for path in paths:
        document, here = edited(json.loads(path.read_text()))
        path.write_text(json.dumps(document))
        changed |= here
    wanted = {type_ for type_ in UPDATES if type_.startswith("databricks_")}
    assert set(_types(changed)) == wanted
    assert counts(stacks.load()) == (0, len(wanted), 1, 0)
    assert counts(stacks.load()) == (0, 0, len(wanted) + 1, 0)
    (job,) = stacks.core.admin().jobs.list()
    assert job.settings is not None
    assert (job.settings.max_concurrent_runs, job.settings.tags) == (1, {"conformance": "updated"})


def _types(addresses: dict[str, tuple[str, ...]]) -> Iterator[str]:
    return (address.partition(".")[0] for address in addresses)
