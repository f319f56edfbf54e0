"""Adopted resources: data sources of existing objects, judged by the rules for created ones.

In a plan, the attributes that Terraform has read are known. In a synthesized stack, the attributes that a postcondition
requires are known: no plan continues without them. Any other attribute is unknown, never a pass: defaults do not apply
to resources that others created.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from policies.checks.engine.document import Document, Resource
from policies.checks.engine.rule import Rule
from policies.checks.engine.values import Block, Scalar
from policies.checks.engine.verdict import Result, Verdict, failed, unknown

TYPES = frozenset(
    {
        "azurerm_databricks_workspace",
        "azurerm_firewall",
        "azurerm_key_vault",
        "azurerm_log_analytics_workspace",
        "azurerm_private_dns_zone",
        "azurerm_resource_group",
        "azurerm_storage_account",
        "azurerm_subnet",
        "azurerm_virtual_network",
        "databricks_catalog",
        "databricks_external_location",
    }
)
# Attributes that a data source nests but a resource has at its top, or that have other names.
_NESTED = ("catalog_info", "external_location_info")
_DEMAND = re.compile(r'\$\{self\.([\w.\[\]]+) (==|!=) ("(?:[^"\\]|\\.)*"|true|false|-?\d+)\}')
_OPPOSITE = {"true": False, "false": True}
# An older name that a rule also reads, and the name under which the attribute is found.
_RENAMED = {
    "enable_https_traffic_only": "https_traffic_only_enabled",
    "enable_rbac_authorization": "rbac_authorization_enabled",
}
# Rules about how Terraform creates or destroys a resource, which does not apply to a data source.
_OF_WHAT_IS_MADE = frozenset(
    {"data_is_protected_from_destroy", "production_is_not_dropped_with_its_content", "storage_is_validated"}
)
_TERRAFORM = frozenset({"lifecycle", "provider", "depends_on", "name", "resource_group_name", "virtual_network_name"})


_BELONGS = ("tags", "custom_tags", "tags.custom_tags", "catalog_name", "name")


class _Asked(Block):
    """The known arguments; records in `missing` each unknown argument that was read."""

    def __init__(self, values: Mapping[str, Any]) -> None:
        super().__init__(values)
        self.missing: list[str] = []

    def _at(self, path: str) -> list[Any]:
        found = super()._at(path)
        if not found:
            self.missing.append(path)
        return found


class _Adopted(Resource):
    """A data source as a resource. References to it may be in other people's stacks."""

    def referring(self, type_: str) -> list[Resource]:
        """The references in this document; their absence proves nothing."""
        asked = list(self.block.missing) if isinstance(self.block, _Asked) else []
        found = super().referring(type_)
        if isinstance(self.block, _Asked):
            # The arguments that identify it are not properties of it.
            self.block.missing[:] = asked if found else [*asked, f"a {type_} of it"]
        return found


def adopted_in(document: Document) -> Iterator[Resource]:
    """The data sources of the document that are adopted resources."""
    return (item for item in document.data if item.type in TYPES)


def applies(rule: Rule) -> bool:
    """Whether the rule is about the resource itself."""
    return rule.judge.__name__ not in _OF_WHAT_IS_MADE


def judged(rule: Rule, item: Resource) -> Verdict:
    """The rule's verdict on an adopted resource: unknown if it read an unknown argument."""
    block = _Asked(_known(item.block))
    verdict = rule.judge(_Adopted(item.address, item.type, item.name, block, item.document))
    missing = [path for path in dict.fromkeys(block.missing) if not block.has(_RENAMED.get(path, path))]
    # Its name also tells the environment; for further arguments that a rule reads, its owner must answer.
    missing = [path for path in missing if path not in _BELONGS] or missing
    if missing:
        asked = ", ".join(missing)
        return unknown(f"{asked}: unknown for the adopted resource. Ask its owner, then waive this with the answer")
    return failed(f"adopted: {verdict.reason}") if verdict.result is Result.FAIL else verdict


def _known(block: Block) -> dict[str, Scalar | list[Any]]:
    """Attributes that were read, or that a postcondition requires, in the form of a resource's attributes."""
    raw = block.raw_values
    known = {name: value for name, value in raw.items() if name not in _TERRAFORM and value is not None}
    for nested in _NESTED:
        for inner in block.blocks(nested):
            known |= {name: value for name, value in inner.raw_values.items() if value not in (None, "")}
    for condition in block.values("lifecycle.postcondition.condition"):
        demand = _DEMAND.fullmatch(str(condition))
        steps = re.sub(r"\[\d+\]", "", demand[1]).split(".") if demand else []
        if demand and demand[2] == "==":
            _put(known, steps, _literal(demand[3]))
        elif demand and demand[3] in _OPPOSITE:
            _put(known, steps, _OPPOSITE[demand[3]])
    return known


def _put(known: dict[str, Any], steps: list[str], value: Scalar) -> None:
    if steps[0] in _NESTED:
        steps = steps[1:]
    for step in steps[:-1]:
        known = known.setdefault(step, {})
        known = known[0] if isinstance(known, list) else known
    known[steps[-1]] = value


def _literal(text: str) -> Scalar:
    if text.startswith('"'):
        return text[1:-1]
    return text == "true" if text in ("true", "false") else int(text)
