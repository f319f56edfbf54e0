"""Objects that are kept exactly as declared, with ids and audit fields, and without any local effect."""

import uuid
from dataclasses import dataclass
from datetime import UTC, datetime

from localcloud.kernel import acl, folders
from localcloud.kernel.cloud import Cloud
from localcloud.kernel.errors import bad_request, denied, not_found
from localcloud.kernel.identity import Caller
from localcloud.kernel.store import Document


@dataclass(frozen=True, kw_only=True)
class DeclaredObjects:
    """The objects of one kind. `id_field` is the API's name of their id.

    With an `object_type` they are in workspace folders (`parent_path`, or the creator's home) and have permissions.
    """

    kind: str
    label: str
    id_field: str = "id"
    object_type: str | None = None

    def create(self, cloud: Cloud, caller: Caller, body: Document, defaults: Document) -> Document:
        """Store a new object of the caller's workspace. `defaults` fill fields that the body leaves out."""
        now = _now()
        identifier = uuid.uuid4().hex if self.id_field == "dashboard_id" else str(uuid.uuid4())
        document = {
            **defaults,
            **{field: value for field, value in body.items() if value is not None},
            self.id_field: identifier,
            "create_time": now,
            "update_time": now,
            "_workspace": caller.require_workspace().name,
            "_owner": caller.principal,
        }
        if self.object_type:
            folder = folders.path_of(document.get("parent_path") or f"{folders.HOMES}/{caller.principal}")
            path = f"{folder}/{document.get('display_name', identifier)}"
            if not folders.allows(cloud, caller, path, "CAN_EDIT"):
                raise denied(f"{caller.display_name} may not create anything in {folder}.")
            acl.create(cloud, caller, self.object_type, identifier, path)
        cloud.store.put(self.kind, identifier, document)
        return shown(document)

    def get(self, cloud: Cloud, caller: Caller, identifier: str) -> Document:
        """One object. Raises `ApiError` 404, also for one of another workspace."""
        return shown(self._require(cloud, caller, identifier))

    def all(self, cloud: Cloud, caller: Caller) -> list[Document]:
        """The objects of the caller's workspace that the caller may read."""
        workspace = caller.require_workspace().name
        own = [d for d in cloud.store.all(self.kind) if d["_workspace"] == workspace]
        return [shown(d) for d in own if self._allows(cloud, caller, d[self.id_field], "CAN_READ")]

    def update(self, cloud: Cloud, caller: Caller, identifier: str, body: Document, mask: str | None) -> Document:
        """Replace the fields that `mask` names (comma-separated, `*` or None: all that the body has).

        A field that is in the mask and not in the body is removed. Only for the owner and admins.
        """
        document = self._own(cloud, caller, identifier)
        fields = list(body) if mask in (None, "", "*") else _top_level(str(mask))
        kept = {f: v for f, v in document.items() if f not in fields}
        new = {**kept, **{f: body[f] for f in fields if body.get(f) is not None}}
        fixed = {f: document[f] for f in (self.id_field, "create_time", "_workspace", "_owner")}
        new = {**new, **fixed, "update_time": _now()}
        cloud.store.put(self.kind, identifier, new)
        return shown(new)

    def delete(self, cloud: Cloud, caller: Caller, identifier: str) -> Document:
        """Delete one object. Only for the owner and admins."""
        self._own(cloud, caller, identifier, "CAN_MANAGE")
        cloud.store.delete(self.kind, identifier)
        if self.object_type:
            acl.delete(cloud, self.object_type, identifier)
        return {}

    def _require(self, cloud: Cloud, caller: Caller, identifier: str) -> Document:
        found = cloud.store.get(self.kind, identifier)
        if found is None or found["_workspace"] != caller.require_workspace().name:
            raise not_found(f"{self.label} '{identifier}' does not exist.")
        if not self._allows(cloud, caller, identifier, "CAN_READ"):
            raise denied(f"{caller.display_name} does not have CAN_READ permissions on {self.label} '{identifier}'.")
        return found

    def _own(self, cloud: Cloud, caller: Caller, identifier: str, level: str = "CAN_EDIT") -> Document:
        document = self._require(cloud, caller, identifier)
        if caller.is_workspace_admin or document["_owner"] == caller.principal:
            return document
        if self.object_type is None or not self._allows(cloud, caller, identifier, level):
            raise denied(f"Only its owner, an admin or who has {level} may change {self.label} '{identifier}'.")
        return document

    def _allows(self, cloud: Cloud, caller: Caller, identifier: str, level: str) -> bool:
        return self.object_type is None or acl.allows(cloud, caller, self.object_type, identifier, level)


def shown(document: Document) -> Document:
    """The object without fields that only the local cloud needs."""
    return {field: value for field, value in document.items() if not field.startswith("_")}


def _top_level(mask: str) -> list[str]:
    fields = [field.strip().split(".")[0] for field in mask.split(",") if field.strip()]
    if any(field.startswith("_") for field in fields):
        raise bad_request(f"update_mask '{mask}' names a field that cannot be changed.")
    return fields


def _now() -> str:
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
