"""The configuration inside a plan: the set attributes, and the references."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

_INDEX = re.compile(r'\[(?:"(?:[^"\\]|\\.)*"|[^\]"]*)\]')


@dataclass(frozen=True, kw_only=True)
class Configured:
    """One resource of the configuration.

    `references` are, by attribute, the addresses and attributes it refers to; `expressions` are the plan's own, by
    attribute.
    """

    address: str
    settings: frozenset[str]
    references: Mapping[str, tuple[str, ...]]
    uses: frozenset[str] = frozenset()
    provisioners: tuple[str, ...] = ()
    expressions: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Provider:
    """One provider block; `version` is its version constraint, empty without one."""

    name: str
    alias: str
    version: str
    expressions: Mapping[str, Any]


@dataclass(frozen=True, kw_only=True)
class Configuration:
    """The resources of a configuration by address, without instance keys."""

    resources: Mapping[str, Configured] = field(default_factory=dict)
    providers: tuple[Provider, ...] = ()

    def of(self, address: str) -> Configured | None:
        """The configuration behind the resource instance `address`."""
        return self.resources.get(without_index(address))


def without_index(address: str) -> str:
    """`module.m["a"].azurerm_subnet.s["public"]` without any instance key, as in the configuration."""
    return _INDEX.sub("", address) if "[" in address else address


def read_configuration(document: Any) -> Configuration:
    """The configuration of a plan; empty if the plan has none."""
    root = document.get("root_module") if isinstance(document, dict) else None
    blocks = (document.get("provider_config") or {}).values() if isinstance(document, dict) else ()
    return Configuration(
        resources={item.address: item for item in _resources(root, "")},
        providers=tuple(_provider(block) for block in blocks),
    )


def _provider(block: Mapping[str, Any]) -> Provider:
    return Provider(
        name=str(block.get("name")),
        alias=str(block.get("alias") or ""),
        version=str(block.get("version_constraint") or ""),
        expressions=block.get("expressions") or {},
    )


def _resources(module: Any, prefix: str) -> Iterator[Configured]:
    if not isinstance(module, dict):
        return
    for item in module.get("resources") or ():
        expressions = item.get("expressions") or {}
        references = {name: tuple(prefix + text for text in _references(value)) for name, value in expressions.items()}
        depends = {prefix + text for text in item.get("depends_on") or ()}
        uses = {_resource_of(text, prefix) for texts in references.values() for text in texts} | depends
        yield Configured(
            address=prefix + item["address"],
            settings=frozenset(expressions),
            references=references,
            expressions=expressions,
            provisioners=tuple(str(one.get("type")) for one in item.get("provisioners") or ()),
            uses=frozenset(uses | {_resource_of(prefix + text, prefix) for text in _references(_loops(item))}),
        )
    for name, call in (module.get("module_calls") or {}).items():
        yield from _resources(call.get("module"), f"{prefix}module.{name}.")


def _loops(item: Mapping[str, Any]) -> list[Any]:
    return [item.get("for_each_expression"), item.get("count_expression")]


def _references(expression: Any) -> Iterator[str]:
    if isinstance(expression, list):
        for part in expression:
            yield from _references(part)
    elif isinstance(expression, dict) and "constant_value" not in expression:
        found = expression.get("references")
        if isinstance(found, list) and all(isinstance(text, str) for text in found):
            yield from found
            return
        for part in expression.values():
            yield from _references(part)


def _resource_of(reference: str, prefix: str) -> str:
    """`azurerm_subnet.s["public"].id` as `azurerm_subnet.s`."""
    steps = reference.removeprefix(prefix).split(".")
    length = 3 if steps[0] == "data" else 2
    return prefix + ".".join(steps[:length]).partition("[")[0]
