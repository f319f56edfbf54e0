"""Conditions on what is adopted, which Terraform checks as soon as it has read it: in the plan, before any change."""

from collections.abc import Iterable
from dataclasses import dataclass

from infra.cdktf_seam import Resource


@dataclass(frozen=True, kw_only=True)
class Condition:
    """`holds` is a Terraform expression over `self`; `found` says what is there, `fix` what is allowed and to do."""

    holds: str
    found: str
    fix: str


def checked(what: str, data: Resource, conditions: Iterable[Condition]) -> Resource:
    """`data`, read only where every condition holds; `what` names it to people."""
    rules = [
        {"condition": f"${{{each.holds}}}", "error_message": f"The adopted {what} {each.found}. {each.fix}"}
        for each in conditions
    ]
    data.add_override("lifecycle.postcondition", rules)
    return data


def in_region(region: str) -> Condition:
    """It lies where everything else does: Azure ties networks, vaults and workspaces of one region together."""
    return Condition(
        holds=f'self.location == "{region}"',
        found="lies in ${self.location}",
        fix=f"Allowed: {region}. Adopt one of that region, or correct azure.region.",
    )


def equals(path: str, wanted: object, *, fix: str) -> Condition:
    """The attribute at `path` of `self` is `wanted`: a text, a number or a truth value."""
    literal = str(wanted).lower() if isinstance(wanted, bool) else f'"{wanted}"' if isinstance(wanted, str) else wanted
    return Condition(
        holds=f"self.{path} == {literal}", found=f"has {path} ${{self.{path}}}", fix=f"Allowed: {literal}. {fix}"
    )
