"""Objects that are kept exactly as declared, with ids and audit fields, and that nothing acts on locally."""

import uuid
from dataclasses import dataclass
from datetime import UTC, datetime

from localcloud.kernel.cloud import Cloud
from localcloud.kernel.errors import bad_request, denied, not_found
from localcloud.kernel.identity import Caller
from localcloud.kernel.store import Document


@dataclass(frozen=True, kw_only=True)
class Shelf:
    """The objects of one kind. `id_field` is what the API calls their id."""

    kind: str
    label: str
    id_field: str = "id"

    def create(self, cloud: Cloud, caller: Caller, body: Document, defaults: Document) -> Document:
        """Keep a new object of the caller's workspace. `defaults` fill what the body leaves out."""
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
        cloud.store.put(self.kind, identifier, document)
        return shown(document)

    def get(self, cloud: Cloud, caller: Caller, identifier: str) -> Document:
        """One object. Raises `ApiError` 404, also for one of another workspace."""
        return shown(self._require(cloud, caller, identifier))

    def all(self, cloud: Cloud, caller: Caller) -> list[Document]:
        """The objects of the caller's workspace."""
        workspace = caller.require_workspace().name
        return [shown(d) for d in cloud.store.all(self.kind) if d["_workspace"] == workspace]

    def update(self, cloud: Cloud, caller: Caller, identifier: str, body: Document, mask: str | None) -> Document:
        """Replace the fields that `mask` names (comma-separated, `*` or None: all that the body has).

        A field that is in the mask and not in the body is removed. The owner and admins only.
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
        """Forget one object. The owner and admins only."""
        self._own(cloud, caller, identifier)
        cloud.store.delete(self.kind, identifier)
        return {}

    def _require(self, cloud: Cloud, caller: Caller, identifier: str) -> Document:
        found = cloud.store.get(self.kind, identifier)
        if found is None or found["_workspace"] != caller.require_workspace().name:
            raise not_found(f"{self.label} '{identifier}' does not exist.")
        return found

    def _own(self, cloud: Cloud, caller: Caller, identifier: str) -> Document:
        document = self._require(cloud, caller, identifier)
        if not caller.is_admin and document["_owner"] != caller.principal:
            raise denied(f"Only its owner or an admin may change {self.label} '{identifier}'.")
        return document


def shown(document: Document) -> Document:
    """The object without what only the local cloud needs."""
    return {field: value for field, value in document.items() if not field.startswith("_")}


def _top_level(mask: str) -> list[str]:
    fields = [field.strip().split(".")[0] for field in mask.split(",") if field.strip()]
    if any(field.startswith("_") for field in fields):
        raise bad_request(f"update_mask '{mask}' names a field that cannot be changed.")
    return fields


def _now() -> str:
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
