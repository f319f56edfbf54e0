"""The jobs of a use case in an environment, and the cluster policies that their principals need."""

from collections.abc import Callable
from dataclasses import replace

from infra import names
from infra.access.hidden import unmasked_table
from infra.jobs.declaration import JobContext, JobDeclaration
from infra.spec import Compute, Environment, Jobs, Spec
from infra.spec.served import other_places
from ml.declarations import Model

# In an order in which each comes after those that it starts. `infra.main` has the list.
JobFactories = tuple[Callable[[JobContext], JobDeclaration | None], ...]


def declared_jobs(
    spec: Spec, environment: Environment, use_case: str, git_commit: str, factories: JobFactories
) -> list[JobDeclaration]:
    """The declarations for `use_case`, in the order of the factories; within a stage, model by model."""
    contexts = [_context(spec, environment, use_case, model, git_commit) for model in spec.use_cases[use_case].models]
    found: dict[str, JobDeclaration] = {}
    for factory in factories:
        for context in contexts:
            declared = factory(context)
            # A job that all models share has the same name for each.
            if declared is not None:
                found.setdefault(declared.name, _placed(declared, context.values))
    return list(found.values())


def _context(spec: Spec, environment: Environment, use_case: str, model: Model, git_commit: str) -> JobContext:
    source, values = spec.source_of(environment, use_case), environment.use_cases[use_case]
    serving = values.serving
    return JobContext(
        use_case=spec.use_cases[use_case],
        model=model,
        catalog=environment.catalog,
        source_catalog=names.mirror_catalog(source.catalog) if values.mirror else source.catalog,
        unmasked_table=_unmasked(spec, environment, use_case),
        source_features="" if values.mirror else _unmasked(spec, source, use_case),
        mirror_key=values.mirror_key or "",
        values=values.jobs,
        git_commit=git_commit,
        package_index=environment.security.named_index,
        secret_scope=names.secret_scope(environment.name),
        people=environment.people,
        other_places=other_places(environment) if serving else (),
        records_requests=serving is not None and serving.inference_table,
        has_pipeline=use_case in pipelined(environment),
    )


def pipelined(environment: Environment) -> tuple[str, ...]:
    """The use cases that have a declarative pipeline in `environment`."""
    ingested = (name for name, values in environment.use_cases.items() if values.jobs.ingest is not None)
    return tuple(ingested) if environment.pipelines else ()


def _unmasked(spec: Spec, environment: Environment, use_case: str) -> str:
    table = unmasked_table(spec, environment, use_case)
    return table.name if table else ""


def _placed(declared: JobDeclaration, values: Jobs) -> JobDeclaration:
    """The job on the environment's choice of compute; a job that needs a GPU, or has no code, has no choice."""
    chosen = values.compute(declared.principal)
    if declared.policy is None or declared.policy.startswith("gpu") or chosen is Compute.POLICY:
        return declared
    return replace(declared, policy=None, compute=chosen)


def policy_users(
    spec: Spec, environment: Environment, git_commit: str, factories: JobFactories
) -> dict[str, tuple[str, ...]]:
    """By cluster policy: display names of exactly the service principals whose jobs use it."""
    held: dict[str, dict[str, None]] = {}
    for use_case in environment.use_cases:
        for declared in declared_jobs(spec, environment, use_case, git_commit, factories):
            if declared.policy:
                principal = names.principal(environment.name, use_case, declared.principal)
                held.setdefault(declared.policy, {})[principal] = None
    return {policy: tuple(principals) for policy, principals in held.items()}
