"""Filesystems of a storage account, at its own host: created, read and deleted. They hold no data."""

from typing import Annotated

from fastapi import Header, Query, Request, Response

from localcloud.kernel.cloud import CloudDep
from localcloud.kernel.parity import Level, Parity
from localcloud.services.azure import filesystems, resources
from localcloud.services.azure.filesystems import SUFFIX, Account, AccountDep, RootDep, StorageError
from localcloud.services.azure.hosts import HostRouter
from localcloud.services.azure.kinds import properties

PARITY = Parity(Level.STATEFUL, "https://learn.microsoft.com/rest/api/storageservices/data-lake-storage-gen2")

router = HostRouter(SUFFIX)
_NAMED = "/{filesystem}"
_PATH = "/{filesystem}/{path:path}"
_Properties = Annotated[str, Header(alias="x-ms-properties")]
_Resource = Annotated[str, Query()]
_ACCESS = ("owner", "group", "acl")


@router.put(_NAMED)
def create(
    filesystem: str, account: AccountDep, cloud: CloudDep, resource: _Resource = "", given: _Properties = ""
) -> Response:
    """Create a filesystem. 409 if it exists."""
    _require_kind(resource)
    if resources.find(cloud, account.filesystem(filesystem)) is not None:
        raise StorageError(409, "FilesystemAlreadyExists", "The specified filesystem already exists.")
    body = {"properties": {"publicAccess": "None", "metadata": filesystems.metadata(given)}}
    resources.put(cloud, account.filesystem(filesystem), body)
    return Response(status_code=201, headers=_headers(account, filesystem))


@router.head(_NAMED)
def read(filesystem: str, account: AccountDep, resource: _Resource = "") -> Response:
    """A filesystem's properties."""
    _require_kind(resource)
    return Response(headers=_headers(account, filesystem))


@router.patch(_NAMED)
def change(
    filesystem: str, account: AccountDep, cloud: CloudDep, resource: _Resource = "", given: _Properties = ""
) -> Response:
    """Replace a filesystem's properties."""
    _require_kind(resource)
    found = account.require(filesystem)
    properties(found)["metadata"] = filesystems.metadata(given)
    resources.keep(cloud, found)
    return Response(headers=_headers(account, filesystem))


@router.delete(_NAMED)
def delete(filesystem: str, account: AccountDep, cloud: CloudDep, resource: _Resource = "") -> Response:
    """Delete a filesystem immediately."""
    _require_kind(resource)
    account.require(filesystem)
    resources.delete(cloud, account.filesystem(filesystem))
    cloud.store.delete("azure_root_access", account.filesystem(filesystem).key)
    return Response(status_code=202)


@router.head(_PATH)
def read_access(root: RootDep, cloud: CloudDep, action: str = "") -> Response:
    """The access list of the root folder."""
    _require_action(action, "getAccessControl")
    held = filesystems.access(cloud, root)
    shown = {f"x-ms-{name}": value for name, value in held.items()}
    return Response(headers=shown | {"x-ms-permissions": filesystems.permissions(held["acl"])})


@router.patch(_PATH)
def change_access(request: Request, root: RootDep, cloud: CloudDep, action: str = "") -> Response:
    """Replace the access list of the root folder."""
    _require_action(action, "setAccessControl")
    filesystems.set_access(cloud, root, **{name: request.headers.get(f"x-ms-{name}") for name in _ACCESS})
    return Response()


def _headers(account: Account, filesystem: str) -> dict[str, str]:
    held = properties(account.require(filesystem)).get("metadata") or {}
    return {"x-ms-properties": filesystems.header(held), "x-ms-namespace-enabled": "true"}


def _require_kind(resource: str) -> None:
    if resource != "filesystem":
        raise StorageError(501, "NotImplemented", "Files and folders of storage are not kept here.")


def _require_action(given: str, wanted: str) -> None:
    if given != wanted:
        raise StorageError(400, "InvalidQueryParameterValue", f"action is '{given}': give {wanted}.")
