"""Compute and settings of the stack `<env>-workspace`, and their permissions."""

from infra import names
from infra.constructs.compute.cluster_policy import ClusterPolicyProps, cluster_policy
from infra.constructs.compute.instance_pool import InstancePoolProps, instance_pool
from infra.constructs.compute.warehouse import WarehouseProps, sql_warehouse
from infra.constructs.observability.alerting import DestinationProps, destination
from infra.constructs.workspace.git_folder import GitFolderProps, git_folder
from infra.constructs.workspace.permissions import Permission
from infra.constructs.workspace.secret_scope import secret_readers
from infra.constructs.workspace.workspace_settings import WorkspaceSettingsProps, workspace_settings
from infra.stacks.workspace_parts import Parts


def compute(parts: Parts) -> None:
    """Cluster policies, which the jobs and the named groups may use, and the SQL warehouse."""
    environment = parts.environment
    for name, limits in environment.policies.items():
        props = ClusterPolicyProps(
            name=names.policy(name),
            description=f"Clusters of the jobs and of {', '.join(limits.can_use) or 'nobody else'}.",
            limits=limits,
            tags=(("environment", environment.name),),
            permissions=(
                *(Permission(level="CAN_USE", service_principal=who) for who in parts.policy_users.get(name, ())),
                *(Permission(level="CAN_USE", group=group) for group in limits.can_use),
            ),
        )
        cluster_policy(parts.stack, f"policy-{name}", props)
    for name, pool in environment.pools.items():
        pool_props = InstancePoolProps(
            name=names.policy(name),
            limits=pool,
            tags={"environment": environment.name},
            permissions=tuple(Permission(level="CAN_ATTACH_TO", group=group) for group in pool.can_attach),
        )
        instance_pool(parts.stack, f"pool-{name}", pool_props)
    _warehouse(parts)


def _warehouse(parts: Parts) -> None:
    """The SQL warehouse, and the recipients of alerts."""
    environment = parts.environment
    props = WarehouseProps(
        name=names.warehouse(environment.name),
        limits=environment.warehouse,
        permissions=(
            *(Permission(level="CAN_USE", group=group) for group in environment.warehouse.can_use),
            # The alerts of phase two query as this principal.
            *(Permission(level="CAN_USE", service_principal=who) for who in parts.monitors.values()),
        ),
    )
    sql_warehouse(parts.stack, "warehouse", props)
    for name, emails in environment.people.items():
        destination(parts.stack, name, DestinationProps(name=names.destination(environment.name, name), emails=emails))


def workspace(parts: Parts, settings: WorkspaceSettingsProps) -> None:
    """The workspace's own settings, who reads its secrets, its Git folder."""
    environment = parts.environment
    workspace_settings(parts.stack, settings)
    readers = {f"{use_case}-monitoring": who for use_case, who in parts.monitors.items()}
    readers |= parts.secret_readers
    secret_readers(parts.stack, "secrets", names.secret_scope(environment.name), readers)
    if environment.git_folder:
        git_folder(parts.stack, "git-folder", GitFolderProps(path=names.git_folder(), folder=environment.git_folder))
