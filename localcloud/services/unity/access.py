"""The single place where access is checked: workspace bindings first, then privileges."""

from localcloud.kernel.cloud import Cloud
from localcloud.kernel.errors import ApiError, denied
from localcloud.kernel.identity import Caller
from localcloud.kernel.store import Document
from localcloud.services.unity import bindings, privileges, records
from localcloud.services.unity.privileges import Kind, Privilege

BOUND = (Kind.CATALOG, Kind.STORAGE_CREDENTIAL, Kind.EXTERNAL_LOCATION)
_WRITES = frozenset(Privilege) - {
    Privilege.BROWSE,
    Privilege.USE_CATALOG,
    Privilege.USE_SCHEMA,
    Privilege.SELECT,
    Privilege.READ_VOLUME,
    Privilege.READ_FILES,
    Privilege.EXECUTE,
}


def authorize(cloud: Cloud, caller: Caller, kind: Kind, full_name: str, *needed: Privilege) -> None:
    """Raise `ApiError` 403 unless the caller has all `needed` privileges, and 404 if the securable does not exist.

    Whether something is absent is said only to a caller who may enter its parents.
    """
    require_binding(cloud, caller, kind, full_name, write=bool(_WRITES & set(needed)))
    if caller.is_admin:
        records.chain(cloud.store, kind, full_name)
        return
    _require_entry(cloud, caller, kind, full_name)
    reason = privileges.refusal(caller.identities, records.chain(cloud.store, kind, full_name), *needed)
    if reason:
        raise denied(reason)


def allowed(cloud: Cloud, caller: Caller, kind: Kind, full_name: str, *needed: Privilege) -> bool:
    """Whether `authorize` would succeed."""
    try:
        authorize(cloud, caller, kind, full_name, *needed)
    except ApiError:
        return False
    return True


def authorize_management(cloud: Cloud, caller: Caller, kind: Kind, full_name: str) -> None:
    """Raise `ApiError` 403 unless the caller may grant on, alter or delete the securable."""
    require_binding(cloud, caller, kind, full_name, write=True)
    authorize_rebinding(cloud, caller, kind, full_name)


def authorize_rebinding(cloud: Cloud, caller: Caller, kind: Kind, full_name: str) -> None:
    """Like `authorize_management`, but from any workspace, so that one without a binding can get it back."""
    if caller.is_admin:
        records.chain(cloud.store, kind, full_name)
        return
    _require_entry(cloud, caller, kind, full_name)
    chain = records.chain(cloud.store, kind, full_name)
    if not privileges.manages(caller.identities, chain):
        raise denied(f"User is not an owner of {chain[-1].label}.")


def authorize_metadata(cloud: Cloud, caller: Caller, kind: Kind, full_name: str) -> Document:
    """The securable's document, if the caller may see it. Raises `ApiError` 403 or 404."""
    require_binding(cloud, caller, kind, full_name, write=False)
    if not caller.is_admin:
        _require_entry(cloud, caller, kind, full_name)
        chain = records.chain(cloud.store, kind, full_name)
        if not privileges.visible(caller.identities, chain):
            lacking = "USE SCHEMA" if kind is Kind.SCHEMA else "BROWSE"
            raise denied(f"User does not have {lacking} on {chain[-1].label}.")
    return records.require(cloud.store, kind, full_name)


def sees(cloud: Cloud, caller: Caller, kind: Kind, full_name: str) -> bool:
    """Whether a listing shows the securable to the caller in this workspace."""
    if _binding_refusal(cloud, caller, kind, full_name, write=False):
        return False
    chain = records.chain(cloud.store, kind, full_name)
    return caller.is_admin or privileges.visible(caller.identities, chain)


def require_binding(cloud: Cloud, caller: Caller, kind: Kind, full_name: str, *, write: bool) -> None:
    """Raise `ApiError` 403 if the caller's workspace cannot reach (or may not write) an isolated securable.

    That is the catalog of the securable, or the external location or storage credential itself.
    """
    reason = _binding_refusal(cloud, caller, kind, full_name, write=write)
    if reason:
        raise denied(reason)


def _binding_refusal(cloud: Cloud, caller: Caller, kind: Kind, full_name: str, *, write: bool) -> str | None:
    root = Kind.CATALOG if records.ANCESTORS[kind] else kind
    if root not in BOUND:
        return None
    found = records.require(cloud.store, root, full_name.split(".", maxsplit=1)[0])
    bound = (cloud.store.get("binding", f"{root}:{found['full_name']}") or {}).get("bindings", [])
    workspace_id = caller.require_workspace().workspace_id
    return bindings.refusal(found, bound, workspace_id, write=write, label=records.label(root))


def _require_entry(cloud: Cloud, caller: Caller, kind: Kind, full_name: str) -> None:
    parents = records.ANCESTORS[kind]
    if not parents:
        return
    parent_name = full_name.rpartition(".")[0]
    reason = privileges.refusal(caller.identities, records.chain(cloud.store, parents[-1], parent_name))
    if reason:
        raise denied(reason)
