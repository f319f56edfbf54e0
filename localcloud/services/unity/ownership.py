"""Owners of securables, and changes of owner."""

from localcloud.kernel import directory
from localcloud.kernel.cloud import Cloud
from localcloud.kernel.errors import denied
from localcloud.kernel.identity import Caller
from localcloud.kernel.store import Document


def initial_owner(cloud: Cloud, caller: Caller, body: Document) -> str:
    """The owner of a new securable: the caller, or the one that an admin names in the body."""
    named = body.get("owner")
    if named in (None, "", caller.principal):
        return caller.principal
    if not caller.is_admin:
        raise denied(f"User cannot create this as '{named}': create it, then pass it on with PATCH owner.")
    return directory.grantee(cloud.store, named)


def checked_changes(cloud: Cloud, body: Document) -> Document:
    """The body of a PATCH, with an existing new owner, if any. Raises `ApiError` 404."""
    if body.get("owner"):
        directory.grantee(cloud.store, body["owner"])
    return body
