"""Resources of one stack, plan or folder, and their references."""

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from .values import Block, Expression, Scalar, arguments

# Arguments with the readable name of a principal or an object, and those with its identifiers.
_NAMES = ("display_name", "name", "user_name")
_IDS = ("id", "application_id", "serving_endpoint_id")

# The arguments with which resources of a type refer to others, as far as checks need them.
_REFERRING = {
    "azurerm_databricks_workspace_root_dbfs_customer_managed_key": ("workspace_id",),
    "azurerm_management_lock": ("scope",),
    "azurerm_monitor_diagnostic_setting": ("target_resource_id",),
    "databricks_permissions": ("serving_endpoint_id", "job_id", "cluster_policy_id", "sql_endpoint_id"),
    "databricks_workspace_network_option": ("network_policy_id",),
}


_CALL = re.compile(r'module\.[\w-]+(?:\[(?:"(?:[^"\\]|\\.)*"|[^\]"]*)\])?\.')


@dataclass(frozen=True, eq=False)
class Resource:
    """One resource or data source: `address` is `type.name`, with its module and index if any."""

    address: str
    type: str
    name: str
    block: Block
    document: "Document"

    @property
    def module(self) -> str:
        """Its module, as the beginning of its address; empty in the root."""
        return self.address.partition(f"{self.type}.{self.name}")[0].removesuffix("data.")

    @cached_property
    def tags(self) -> dict[str, Scalar]:
        """Its tags, from a map or from blocks with `key` and `value`."""
        found: dict[str, Scalar] = {}
        # A copy: computed tags hide only the environment, not other arguments that a rule reads.
        block = Block(self.block.raw_values) if type(self.block) is Block else self.block
        for path in ("tags", "custom_tags", "tags.custom_tags"):
            pairs = [(b.value("key"), b.value("value")) for b in block.blocks(path) if b.has("key")]
            found |= {str(key): value for key, value in pairs if value is not None}
            found |= {} if pairs else block.mapping(path)
        return found

    def referred(self, value: Scalar) -> "Resource | None":
        """The resource or data source that an expression, or an id known at plan time, refers to. None if unknown."""
        if not isinstance(value, Expression):
            return self.document.by_id.get(str(value))
        found = [self._named(name) for name in value.references]
        return next((item for item in found if item), None)

    def _named(self, name: str) -> "Resource | None":
        """The target of a reference: here, or in a calling module, whose value a parser has inserted.

        None if several of these modules have one of that name.
        """
        found = [self.document.by_address.get(module + name) for module in scopes(self.module)]
        known = [item for item in found if item is not None]
        return known[0] if len(known) == 1 else None

    def name_of(self, value: Scalar) -> str | None:
        """The name of the principal or object that `value` refers to; None if the document does not contain it."""
        found = self.referred(value)
        names = [found.block.value(name) for name in _NAMES] if found else []
        named = next((name for name in names if isinstance(name, str)), None)
        return named or (None if isinstance(value, Expression) else str(value))

    def referring(self, type_: str) -> list["Resource"]:
        """Resources of `type_` that refer to this one: by reference, or by an id or a name that both have."""
        own = [f"{self.module}{self.type}.{self.name}"]
        own += [str(value) for name in (*_IDS, *_NAMES, "network_policy_id") if (value := self.block.value(name))]
        found = (item for name in own for item in self.document.pointing.get((type_, name), ()))
        return list({item.address: item for item in found}.values())


@dataclass(eq=False)
class Document:
    """All resources that Terraform handles together. `whole` is false if a parser shows one resource at a time.

    `hosts` are the addresses of its providers' Databricks workspaces or accounts, `versions` its version constraints by
    provider. A plan does not include `lifecycle`, so `has_lifecycle` is false there.
    """

    stack: str = ""
    whole: bool = True
    has_lifecycle: bool = True
    hosts: tuple[str, ...] = ()
    versions: Mapping[str, Sequence[str]] = field(default_factory=dict)
    resources: list[Resource] = field(default_factory=list)
    data: list[Resource] = field(default_factory=list)

    def add(self, kind: list[Resource], address: str, type_: str, name: str, block: Block) -> Resource:
        """Add a resource or a data source to `kind`, which is `resources` or `data`."""
        made = Resource(address, type_, name, block, self)
        kind.append(made)
        return made

    @cached_property
    def by_address(self) -> dict[str, Resource]:
        """Resources by their names in expressions, with `data.` before a data source, after their module.

        An ambiguous name with several different values (instances, modules of two roots) is left out.
        """
        named: dict[str, list[Resource]] = defaultdict(list)
        for item in (*self.resources, *self.data):
            data = "data." if item.address.removeprefix(item.module).startswith("data.") else ""
            named[f"{item.module}{data}{item.type}.{item.name}"].append(item)
        return {name: items[0] for name, items in named.items() if _alike(items)}

    @cached_property
    def by_id(self) -> dict[str, Resource]:
        """Resources and data sources by their ids, as far as known."""
        return {id_: item for item in (*self.resources, *self.data) for id_ in _texts(item.block, _IDS)}

    @cached_property
    def pointing(self) -> dict[tuple[str, str], list[Resource]]:
        """Resources by type and by the address, id or name that they refer to."""
        index: dict[tuple[str, str], list[Resource]] = defaultdict(list)
        for item in self.resources:
            for path in _REFERRING.get(item.type, ()):
                for value in item.block.values(path):
                    for name in _meant(item, value):
                        index[item.type, name].append(item)
        return index


def scopes(module: str) -> list[str]:
    """The module and its callers up to the root: `module.a.module.b.`, `module.a.` and the empty text."""
    starts = [found.start() for found in _CALL.finditer(module)]
    return [module, *(module[:start] for start in reversed(starts))] if module else [""]


def _alike(items: list[Resource]) -> bool:
    first = arguments(items[0].block.raw_values)
    return all(arguments(item.block.raw_values) == first for item in items[1:])


def _meant(item: Resource, value: Scalar) -> Iterable[str]:
    if isinstance(value, Expression):
        return [module + name for name in value.references for module in scopes(item.module)]
    return [str(value)]


def _texts(block: Block, names: Iterable[str]) -> Iterable[str]:
    return [value for name in names if isinstance(value := block.value(name), str)]
