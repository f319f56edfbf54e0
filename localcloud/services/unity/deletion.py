"""Deletion of securables with everything below them, data included."""

import shutil
from pathlib import Path

from localcloud.kernel.cloud import Cloud
from localcloud.services.unity import hiding, models, records
from localcloud.services.unity.privileges import Kind


def drop(cloud: Cloud, kind: Kind, full_name: str) -> None:
    """Delete the securable and everything below it, with managed data."""
    for child in records.CHILDREN.get(kind, ()):
        for document in records.children(cloud.store, child, full_name):
            drop(cloud, child, document["full_name"])
    document = records.require(cloud.store, kind, full_name)
    if kind is Kind.MODEL:
        models.forget(cloud, full_name)
    hiding.forget(cloud.store, full_name)
    records.remove(cloud.store, kind, full_name)
    _delete_data(cloud, document.get("storage_location"))


def _delete_data(cloud: Cloud, location: str | None) -> None:
    """Delete a managed folder. Only folders below the warehouse or the volumes are ever deleted."""
    if location is None:
        return
    path = Path(location)
    if any(path.is_relative_to(root) and path != root for root in (cloud.warehouse, cloud.volumes)):
        shutil.rmtree(path, ignore_errors=True)
