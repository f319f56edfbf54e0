"""Readable names for the objects in a plan: full names of securables, display names for ids.

An id without a name in the plan, and a value known only after the apply, stay as they are.
"""

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from policies.review.changes.differences import UNKNOWN
from policies.terraform.change import Change
from policies.terraform.configuration import without_index
from policies.terraform.plan import Plan
from policies.terraform.state import prior_resources

_NAMES = (
    "display_name",
    "user_name",
    "full_name",
    "name",
    "cluster_name",
    "instance_pool_name",
    "path",
    "policy_name",
    "url",
    "principal",
    "key",
)
_PRINCIPALS = ("databricks_service_principal", "databricks_group", "databricks_user", "databricks_service_principals")
_IDENTITIES = ("azurerm_databricks_access_connector", "azurerm_user_assigned_identity")
_IDS = ("application_id", "id", "acl_principal_id", "principal_id")
# How the full names of Unity Catalog are composed.
_PARTS: Mapping[str, tuple[str, ...]] = {
    "databricks_catalog": ("name",),
    "databricks_schema": ("catalog_name", "name"),
    "databricks_volume": ("catalog_name", "schema_name", "name"),
    "databricks_registered_model": ("catalog_name", "schema_name", "name"),
    "databricks_sql_table": ("catalog_name", "schema_name", "name"),
}

_OWN = re.compile(r'(?:data\.)?[A-Za-z0-9_]+\.[A-Za-z0-9_-]+(?P<key>\[(?:"(?:[^"\\]|\\.)*"|[^\]"]*)\])?$')
# There are several instances, and the reference is ambiguous.
_SEVERAL = None


class Names:
    """The names of one plan."""

    def __init__(self, plan: Plan) -> None:
        self._plan = plan
        self._instances = _instances(plan.resources)
        self._data = dict(_data_sources(plan.document))
        self._display = dict(self._ids())

    def principal(self, text: str) -> str:
        """The display name for an application id or another id; `text` itself without one."""
        return self._display.get(text, text)

    def of(self, change: Change, values: Mapping[str, Any] | None = None) -> str:
        """The readable name of the resource: `ml.feat` for a schema, the display name of a group.

        `values` are the attributes to use, by default those after the apply.
        """
        told = change.values if values is None else values
        parts = _PARTS.get(change.type)
        if parts:
            return ".".join(self.text(change, part, told) for part in parts)
        found = [told[name] for name in _NAMES if isinstance(told.get(name), str)]
        return next((name for name in found if name), change.address)

    def text(self, change: Change, attribute: str, values: Mapping[str, Any] | None = None) -> str:
        """An attribute as text. A value that is not known yet is named by its reference."""
        value = (change.values if values is None else values).get(attribute)
        if isinstance(value, str) and value:
            return value
        if value not in (None, "", [], {}):
            return json.dumps(value)
        return self.referred(change, attribute) or UNKNOWN

    def referred(self, change: Change, attribute: str) -> str:
        """The name of the target of an attribute's reference; empty without a named target."""
        configured = self._plan.configuration.of(change.address)
        references = configured.references.get(attribute, ()) if configured else ()
        return next((name for reference in references if (name := self._named(change, reference))), "")

    def sets(self, change: Change, attribute: str) -> bool:
        """Whether the configuration sets the attribute; true if the plan does not say."""
        configured = self._plan.configuration.of(change.address)
        return configured is None or attribute in configured.settings

    def _target(self, change: Change, address: str) -> Change | None:
        """The instance that `change` refers to: in its own module's instance, with its own key if there are several.

        None if it is ambiguous: the name of another instance would be wrong.
        """
        bare = without_index(address)
        module, key = _place(change.address)
        key = _place(address)[1] or key
        for place in ((bare, module, key), (bare, module), (bare,)):
            if place in self._instances:
                return self._instances[place]
        return None

    def _named(self, change: Change, reference: str) -> str:
        whole = (without_index(reference),) in self._instances  # `databricks_schema.s[each.key].id` is shortened
        address, _, attribute = (reference, "", "id") if whole else reference.rpartition(".")
        target = self._target(change, address)
        if target is None:
            values = self._data.get(without_index(address), {})
            return next((values[name] for name in _NAMES if isinstance(values.get(name), str)), "")
        known = target.values.get(attribute)
        itself = attribute.endswith("id") or not isinstance(known, str)
        return self.of(target) if itself else str(known)

    def _ids(self) -> Iterator[tuple[str, str]]:
        principals = [(item.type, values) for item in self._plan.resources for values in _sides(item)]
        principals += [(address.split(".")[-2], values) for address, values in self._data.items()]
        for kind, values in principals:
            name = values.get("display_name") or values.get("user_name")
            if kind in _PRINCIPALS and isinstance(name, str):
                yield from ((values[field], name) for field in _IDS if isinstance(values.get(field), str))
            if kind in _IDENTITIES:
                yield from _identity(values)


def _instances(changes: Iterable[Change]) -> dict[tuple[str, ...], Change | None]:
    """Changes by address without keys, module and own key; and by the first two, or the first alone, if unique."""
    found: dict[tuple[str, ...], Change | None] = {}
    for change in (item for item in changes if not item.deposed):
        bare = without_index(change.address)
        module, key = _place(change.address)
        found[bare, module, key] = change
        for place in ((bare, module), (bare,)):
            found[place] = _SEVERAL if place in found else change
    return found


def _place(address: str) -> tuple[str, str]:
    """The module instance of an address, and its own key: `module.m["a"].` and `["b"]`."""
    found = _OWN.search(address)
    return (address[: found.start()], found["key"] or "") if found else ("", "")


def _identity(values: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """A managed identity is named by its resource."""
    name = values.get("name")
    blocks = [values, *(values.get("identity") or ())]
    for block in blocks:
        found = block.get("principal_id") if isinstance(block, Mapping) else None
        if isinstance(found, str) and found and isinstance(name, str):
            yield found, name


def _sides(change: Change) -> Iterator[Mapping[str, Any]]:
    yield from (side for side in (change.before, change.after) if isinstance(side, Mapping))


def _data_sources(document: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """(address, values) of the data sources that were read."""
    for item in prior_resources(document):
        if item.get("mode") == "data" and isinstance(item.get("values"), Mapping):
            yield without_index(item["address"]), item["values"]
