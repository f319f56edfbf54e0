"""Grants on one Unity Catalog securable: the complete list, so that undeclared grants are revoked."""

from dataclasses import dataclass
from typing import Literal

from infra.access.grants import Grant
from infra.cdktf_seam import Resource, Scope, databricks

Securable = Literal["catalog", "schema", "table", "volume", "model"]


@dataclass(frozen=True, kw_only=True)
class GrantsProps:
    """`securable` names the kind, `name` its full name (or a reference to it)."""

    securable: Securable
    name: str
    grants: tuple[Grant, ...]
    after: tuple[Resource, ...] = ()


def grants(scope: Scope, id_: str, props: GrantsProps) -> None:
    """The securable's complete grants. An empty list creates no resource: the provider needs at least one."""
    if props.grants:
        databricks.grants.Grants(
            scope,
            id_,
            grant=[
                databricks.grants.GrantsGrant(principal=g.principal, privileges=list(g.privileges))
                for g in props.grants
            ],
            depends_on=list(props.after) or None,
            **{props.securable: props.name},
        )
