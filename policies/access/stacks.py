"""The synthesized stacks as resources whose references are replaced by names."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from policies.errors import DocumentError
from policies.json_file import Document, read_document

_REFERENCE = re.compile(r"\$\{(data\.)?([a-z0-9_]+)\.([A-Za-z0-9_-]+)\.([^}]+)\}")
_HOST_ID = re.compile(r"^https://adb-(\d+)\.")
_NAMES = ("display_name", "name", "instance_pool_name", "path", "full_name", "url", "policy_name")
# How Unity Catalog's full names are put together.
_PARTS: Mapping[str, tuple[str, ...]] = {
    "databricks_schema": ("catalog_name", "name"),
    "databricks_volume": ("catalog_name", "schema_name", "name"),
    "databricks_registered_model": ("catalog_name", "schema_name", "name"),
}
# Attributes by which other resources mean the resource itself.
_ITSELF = ("id", "full_name", "application_id", "display_name", "acl_principal_id", "job_id", "endpoint_id")


@dataclass(frozen=True, kw_only=True)
class Resource:
    """One resource of one stack. `values` hold names where the document refers to other resources."""

    stack: str
    type: str
    id: str
    name: str
    values: Mapping[str, Any]

    @property
    def address(self) -> str:
        """`prod-workspace: databricks_grants.catalog-grants`."""
        return f"{self.stack}: {self.type}.{self.id}"


@dataclass(frozen=True, kw_only=True)
class Stack:
    """One synthesized stack; `workspace_id` is that of the workspace it deploys to, if it deploys to one."""

    name: str
    workspace_id: int | None
    resources: tuple[Resource, ...]

    def of(self, *types: str) -> Iterator[Resource]:
        """The resources of one of `types`."""
        return (resource for resource in self.resources if resource.type in types)


def read_stacks(folder: Path) -> tuple[Stack, ...]:
    """Every stack below `folder` (a `cdktf.out`). Raises DocumentError where there is none, or one cannot be read."""
    files = sorted(folder.glob("stacks/*/cdk.tf.json"))
    if not files:
        raise DocumentError(f"{folder}: holds no synthesized stacks. Write them: mlops synth")
    return tuple(stack_of(path.parent.name, read_document(path)) for path in files)


def stack_of(name: str, document: Document) -> Stack:
    """The stack in a synthesized document."""
    resolver = _Resolver(document)
    found = [
        Resource(stack=name, type=kind, id=key, name=resolver.called(kind, key), values=resolver.resolved(values))
        for kind, entries in (document.get("resource") or {}).items()
        for key, values in entries.items()
    ]
    return Stack(name=name, workspace_id=_workspace_id(document), resources=tuple(found))


def _workspace_id(document: Document) -> int | None:
    """The id in the host of the Databricks provider: `https://adb-<id>.<n>.azuredatabricks.net`."""
    providers = (document.get("provider") or {}).get("databricks") or []
    hosts = [match for entry in providers if (match := _HOST_ID.match(str(entry.get("host", ""))))]
    return int(hosts[0].group(1)) if hosts else None


class _Resolver:
    """Replaces `${type.id.attribute}` by what it will be, as far as names go."""

    def __init__(self, document: Document) -> None:
        self._resources = document.get("resource") or {}
        self._data = document.get("data") or {}

    def resolved(self, value: Any) -> Any:
        """`value` with every reference replaced; what cannot be resolved stays."""
        if isinstance(value, Mapping):
            return {key: self.resolved(item) for key, item in value.items() if key != "//"}
        if isinstance(value, list):
            return [self.resolved(item) for item in value]
        return _REFERENCE.sub(self._replace, value) if isinstance(value, str) else value

    def called(self, kind: str, key: str, *, data: bool = False) -> str:
        """What people call a resource: its full or display name, else its id in the stack."""
        values = (self._data if data else self._resources).get(kind, {}).get(key, {})
        parts = _PARTS.get(kind)
        if parts and not data:
            return ".".join(str(self.resolved(values.get(part, ""))) for part in parts)
        found = next((values[name] for name in _NAMES if isinstance(values.get(name), str)), key)
        return str(self.resolved(found))

    def _replace(self, match: re.Match[str]) -> str:
        data, kind, key, attribute = bool(match[1]), match[2], match[3], match[4]
        values = (self._data if data else self._resources).get(kind, {}).get(key)
        if values is None:
            return match[0]
        known = values.get(attribute)
        if isinstance(known, str) and attribute not in _ITSELF:
            return str(self.resolved(known))
        return self.called(kind, key, data=data)
