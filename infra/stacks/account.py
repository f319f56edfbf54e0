"""The stack `account`: the workspaces' metastore, all principals that get grants, and each workspace's limits."""

from collections.abc import Mapping
from dataclasses import dataclass

from infra import names, serverless_reach
from infra.access.assignments import assignments
from infra.access.hidden import hidden, unmasked_table
from infra.access.holders import source_reading_stages, unmasked_readers
from infra.access.masking import clear_readers
from infra.cdktf_seam import Resource, Scope, Token, databricks
from infra.constructs.identity.deployer import DeployerProps, deployer
from infra.constructs.identity.job_principal import JobPrincipalProps, job_principal
from infra.constructs.observability.budget import BudgetProps, budget
from infra.constructs.stack import StackProps, databricks_stack
from infra.constructs.unity_catalog.metastore import MetastoreProps, metastore, metastore_assignments
from infra.constructs.workspace.serverless_network import ConnectivityProps, EgressProps, connectivity, egress
from infra.spec import Environment, ImportedMetastore, NewMetastore, Platform, Spec


@dataclass(frozen=True, kw_only=True)
class _Made:
    """Groups and service principals by name."""

    groups: dict[str, Resource]
    principals: dict[str, Resource]


def account_stack(app: Scope, spec: Spec) -> None:
    """All resources with the account's provider, none with a workspace's."""
    platform, account = spec.platform, spec.platform.account
    props = StackProps(platform=platform, host=account.url, account_id=account.id, protect=platform.protect_shared)
    stack = databricks_stack(app, "account", props)
    made = _Made(groups=_groups(stack, platform), principals={})
    assigned = _metastore(stack, spec, made)
    for environment in spec.environments:
        _owners(stack, platform, environment, made)
        _principals(stack, spec, environment, made)
        _assignments(stack, environment, made, after=assigned[environment.name])
        _limits(stack, environment, platform, made)
    for environment in spec.environments:
        _clear_readers(stack, spec, environment, made)
        _unmasked_readers(stack, spec, environment, made)
    _region(stack, spec)


def _metastore(stack: Scope, spec: Spec, made: _Made) -> dict[str, Resource]:
    """Assigns the metastore to each workspace; it is adopted, imported, or created by the previous stack."""
    declared = spec.platform.metastore
    if isinstance(declared, ImportedMetastore):
        # By reference, so that the group exists before it becomes owner.
        owner = made.groups[spec.platform.admins].display_name
        props = MetastoreProps(metastore=declared, owner=owner, import_id=declared.id)
        found = metastore(stack, "metastore", props).id
    elif isinstance(declared, NewMetastore):
        found = databricks.data_databricks_metastore.DataDatabricksMetastore(
            stack, "metastore", name=declared.name, region=declared.region
        ).id
    else:
        found = declared.id
    workspaces = {environment.name: environment.workspace.id for environment in spec.environments}
    return metastore_assignments(stack, "metastore", found, workspaces)


def _region(stack: Scope, spec: Spec) -> None:
    """The network configuration, which all workspaces share."""
    declared = spec.platform.metastore
    workspaces = {environment.name: environment.workspace.id for environment in spec.environments}
    props = ConnectivityProps(
        name=declared.name,
        region=declared.region,
        workspaces=tuple(workspaces.items()),
        storage=serverless_reach.private_storage(spec),
    )
    connectivity(stack, "connectivity", props)


def _groups(stack: Scope, platform: Platform) -> dict[str, Resource]:
    """The groups of people, and their members."""
    emails = sorted({email for group in platform.groups.values() for email in group.members})
    users = {
        email: databricks.data_databricks_user.DataDatabricksUser(stack, f"user-{email}", user_name=email)
        for email in emails
    }
    owner = {platform.admins} if isinstance(platform.metastore, NewMetastore) else set()
    made = {name: _group(stack, name) for name in platform.groups if name not in owner}
    for name in owner:
        # It owns the metastore, so the previous stack created it.
        made[name] = databricks.data_databricks_group.DataDatabricksGroup(stack, f"group-{name}", display_name=name)
    for name, group in platform.groups.items():
        _members(stack, f"group-{name}", made[name], {email: users[email] for email in group.members})
    return made


def _group(stack: Scope, name: str) -> Resource:
    return databricks.group.Group(stack, f"group-{name}", display_name=name)


def _members(stack: Scope, id_: str, group: Resource, members: Mapping[str, Resource]) -> None:
    group_id = group.id
    for name, member in members.items():
        databricks.group_member.GroupMember(stack, f"{id_}-{name}", group_id=group_id, member_id=member.id)


def _owners(stack: Scope, platform: Platform, environment: Environment, made: _Made) -> None:
    """The owners of the environment: the admins, and its own pipeline, which so cannot change other environments."""
    name, pipeline = names.owners(environment.name), names.deployer(environment.name)
    principal = deployer(stack, f"principal-{pipeline}", DeployerProps(name=pipeline, identity=environment.deployer))
    made.groups[name] = _group(stack, name)
    made.principals[pipeline] = principal
    members = {platform.admins: made.groups[platform.admins], pipeline: principal}
    _members(stack, f"group-{name}", made.groups[name], members)


def _principals(stack: Scope, spec: Spec, environment: Environment, made: _Made) -> None:
    """A service principal per job, and the group of those that read another environment's gold."""
    for use_case, values in environment.use_cases.items():
        readers = None
        if values.source:
            name = names.source_readers(environment.name, use_case)
            readers = made.groups[name] = _group(stack, name)
        for stage in values.jobs.stages:
            name = names.principal(environment.name, use_case, stage)
            pipeline = made.principals[names.deployer(environment.name)]
            props = JobPrincipalProps(name=name, account_id=spec.platform.account.id, deployer=pipeline)
            principal = job_principal(stack, f"principal-{name}", props)
            made.principals[name] = principal
            if readers and stage in source_reading_stages(spec, environment, use_case):
                databricks.group_member.GroupMember(
                    stack, f"{name}-reads-source", group_id=readers.id, member_id=principal.id
                )


def _clear_readers(stack: Scope, spec: Spec, environment: Environment, made: _Made) -> None:
    """Readers of sensitive columns: groups of people, jobs, and jobs of other environments, which must exist first."""
    for use_case in environment.use_cases:
        if hidden(spec, environment, use_case):
            name = names.clear_readers(environment.name, use_case)
            made.groups[name] = _group(stack, name)
            everyone = made.groups | made.principals
            members = {who: everyone[who] for who in clear_readers(spec, environment, use_case)}
            _members(stack, f"group-{name}", made.groups[name], members)


def _unmasked_readers(stack: Scope, spec: Spec, environment: Environment, made: _Made) -> None:
    """Principals that score the feature table without sensitive columns, including other environments' scoring."""
    for use_case in environment.use_cases:
        if unmasked_table(spec, environment, use_case):
            name = names.unmasked_readers(environment.name, use_case)
            made.groups[name] = _group(stack, name)
            members = {who: made.principals[who] for who in unmasked_readers(spec, environment, use_case)}
            _members(stack, f"group-{name}", made.groups[name], members)


def _assignments(stack: Scope, environment: Environment, made: _Made, *, after: Resource) -> None:
    """Sign-in rights to the workspace: only for the principals in its file, and for no other environment's.

    A workspace has access to the account's principals only once it has a metastore, which is `after`.
    """
    for name, permission in assignments(environment).items():
        principal = (made.groups | made.principals)[name]
        databricks.mws_permission_assignment.MwsPermissionAssignment(
            stack,
            f"{environment.name}-workspace-{name}",
            workspace_id=environment.workspace.id,
            principal_id=Token.as_number(principal.id),
            permissions=[permission],
            depends_on=[after],
        )


def _limits(stack: Scope, environment: Environment, platform: Platform, made: _Made) -> None:
    """The network limits and the budget of the workspace's serverless compute."""
    workspace = environment.workspace
    egress(
        stack,
        f"{environment.name}-egress",
        EgressProps(
            account_id=platform.account.id,
            policy_id=f"mlops-{environment.name}",
            workspace_id=workspace.id,
            domains=serverless_reach.domains(environment),
        ),
    )
    budget(
        stack,
        f"{environment.name}-budget",
        BudgetProps(
            environment=environment.name,
            workspace_id=workspace.id,
            monthly_usd=environment.monthly_budget_usd,
            emails=environment.notify,
            account_id=platform.account.id,
            users=tuple(made.groups[name] for name in assignments(environment) if name in made.groups),
        ),
    )
