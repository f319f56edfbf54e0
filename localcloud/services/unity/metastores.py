"""The one metastore, and its assignment to workspaces.

As on Azure, a region has one metastore: made by an account admin before there is a workspace, or by itself with the
first workspace. Workspaces that come later get the automatic one by themselves, and a declared one only by assignment.
"""

from localcloud.kernel.cloud import METASTORE_ID, Cloud
from localcloud.kernel.errors import ApiError, bad_request, not_found
from localcloud.kernel.store import Document
from localcloud.services.unity import records
from localcloud.services.unity.privileges import Kind

_ASSIGNED = "metastore_assignment"


def find(cloud: Cloud) -> Document | None:
    """The metastore, or None."""
    return cloud.store.get(Kind.METASTORE, Kind.METASTORE)


def declare(cloud: Cloud, fields: Document) -> Document:
    """Create the metastore with these `fields`. Raises `ApiError` 400 if the region has one."""
    found = find(cloud)
    if found is not None:
        raise bad_request(
            f"This account has reached the limit for metastores in region {fields.get('region')}: "
            f"'{found['name']}' ({found['metastore_id']}) is there. Adopt or import it."
        )
    return records.declare_metastore(cloud, fields)


def on_new_workspace(cloud: Cloud, workspace_id: int) -> None:
    """Azure's automatic step: the region's first workspace creates the metastore, later ones are assigned to it."""
    if find(cloud) is None:
        records.ensure_metastore(cloud)
    if records.ensure_metastore(cloud).get("automatic"):
        assign(cloud, workspace_id)


def on_region(cloud: Cloud, region: str | None) -> None:
    """The automatic metastore gets the region of the first workspace that has one."""
    found = find(cloud)
    if region and found is not None and found.get("automatic") and not found.get("region"):
        cloud.store.put(Kind.METASTORE, Kind.METASTORE, {**found, "region": region})


def assign(cloud: Cloud, workspace_id: int) -> Document:
    """Assign the metastore to the workspace. Raises `ApiError` 404 if either is unknown."""
    if workspace_id not in {workspace.workspace_id for workspace in cloud.workspaces()}:
        raise not_found(f"Workspace {workspace_id} does not exist.")
    if find(cloud) is None:
        raise not_found("The account has no metastore.")
    document = {"metastore_id": METASTORE_ID, "workspace_id": workspace_id, "default_catalog_name": ""}
    cloud.store.put(_ASSIGNED, str(workspace_id), document)
    return document


def unassign(cloud: Cloud, workspace_id: int) -> None:
    """Remove the assignment."""
    cloud.store.delete(_ASSIGNED, str(workspace_id))


def require_assignment(cloud: Cloud, workspace_id: int) -> Document:
    """The workspace's metastore. Raises `ApiError` 404 if it has none."""
    found = cloud.store.get(_ASSIGNED, str(workspace_id))
    if found is None:
        raise ApiError(404, "METASTORE_DOES_NOT_EXIST", f"No metastore assigned for workspace {workspace_id}.")
    return found


def require_identities(cloud: Cloud, workspace_id: int) -> None:
    """Raise `ApiError` 400 unless the workspace has a metastore, and so knows the account's principals."""
    if cloud.store.get(_ASSIGNED, str(workspace_id)) is None:
        raise bad_request(
            f"Permission assignment APIs are not available for workspace {workspace_id}: it has no metastore, so it "
            "knows no principal of the account. Assign the metastore first."
        )
