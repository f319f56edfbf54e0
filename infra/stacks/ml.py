"""The stack `<env>-ml`: the jobs, the experiments and the registered models of an environment."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from infra import names
from infra.access.grants import model_grants
from infra.access.holders import holders, job_principals, stage_access
from infra.access.objects import experiment_permissions, job_permissions
from infra.cdktf_seam import Resource, Scope, databricks
from infra.constructs.compute.job import job
from infra.constructs.compute.job_props import ClusterProps, JobProps
from infra.constructs.identity.service_principals import service_principals
from infra.constructs.models.experiment import ExperimentProps, experiment
from infra.constructs.models.online_store import OnlineStoreProps, online_store
from infra.constructs.models.registered_model import RegisteredModelProps, registered_model
from infra.constructs.stack import StackProps, databricks_stack
from infra.constructs.workspace.directory import DirectoryProps, directory
from infra.constructs.workspace.permissions import Permission
from infra.jobs.compute import job_runtime
from infra.jobs.declaration import JobDeclaration, PowerBiTask
from infra.jobs.declared import JobFactories, declared_jobs
from infra.release import Release
from infra.spec import Environment, OnlineStore, Spec
from infra.stacks.ml_pipelines import Pipelines, pipelines
from ml.declarations import Layer, Model, UseCase
from ml.declarations import online_store as store_name


@dataclass(frozen=True, kw_only=True)
class _Parts:
    """The inputs of every part of the stack. `principals` are application ids, `policies` ids, both by name.

    `pipelines` are references to the ids of the declarative pipelines, by the job that updates each.
    """

    stack: Scope
    spec: Spec
    environment: Environment
    principals: Mapping[str, str]
    policies: Mapping[str, str]
    release: Release
    pipelines: Mapping[str, str] = field(default_factory=dict)

    def run_as(self, use_case: str, stage: str) -> str:
        """Application id of the principal that a stage's job runs as."""
        return self.principals[names.principal(self.environment.name, use_case, stage)]


def ml_stack(app: Scope, spec: Spec, environment: Environment, release: Release, jobs: JobFactories) -> None:
    """The jobs of every use case of `environment`, and the experiments and models of their training."""
    props = StackProps(
        platform=spec.platform,
        host=environment.workspace.url,
        environment=environment.name,
        protect=environment.protect_data,
    )
    stack = databricks_stack(app, f"{environment.name}-ml", props)
    policies = {
        name: databricks.data_databricks_cluster_policy.DataDatabricksClusterPolicy(
            stack, f"policy-{name}", name=names.policy(name)
        ).id
        for name, _ in environment.policies.items()
    }
    parts = _Parts(
        stack=stack,
        spec=spec,
        environment=environment,
        principals=service_principals(stack, job_principals(environment)),
        policies=policies,
        release=release,
    )
    if environment.online_store:
        _online_store(parts, environment.online_store)
    own = Permission(level="CAN_MANAGE", group=names.owners(environment.name))
    place = directory(
        stack, "experiments", DirectoryProps(path=names.directory(environment.catalog), permissions=(own,))
    )
    declared = Pipelines(stack=stack, spec=spec, environment=environment, release=release, run_as=parts.run_as)
    parts = replace(parts, pipelines=pipelines(declared))
    for name in environment.use_cases:
        use_case = spec.use_cases[name]
        registered = {}
        for model in use_case.models:
            registered[model.name] = _model(parts, use_case, model)
            _experiment(parts, use_case, model, place)
        _jobs(parts, use_case, jobs, registered)


def _online_store(parts: _Parts, limits: OnlineStore) -> None:
    """The store that every ingest publishes to, in environments that ingest and serve the use case."""
    served = [
        name
        for name, values in parts.environment.use_cases.items()
        if values.jobs.ingest and any(model.serving for model in parts.spec.use_cases[name].models)
    ]
    props = OnlineStoreProps(
        name=store_name(parts.environment.catalog),
        limits=limits,
        publishers=tuple(parts.run_as(name, "ingest") for name in served),
    )
    online_store(parts.stack, "online-store", props)


def _model(parts: _Parts, use_case: UseCase, model: Model) -> str:
    """A reference to the registered model, owned by the promotion principal: only an owner may move an alias."""
    held = holders(parts.spec, parts.environment, use_case.name, parts.principals)
    props = RegisteredModelProps(
        catalog=parts.environment.catalog,
        schema=names.schema(use_case.name, Layer.OPS),
        name=model.name,
        comment=model.comment,
        owner=parts.run_as(use_case.name, "promotion"),
        grants=model_grants(held),
    )
    return registered_model(parts.stack, f"{use_case.label(model)}-model", props)


def _experiment(parts: _Parts, use_case: UseCase, model: Model, place: Resource) -> None:
    values = parts.environment.use_cases[use_case.name]
    stages = values.jobs.stages
    props = ExperimentProps(
        name=use_case.experiment(parts.environment.catalog, model),
        directory=place,
        permissions=experiment_permissions(
            {stage: stage_access(parts.spec, stage) for stage in stages},
            {stage: parts.run_as(use_case.name, stage) for stage in stages},
            values.access,
        ),
    )
    experiment(parts.stack, f"{use_case.label(model)}-experiment", props)


def _jobs(parts: _Parts, use_case: UseCase, factories: JobFactories, registered: Mapping[str, str]) -> None:
    declared = declared_jobs(parts.spec, parts.environment, use_case.name, parts.release.git_commit, factories)
    job_ids: dict[str, str] = {}
    for declaration in declared:
        props = _job_props(parts, use_case, declaration, declared, job_ids)
        watching = replace(
            props,
            model=registered.get(declaration.model, ""),
            warehouse_id=_warehouse(parts, declaration),
            pipeline_id=parts.pipelines.get(declaration.name, ""),
        )
        job_ids[declaration.name] = job(parts.stack, declaration.name, watching).id


def _warehouse(parts: _Parts, declaration: JobDeclaration) -> str:
    """A reference to the id of the environment's warehouse, for a job that passes it on."""
    if not any(isinstance(task, PowerBiTask) for task in declaration.tasks):
        return ""
    return str(
        databricks.data_databricks_sql_warehouse.DataDatabricksSqlWarehouse(
            parts.stack, f"{declaration.name}-warehouse", name=names.warehouse(parts.environment.name)
        ).id
    )


def _job_props(
    parts: _Parts,
    use_case: UseCase,
    declaration: JobDeclaration,
    declared: list[JobDeclaration],
    job_ids: Mapping[str, str],
) -> JobProps:
    environment, wheel = parts.environment, parts.release.wheel
    principals = {other.principal: parts.run_as(use_case.name, other.principal) for other in declared}
    policy = declaration.policy
    limits = dict(environment.policies.items())
    runtime = job_runtime(declaration, environment)
    travelling = parts.release.libraries.get(runtime.key, ()) if runtime else ()
    return JobProps(
        name=declaration.name,
        declaration=declaration,
        run_as=principals[declaration.principal],
        wheel_path=names.wheel_path(environment.catalog, wheel.sha256, wheel.path.name),
        libraries=tuple(names.wheel_path(environment.catalog, one.sha256, one.path.name) for one in travelling),
        environment_version=runtime.environment_version if runtime else None,
        max_retries=use_case.jobs.max_retries,
        cluster=ClusterProps(policy_id=parts.policies[policy], limits=limits[policy]) if policy else None,
        job_ids=dict(job_ids),
        tags={"environment": environment.name, "use_case": use_case.name},
        notify=environment.notify,
        permissions=job_permissions(declaration, declared, principals, environment.use_cases[use_case.name].access),
    )
