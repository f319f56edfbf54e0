"""What is adopted: data sources of things that exist already, judged by the rules for their like that is made.

Of a plan, what Terraform has read is known. Of a synthesized stack, what a postcondition demands is known: no plan
goes on without it. Whatever else a rule asks is unknown, never a pass: a default says nothing of what others made.
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
# Where a data source nests what a resource has at its top, or names it otherwise.
_NESTED = ("catalog_info", "external_location_info")
_DEMAND = re.compile(r'\$\{self\.([\w.\[\]]+) (==|!=) ("(?:[^"\\]|\\.)*"|true|false|-?\d+)\}')
_OPPOSITE = {"true": False, "false": True}
# An older name that a rule asks for too, and the one under which the attribute is read.
_RENAMED = {
    "enable_https_traffic_only": "https_traffic_only_enabled",
    "enable_rbac_authorization": "rbac_authorization_enabled",
}
# What they assert is how Terraform makes or destroys a thing, and it does neither here.
_OF_WHAT_IS_MADE = frozenset(
    {"data_is_protected_from_destroy", "production_is_not_dropped_with_its_content", "storage_is_validated"}
)
_TERRAFORM = frozenset({"lifecycle", "provider", "depends_on", "name", "resource_group_name", "virtual_network_name"})


_BELONGS = ("tags", "custom_tags", "tags.custom_tags", "catalog_name", "name")


class _Asked(Block):
    """The known arguments, which keep in `missing` what was asked for and is not known."""

    def __init__(self, values: Mapping[str, Any]) -> None:
        super().__init__(values)
        self.missing: list[str] = []

    def _at(self, path: str) -> list[Any]:
        found = super()._at(path)
        if not found:
            self.missing.append(path)
        return found


class _Adopted(Resource):
    """A data source as a resource. What points at it may stand in other people's stacks."""

    def referring(self, type_: str) -> list[Resource]:
        """What of this document points at it; none here proves nothing."""
        asked = list(self.block.missing) if isinstance(self.block, _Asked) else []
        found = super().referring(type_)
        if isinstance(self.block, _Asked):
            # By what it would be found is no question about it.
            self.block.missing[:] = asked if found else [*asked, f"a {type_} of it"]
        return found


def adopted_in(document: Document) -> Iterator[Resource]:
    """The data sources of the document that are adopted things."""
    return (item for item in document.data if item.type in TYPES)


def applies(rule: Rule) -> bool:
    """Whether the rule asserts something of the thing itself."""
    return rule.judge.__name__ not in _OF_WHAT_IS_MADE


def judged(rule: Rule, item: Resource) -> Verdict:
    """The rule's verdict on an adopted thing: unknown wherever it asked for what is not known."""
    block = _Asked(_known(item.block))
    verdict = rule.judge(_Adopted(item.address, item.type, item.name, block, item.document))
    missing = [path for path in dict.fromkeys(block.missing) if not block.has(_RENAMED.get(path, path))]
    # Where it belongs is asked of its name too; what a rule asks beside is what its owner can answer.
    missing = [path for path in missing if path not in _BELONGS] or missing
    if missing:
        asked = ", ".join(missing)
        return unknown(f"{asked}: unknown for the adopted resource. Ask its owner, then waive this with the answer")
    return failed(f"adopted: {verdict.reason}") if verdict.result is Result.FAIL else verdict


def _known(block: Block) -> dict[str, Scalar | list[Any]]:
    """Attributes that were read, or that a postcondition demands, as a resource would have them."""
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
