"""Replaces references in a document by names: `${databricks_group.owners.id}` by the group's name.

Unresolvable references (a variable, a function, an output of another state) stay expressions.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from policies.access.expand import Values, instances
from policies.access.unknown import marked
from policies.terraform.synthesized import Synthesized, Written

_REFERENCE = re.compile(r'\$\{(data\.)?([a-z0-9_]+)\.([A-Za-z0-9_-]+)(\[[^\]]*\])?\.([A-Za-z0-9_.\[\]"-]+)\}')
_LOCAL = re.compile(r"\$\{local\.([A-Za-z0-9_-]+)\}")
# Types whose attributes are names; computed attributes of others (a random name, another state's output) are unknown.
_OURS = ("databricks_", "azurerm_", "azuread_", "azapi_")
# The principal, or scope, that the provider is signed in to.
_CURRENT = ("databricks_current_user", "databricks_current_config", "azurerm_client_config", "azuread_client_config")
_SUBSCRIPTION = "azurerm_subscription"
_NAMES = (
    "display_name",
    "name",
    "cluster_name",
    "instance_pool_name",
    "path",
    "full_name",
    "url",
    "policy_name",
    "tag_key",
    "application_id",
    "group_id",
)
# How the full names of Unity Catalog are composed.
_PARTS: Mapping[str, tuple[str, ...]] = {
    "databricks_schema": ("catalog_name", "name"),
    "databricks_sql_table": ("catalog_name", "schema_name", "name"),
    "databricks_function": ("catalog_name", "schema_name", "name"),
    "databricks_volume": ("catalog_name", "schema_name", "name"),
    "databricks_registered_model": ("catalog_name", "schema_name", "name"),
}
# Grants name a user by the address, not by the display name.
_FIRST: Mapping[str, str] = {"databricks_user": "user_name"}
# Attributes with which other resources refer to the resource itself.
_ITSELF = ("id", "full_name", "application_id", "display_name", "acl_principal_id", "job_id", "endpoint_id")


# Values by type and name.
_Named = Mapping[tuple[str, str], Values]


class Resolver:
    """Replaces `${type.name.attribute}` by its future value, as far as names are concerned."""

    def __init__(self, document: Synthesized) -> None:
        self._locals = document.locals
        self._resources, self._data = _by_name(document.resources), _by_name(document.data)

    def resources(self) -> Iterator[tuple[str, str, str, Values]]:
        """(type, id, name, values) of every instance of every resource."""
        return self._all(self._resources, data=False)

    def data(self) -> Iterator[tuple[str, str, str, Values]]:
        """(type, id, name, values) of every instance of every data source."""
        return self._all(self._data, data=True)

    def _all(self, entries: _Named, *, data: bool) -> Iterator[tuple[str, str, str, Values]]:
        for (kind, key), written in entries.items():
            for index, values in instances(self._without_locals(written)):
                name = self._called(kind, f"{key}{index}", values, data=data)
                yield kind, f"{key}{index}", name, self.resolved(values)

    def resolved(self, value: Any) -> Any:
        """`value` with every reference replaced; unresolvable ones stay."""
        if isinstance(value, Mapping):
            return {key: self.resolved(item) for key, item in value.items() if key != "//"}
        if isinstance(value, list):
            return [self.resolved(item) for item in value]
        return _REFERENCE.sub(self._replace, value) if isinstance(value, str) else value

    def _without_locals(self, value: Any, depth: int = 0) -> Any:
        """`value` with local names replaced by their values; circular ones stay."""
        if isinstance(value, Mapping):
            return {key: self._without_locals(item, depth) for key, item in value.items()}
        if isinstance(value, list):
            return [self._without_locals(item, depth) for item in value]
        found = _LOCAL.search(value) if isinstance(value, str) and depth < len(self._locals) else None
        if not found or found[1] not in self._locals:
            return value
        known = self._locals[found[1]]
        if found[0] == value:
            return self._without_locals(known, depth + 1)
        return self._without_locals(value.replace(found[0], str(known)), depth + 1)

    def _called(self, kind: str, key: str, values: Values, *, data: bool = False) -> str:
        """The name of a resource: its full or display name, else its id in the stack."""
        parts = _PARTS.get(kind)
        if parts and not data:
            return ".".join(str(self.resolved(values.get(part, ""))) for part in parts)
        if kind == _SUBSCRIPTION:
            return f"/subscriptions/{self.resolved(values.get('subscription_id')) or marked(f'{kind}.{key}')}"
        names = (_FIRST[kind], *_NAMES) if kind in _FIRST else _NAMES
        found = next((values[name] for name in names if isinstance(values.get(name), str)), key)
        return str(self.resolved(found))

    def _replace(self, match: re.Match[str]) -> str:
        data, kind, key, index, attribute = bool(match[1]), match[2], match[3], match[4], match[5]
        if not kind.startswith(_OURS) or kind in _CURRENT:
            return match[0]
        written = (self._data if data else self._resources).get((kind, key), {})
        found = dict(instances(self._without_locals(written))) if written else {}
        values = found.get(index or "")
        if values is None or (not index and ("for_each" in written or "count" in written)):
            return match[0]
        known = values.get(attribute)
        if isinstance(known, str) and attribute not in _ITSELF:
            return str(self.resolved(known))
        return self._called(kind, key, values, data=data)


def _by_name(blocks: Iterable[Written]) -> _Named:
    return {(item.type, item.name): item.values for item in blocks}
