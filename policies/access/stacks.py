"""The synthesized stacks as resources whose references are replaced by names."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from policies.access.resolve import Resolver
from policies.errors import DocumentError
from policies.json_file import Document, read_document

_HOST_ID = re.compile(r"^https://adb-(\d+)\.")


@dataclass(frozen=True, kw_only=True)
class Resource:
    """One instance of a resource of one stack. `values` hold names where the document refers to other resources."""

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
    """One synthesized stack; `workspace_id` is that of the workspace it deploys to, if the document says which.

    `sources` are its data sources, `modules` the addresses of modules, whose resources are not read here.
    """

    name: str
    workspace_id: int | None
    resources: tuple[Resource, ...]
    sources: tuple[Resource, ...] = ()
    modules: tuple[str, ...] = ()

    @property
    def environment(self) -> str:
        """`prod` of `prod-workspace`: what the names of a workspace's objects begin with."""
        return self.name.rpartition("-")[0] or self.name

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
    resolver = Resolver(document)
    read = [
        tuple(Resource(stack=name, type=kind, id=key, name=called, values=values) for kind, key, called, values in part)
        for part in (resolver.resources(), resolver.data())
    ]
    modules = tuple(f"{name}: module.{key}" for key in document.get("module") or {})
    workspace_id = _workspace_id(document)
    return Stack(name=name, workspace_id=workspace_id, resources=read[0], sources=read[1], modules=modules)


def _workspace_id(document: Document) -> int | None:
    """The id in the host of the Databricks provider: `https://adb-<id>.<n>.azuredatabricks.net`."""
    given = (document.get("provider") or {}).get("databricks") or []
    providers = given if isinstance(given, list) else [given]
    hosts = [match for entry in providers if (match := _HOST_ID.match(str(entry.get("host", ""))))]
    return int(hosts[0].group(1)) if hosts else None
