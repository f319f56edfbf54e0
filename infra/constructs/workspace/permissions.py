"""Permissions on one workspace object."""

from dataclasses import dataclass
from typing import Literal

from infra.cdktf_seam import Scope, databricks

Target = Literal[
    "authorization",
    "cluster_policy_id",
    "dashboard_id",
    "database_instance_name",
    "directory_path",
    "experiment_id",
    "instance_pool_id",
    "job_id",
    "pipeline_id",
    "repo_id",
    "serving_endpoint_id",
    "sql_endpoint_id",
]


@dataclass(frozen=True, kw_only=True)
class Permission:
    """One level, for a group by name or for a service principal by application id."""

    level: str
    group: str | None = None
    service_principal: str | None = None


def permissions(scope: Scope, id_: str, target: Target, object_id: str, entries: tuple[Permission, ...]) -> None:
    """The object's complete permissions. An empty list creates no resource: only its owner and admins have access."""
    if entries:
        databricks.permissions.Permissions(
            scope,
            id_,
            access_control=[
                databricks.permissions.PermissionsAccessControl(
                    permission_level=entry.level,
                    group_name=entry.group,
                    service_principal_name=entry.service_principal,
                )
                for entry in entries
            ],
            **{target: object_id},
        )
