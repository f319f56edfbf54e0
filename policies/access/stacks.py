"""The synthesized stacks as resources, with references replaced by names."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from policies.access.resolve import Resolver
from policies.errors import DocumentError
from policies.json_file import Document, read_document
from policies.terraform.synthesized import UnreadableDocument, read_synthesized

_HOST_ID = re.compile(r"^https://adb-(\d+)\.")


@dataclass(frozen=True, kw_only=True)
class Resource:
    """One instance of a resource of one stack. In `values`, names replace references to other resources."""

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
    """One synthesized stack; `workspace_id` is the workspace that it deploys to, if the document names it.

    `sources` are its data sources, `modules` the addresses of modules, whose resources are not read here.
    """

    name: str
    workspace_id: int | None
    resources: tuple[Resource, ...]
    sources: tuple[Resource, ...] = ()
    modules: tuple[str, ...] = ()

    @property
    def environment(self) -> str:
        """`prod` of `prod-workspace`: the prefix of the names of a workspace's objects."""
        return self.name.rpartition("-")[0] or self.name

    def of(self, *types: str) -> Iterator[Resource]:
        """The resources of one of `types`."""
        return (resource for resource in self.resources if resource.type in types)


def read_stacks(folder: Path) -> tuple[Stack, ...]:
    """Every stack below `folder` (a `cdktf.out`).

    Raises DocumentError if there is none, or one is unreadable or has an unsupported format.
    """
    files = sorted(folder.glob("stacks/*/cdk.tf.json"))
    if not files:
        raise DocumentError(f"{folder}: holds no synthesized stacks. Write them: mlops synth")
    return tuple(_read(path) for path in files)


def _read(path: Path) -> Stack:
    try:
        return stack_of(path.parent.name, read_document(path))
    except UnreadableDocument as error:
        raise DocumentError(f"{path}: {error}") from error


def stack_of(name: str, document: Document) -> Stack:
    """The stack in a synthesized document. Raises UnreadableDocument for an unsupported format."""
    found = read_synthesized(document, name)
    resolver = Resolver(found)
    read = [
        tuple(Resource(stack=name, type=kind, id=key, name=called, values=values) for kind, key, called, values in part)
        for part in (resolver.resources(), resolver.data())
    ]
    return Stack(
        name=name,
        workspace_id=_workspace_id(found.hosts),
        resources=read[0],
        sources=read[1],
        modules=tuple(f"{name}: module.{key}" for key in found.modules),
    )


def _workspace_id(hosts: Iterable[str]) -> int | None:
    """The id in the host of the Databricks provider: `https://adb-<id>.<n>.azuredatabricks.net`."""
    return next((int(match.group(1)) for host in hosts if (match := _HOST_ID.match(host))), None)
