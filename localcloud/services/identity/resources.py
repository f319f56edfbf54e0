"""The kinds of SCIM documents and their fields."""

from dataclasses import dataclass

from localcloud.kernel.directory import Kind
from localcloud.kernel.store import Document

_SCHEMA = "urn:ietf:params:scim:schemas:core:2.0:"
# Of each group: there are no groups of one workspace here.
META: Document = {"resourceType": "Group"}


@dataclass(frozen=True, kw_only=True)
class Resource:
    """The fields of one kind. `fixed` cannot be changed; changes of `ignored` fields have no effect."""

    schema: str
    texts: tuple[str, ...]
    lists: tuple[str, ...]
    needed: str
    fixed: tuple[str, ...] = ()
    ignored: tuple[str, ...] = ()

    @property
    def attributes(self) -> tuple[str, ...]:
        """All attributes that a document of this kind can have."""
        return ("id", "schemas", "groups", *self.written, *(("meta",) if "members" in self.lists else ()))

    @property
    def written(self) -> tuple[str, ...]:
        """All attributes that a request can set; a group is never inactive."""
        return (*self.texts, *self.lists, *(() if "members" in self.lists else ("active",)))

    @property
    def schema_name(self) -> str:
        """The name of this kind in `schemas`."""
        return f"{_SCHEMA}{self.schema}"


RESOURCES: dict[Kind, Resource] = {
    "user": Resource(
        schema="User",
        texts=("userName", "displayName", "externalId", "name"),
        lists=("emails", "entitlements", "roles"),
        needed="userName",
        # As the SDK says: "any supplied changes to them are ignored (no-op)".
        ignored=("userName", "emails"),
    ),
    "service_principal": Resource(
        schema="ServicePrincipal",
        texts=("applicationId", "displayName", "externalId"),
        lists=("entitlements", "roles"),
        needed="displayName",
        fixed=("applicationId",),
    ),
    "group": Resource(
        schema="Group",
        texts=("displayName", "externalId"),
        lists=("members", "entitlements", "roles"),
        needed="displayName",
    ),
}
