"""The stack `<env>-workspace`: the catalog with schemas and volumes, the wheel, compute, and permissions."""

from infra import names
from infra.access.holders import code_principals, holders, job_principals
from infra.access.mirrors import mirrored
from infra.cdktf_seam import Scope
from infra.constructs.identity.service_principals import service_principals
from infra.constructs.stack import StackProps, databricks_stack
from infra.constructs.unity_catalog.lake import LakeProps
from infra.constructs.workspace.workspace_settings import WorkspaceSettingsProps
from infra.jobs.declared import JobFactories, policy_users
from infra.jobs.ingest import reads_topics
from infra.jobs.scoring import has_secret_sinks
from infra.release import Release
from infra.spec import Environment, Spec
from infra.stacks import workspace_compute, workspace_data
from infra.stacks.workspace_parts import Parts


def workspace_stack(app: Scope, spec: Spec, environment: Environment, release: Release, jobs: JobFactories) -> None:
    """All Databricks resources of an environment that its jobs depend on."""
    props = StackProps(
        platform=spec.platform,
        host=environment.workspace.url,
        environment=environment.name,
        protect=environment.protect_data,
    )
    stack = databricks_stack(app, f"{environment.name}-workspace", props)
    parts = _parts(stack, spec, environment, release, jobs)
    catalog = workspace_data.catalog(parts)
    workspace_data.mirror(parts)
    workspace_data.platform_schema(parts, catalog, release)
    for name in environment.use_cases:
        workspace_data.use_case_data(parts, catalog, spec.use_cases[name])
    workspace_compute.compute(parts)
    settings = WorkspaceSettingsProps(
        security=environment.security,
        default_catalog=environment.catalog,
        token_users=(names.owners(environment.name), *environment.security.token_users),
    )
    workspace_compute.workspace(parts, settings)


def _parts(stack: Scope, spec: Spec, environment: Environment, release: Release, jobs: JobFactories) -> Parts:
    """The principals, their rights, and the lake."""
    principals = service_principals(stack, job_principals(environment))
    owner = names.owners(environment.name)
    storage = LakeProps(
        name=names.lake(environment.name),
        lake=spec.lake_of(environment),
        containers=spec.own_containers_of(environment),
        owner=owner,
    )
    return Parts(
        stack=stack,
        spec=spec,
        environment=environment,
        owner=owner,
        held={name: holders(spec, environment, name, principals) for name in environment.use_cases},
        jobs=tuple(principals[name] for name in code_principals(spec, environment)),
        monitors={
            name: principals[names.principal(environment.name, name, "monitoring")]
            for name, values in environment.use_cases.items()
            if values.jobs.monitoring
        },
        secret_readers={
            f"{name}-{stage}": principals[names.principal(environment.name, name, stage)]
            for name, values in environment.use_cases.items()
            for stage, needs in (("ingest", reads_topics), ("scoring", has_secret_sinks))
            if stage in values.jobs.stages and needs(spec.use_cases[name])
        }
        | {
            f"{name}-ingest": principals[names.principal(environment.name, name, "ingest")]
            for name in mirrored(environment)
        },
        policy_users={
            policy: tuple(principals[name] for name in users)
            for policy, users in policy_users(spec, environment, release.git_commit, jobs).items()
        },
        principals=principals,
        principal_names={application_id: name for name, application_id in principals.items()},
        lake=workspace_data.lake(stack, spec, environment, storage),
    )
