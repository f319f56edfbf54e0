"""The private endpoints of a workspace and of the storage account that Databricks created for it."""

from collections.abc import Mapping
from dataclasses import dataclass

from infra.cdktf_seam import Resource, Scope
from infra.constructs.network.private_endpoint import PrivateEndpointProps, private_endpoint


@dataclass(frozen=True, kw_only=True)
class WorkspaceEndpointsProps:
    """`after` is the last change of the workspace before these: Azure refuses two at once (ConcurrentUpdateError).

    `dns_zones` are ids by subresource. `browser_sign_in` adds the endpoint to which the browsers of all workspaces in
    this region return after sign-in: there can be one per region and DNS zone.
    """

    name: str
    resource_group: str
    location: str
    subnet_id: str
    workspace_id: str
    root_account_id: str
    dns_zones: Mapping[str, str]
    browser_sign_in: bool
    after: Resource


def workspace_endpoints(scope: Scope, id_: str, props: WorkspaceEndpointsProps) -> None:
    """The endpoints, one after the other."""
    steps = [("databricks_ui_api", props.workspace_id)]
    if props.browser_sign_in:
        steps.append(("browser_authentication", props.workspace_id))
    steps += [("dfs", props.root_account_id), ("blob", props.root_account_id)]
    after = props.after
    for subresource, resource_id in steps:
        word = "root-" if resource_id == props.root_account_id else ""
        label = f"{word}{subresource.replace('_', '-')}"
        made = private_endpoint(
            scope,
            f"{id_}-{label}",
            PrivateEndpointProps(
                name=f"{props.name}-{label}",
                resource_group=props.resource_group,
                location=props.location,
                subnet_id=props.subnet_id,
                resource_id=resource_id,
                subresource=subresource,
                dns_zone_id=props.dns_zones[subresource],
                depends_on=(after,),
            ),
        )
        after = made.endpoint
