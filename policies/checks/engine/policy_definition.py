"""The rules of a cluster policy, by cluster attribute."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from .document import Resource
from .values import Expression, Scalar, scalar
from .verdict import Verdict, failed, unknown

# Node types with GPUs have an N after `Standard_`; GPU runtimes contain `-gpu-`.
_GPU_NODE = "Standard_N"


@dataclass(frozen=True)
class Limit:
    """A policy's limit on one attribute; an empty `rule` means no limit."""

    rule: Mapping[str, Any]

    @property
    def computed(self) -> Expression | None:
        """The first part of the rule that is known only to Terraform."""
        parts = [scalar(value) for value in (self.rule.get("value"), self.rule.get("maxValue")) if value is not None]
        return next((part for part in [*parts, *(self.allowed or [])] if isinstance(part, Expression)), None)

    @property
    def allowed(self) -> list[Scalar] | None:
        """The allowed values: one, a list, or None for no limit."""
        if self.rule.get("type") == "fixed":
            return [scalar(self.rule.get("value"))]
        return (
            [scalar(value) for value in self.rule.get("values", [])] if self.rule.get("type") == "allowlist" else None
        )

    @property
    def upper(self) -> float | None:
        """The greatest allowed number; None without a bound."""
        numbers = [self.rule.get("maxValue")] if self.rule.get("type") == "range" else self.allowed
        try:
            return max(float(str(number)) for number in numbers or [])
        except ValueError:
            return None

    @property
    def forbidden(self) -> bool:
        """Whether a cluster must not set the attribute at all."""
        return self.rule.get("type") == "forbidden"

    @property
    def optional(self) -> bool:
        """Whether a cluster may omit the attribute."""
        return bool(self.rule.get("isOptional", False))


@dataclass(frozen=True)
class Policy:
    """A cluster policy's limits by attribute."""

    rules: Mapping[str, Any]

    def limit(self, attribute: str) -> Limit:
        """The limit on `attribute`."""
        rule = self.rules.get(attribute)
        return Limit(rule if isinstance(rule, Mapping) else {})

    def limits(self, prefix: str) -> dict[str, Limit]:
        """The limits on attributes that begin with `prefix`, by the rest of their names."""
        return {name.removeprefix(prefix): self.limit(name) for name in self.rules if name.startswith(prefix)}

    @property
    def for_gpus(self) -> bool:
        """Whether its lists contain nodes or runtimes with GPUs."""
        nodes, runtimes = self.limit("node_type_id").allowed or [], self.limit("spark_version").allowed or []
        return any(str(node).startswith(_GPU_NODE) for node in nodes) or any("-gpu-" in str(one) for one in runtimes)


def policy_of(resource: Resource) -> Policy | Verdict:
    """The definition of a `databricks_cluster_policy`, or the verdict if it cannot be read."""
    for path in ("definition", "policy_family_definition_overrides"):
        for raw in resource.block.raw(path):
            # checkov passes the result of `jsonencode` as a dictionary.
            if isinstance(raw, Mapping):
                return Policy(raw)
            return _parsed(path, str(raw))
    if resource.block.has("policy_family_id"):
        return unknown("the rules are those of a policy family, which are not seen from here")
    return failed("definition is not set, so the policy limits nothing; allowed: a JSON object of rules")


def _parsed(path: str, text: str) -> Policy | Verdict:
    try:
        rules = json.loads(text)
    except ValueError:
        rules = None
    if isinstance(rules, dict):
        return Policy(rules)
    if isinstance(scalar(text), Expression):
        return unknown(f"{path} is computed; a literal JSON text could be checked")
    return failed(f"{path} is not a JSON object; allowed: a JSON object of rules by cluster attribute")
