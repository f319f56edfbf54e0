"""Conditions on adopted resources, which Terraform checks as soon as it has read them: in the plan."""

from collections.abc import Iterable
from dataclasses import dataclass

from infra.cdktf_seam import Resource


@dataclass(frozen=True, kw_only=True)
class Condition:
    """`holds` is a Terraform expression over `self`; `found` describes the actual value, `fix` the allowed one."""

    holds: str
    found: str
    fix: str


def checked(what: str, data: Resource, conditions: Iterable[Condition]) -> Resource:
    """The data source `data`, read only if every condition holds; `what` names it in messages."""
    rules = [
        {"condition": f"${{{each.holds}}}", "error_message": f"The adopted {what} {each.found}. {each.fix}"}
        for each in conditions
    ]
    data.add_override("lifecycle.postcondition", rules)
    return data


def in_region(region: str) -> Condition:
    """It is in the same region: Azure requires networks, vaults and workspaces to be in one region."""
    return Condition(
        holds=f'self.location == "{region}"',
        found="lies in ${self.location}",
        fix=f"Allowed: {region}. Adopt one of that region, or correct azure.region.",
    )


def equals(path: str, wanted: object, *, fix: str) -> Condition:
    """The attribute at `path` of `self` equals `wanted`: a text, a number or a boolean."""
    literal = str(wanted).lower() if isinstance(wanted, bool) else f'"{wanted}"' if isinstance(wanted, str) else wanted
    return Condition(
        holds=f"self.{path} == {literal}", found=f"has {path} ${{self.{path}}}", fix=f"Allowed: {literal}. {fix}"
    )
