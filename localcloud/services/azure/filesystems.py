"""Filesystems of storage accounts at their own host. They are the account's containers."""

import base64
import binascii
import re
from typing import Annotated

from fastapi import Depends, Request

from localcloud.kernel.cloud import Cloud, CloudDep
from localcloud.services.azure import resources, tokens
from localcloud.services.azure.errors import AzureError
from localcloud.services.azure.hosts import host_of
from localcloud.services.azure.ids import ResourceId
from localcloud.services.azure.kinds import Resource

SUFFIX = ".dfs.core.windows.net"
_ACCOUNT = "Microsoft.Storage/storageAccounts"
_SHARED_KEY = ("sharedkey", "sharedkeylite")
# `default:` entries are what new folders and files below begin with: they say nothing of the root's own access.
_ENTRY = re.compile(r"(?P<default>default:)?(?P<scope>user|group|mask|other):(?P<who>[^:,]*):(?P<rights>[r-][w-][xt-])")


class StorageError(AzureError):
    """An error of the storage API, with its code also in a header, because an answer to HEAD has no body."""

    @property
    def headers(self) -> dict[str, str]:
        """The code."""
        return {"x-ms-error-code": self.error_code}


class Account:
    """The account that a request's host names, for the administrator."""

    def __init__(self, request: Request, cloud: CloudDep) -> None:
        self._name, self._cloud = host_of(request.scope).removesuffix(SUFFIX), cloud
        self.id = self._found()
        if request.headers.get("authorization", "").partition(" ")[0].lower() in _SHARED_KEY:
            raise StorageError(
                403,
                "KeyBasedAuthenticationNotPermitted",
                "Key based authentication is not permitted: keys open nothing here. Set storage_use_azuread.",
            )
        tokens.current_admin(request, cloud)

    def filesystem(self, name: str) -> ResourceId:
        """The id of a filesystem's container."""
        return self.id.child("blobServices", "default", "containers", name)

    def require(self, name: str) -> Resource:
        """A filesystem. Raises `StorageError` 404."""
        found = resources.find(self._cloud, self.filesystem(name))
        if found is None:
            raise StorageError(404, "FilesystemNotFound", "The specified filesystem does not exist.")
        return found

    def _found(self) -> ResourceId:
        for each in self._cloud.store.all(resources.KIND):
            if each["type"] == _ACCOUNT and each["name"] == self._name:
                return ResourceId(each["id"])
        raise StorageError(404, "ResourceNotFound", f"There is no storage account at {self._name}{SUFFIX}.")


AccountDep = Annotated[Account, Depends()]


def _root(filesystem: str, path: str, account: AccountDep) -> ResourceId:
    """The filesystem of a root path. Raises `StorageError` 404 for any other path."""
    account.require(filesystem)
    if path.strip("/"):
        raise StorageError(404, "PathNotFound", "The specified path does not exist: no files are kept here.")
    return account.filesystem(filesystem)


RootDep = Annotated[ResourceId, Depends(_root)]


def metadata(header: str) -> dict[str, str]:
    """The properties in a header of comma-separated `name=base64` pairs. Raises `StorageError` 400."""
    pairs = [pair.strip().partition("=") for pair in header.split(",") if pair.strip()]
    try:
        return {name: base64.b64decode(value, validate=True).decode() for name, _, value in pairs}
    except (binascii.Error, ValueError) as error:
        message = "x-ms-properties is not a list of name=value with values in base64."
        raise StorageError(400, "InvalidHeaderValue", message) from error


def header(kept: dict[str, str]) -> str:
    """The properties as a header."""
    return ",".join(f"{name}={base64.b64encode(value.encode()).decode()}" for name, value in kept.items())


def access(cloud: Cloud, filesystem: ResourceId) -> dict[str, str]:
    """Owner, group and access list of a filesystem's root."""
    kept = cloud.store.get("azure_root_access", filesystem.key) or {}
    return {"owner": "$superuser", "group": "$superuser", "acl": "user::rwx,group::r-x,other::---", **kept}


def set_access(cloud: Cloud, filesystem: ResourceId, **given: str | None) -> None:
    """Change the given ones. Raises `StorageError` 400 for an invalid access list."""
    wrong = [entry for entry in (given.get("acl") or "").split(",") if entry and not _ENTRY.fullmatch(entry)]
    if wrong:
        message = f"x-ms-acl has {', '.join(wrong)}: an entry is [default:]user, group, mask or other:[id]:rwx."
        raise StorageError(400, "InvalidHeaderValue", message)
    now = access(cloud, filesystem) | {name: value for name, value in given.items() if value}
    cloud.store.put("azure_root_access", filesystem.key, now)


def permissions(acl: str) -> str:
    """The nine permission letters of an access list: owner, group and others."""
    entries = [found for each in acl.split(",") if (found := _ENTRY.fullmatch(each))]
    held = {each["scope"]: each["rights"] for each in entries if not each["who"] and not each["default"]}
    return "".join(held.get(scope, "---") for scope in ("user", "group", "other"))
