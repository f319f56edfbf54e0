"""Storage credentials and external locations: stored with owner, grants and bindings. No data is stored in them."""

from fastapi import APIRouter

from localcloud.kernel.body import JsonBody, required
from localcloud.kernel.cloud import CloudDep
from localcloud.kernel.identity import CallerDep
from localcloud.kernel.parity import Level, Parity
from localcloud.kernel.store import Document
from localcloud.services.unity import access, changes, deletion, isolation, ownership, records, storage_rules
from localcloud.services.unity.privileges import Kind, Privilege

PARITY = Parity(Level.STATEFUL, "https://docs.databricks.com/api/azure/workspace/externallocations")

router = APIRouter()
_KEPT = frozenset({"full_name", "metastore_id", "id", "name", "created_at", "created_by"})


def _routes(kind: Kind, path: str, listed: str, create_privilege: Privilege) -> None:
    """The five routes of one kind. Creating needs `create_privilege` on the metastore."""
    _reads(kind, path, listed)
    _comes_and_goes(kind, path, create_privilege)
    _changes(kind, path)


def _reads(kind: Kind, path: str, listed: str) -> None:
    @router.get(path)
    def list_all(cloud: CloudDep, caller: CallerDep) -> Document:
        return {listed: [d for d in cloud.store.all(kind) if access.sees(cloud, caller, kind, d["full_name"])]}

    @router.get(f"{path}/{{name}}")
    def get(name: str, cloud: CloudDep, caller: CallerDep) -> Document:
        return access.authorize_metadata(cloud, caller, kind, records.canonical(kind, name))


def _comes_and_goes(kind: Kind, path: str, create_privilege: Privilege) -> None:
    @router.post(path)
    def create(body: JsonBody, cloud: CloudDep, caller: CallerDep) -> Document:
        name = records.canonical(kind, required(body, "name"))
        records.ensure_metastore(cloud)
        access.authorize(cloud, caller, Kind.METASTORE, Kind.METASTORE, create_privilege)
        storage_rules.require_usable(cloud, kind, body, {})
        owner = ownership.initial_owner(cloud, caller, body)
        with cloud.store.transaction():
            made = records.create(cloud.store, kind, name, owner, storage_rules.completed(kind, body, {}))
            isolation.bind_own_workspace(cloud, caller, kind, made)
        return made

    @router.delete(f"{path}/{{name}}")
    def delete(name: str, cloud: CloudDep, caller: CallerDep) -> Document:
        name = records.canonical(kind, name)
        access.authorize_management(cloud, caller, kind, name)
        deletion.drop(cloud, kind, name)
        cloud.store.delete("binding", f"{kind}:{name}")
        return {}


def _changes(kind: Kind, path: str) -> None:
    @router.patch(f"{path}/{{name}}")
    def update(name: str, body: JsonBody, cloud: CloudDep, caller: CallerDep) -> Document:
        name = records.canonical(kind, name)
        access.authorize_management(cloud, caller, kind, name)
        changes.refuse_another_name(name, body)
        asked = {k: v for k, v in ownership.checked_changes(cloud, body).items() if k not in _KEPT}
        with cloud.store.transaction():
            before = records.require(cloud.store, kind, name)
            storage_rules.require_usable(cloud, kind, body, before)
            new = before | storage_rules.completed(kind, asked, before)
            isolation.bind_own_workspace(cloud, caller, kind, new)
            return records.update(cloud.store, kind, new, caller.principal)


_routes(Kind.STORAGE_CREDENTIAL, "/storage-credentials", "storage_credentials", Privilege.CREATE_STORAGE_CREDENTIAL)
_routes(Kind.EXTERNAL_LOCATION, "/external-locations", "external_locations", Privilege.CREATE_EXTERNAL_LOCATION)
