"""The runtime that a job's code runs on, and so the wheels that must travel to it."""

from collections.abc import Collection

from infra.jobs.declaration import JobDeclaration
from infra.libraries import travelling
from infra.runtimes import Runtime, of_cluster, serverless
from infra.spec import Compute, Environment, Spec
from infra.wheel import Wheel, optional_requirements
from ml.usecases import use_case


def job_runtime(declared: JobDeclaration, environment: Environment) -> Runtime | None:
    """The runtime of the job's cluster or of serverless compute; None for a job without code of its own."""
    if declared.compute is Compute.SERVERLESS:
        return serverless()
    return of_cluster(dict(environment.policies.items())[declared.policy].runtime) if declared.policy else None


def runtimes_of(environment: Environment) -> tuple[Runtime, ...]:
    """The runtimes that an environment declares, each once."""
    named = (of_cluster(policy.runtime) for _, policy in environment.policies.items())
    found = {runtime.key: runtime for runtime in named if runtime}
    # Declarative pipelines run serverless, whatever the jobs use.
    if environment.pipelines or any(values.jobs.serverless for values in environment.use_cases.values()):
        found[serverless().key] = serverless()
    return tuple(found.values())


def libraries(spec: Spec) -> dict[str, tuple[Wheel, ...]]:
    """By runtime, the wheels that travel to it, and further ones that a declared model needs.

    Raises LibrariesError if a lock does not cover what the runtime lacks.
    """
    declared = {runtime.key: runtime for environment in spec.environments for runtime in runtimes_of(environment)}
    asked = packages(spec)
    return {key: (*travelling(runtime), *_beside(runtime, asked)) for key, runtime in declared.items()}


def packages(spec: Spec) -> tuple[str, ...]:
    """The packages of the wheel's extras that any model of a declared use case needs."""
    named = {name for environment in spec.environments for name in environment.use_cases}
    models = [model for name in named for model in use_case(name).models]
    return tuple(sorted({package for model in models for package in model.problem.packages}))


def _beside(runtime: Runtime, asked: Collection[str]) -> tuple[Wheel, ...]:
    found = [
        travelling(runtime, [need for need in optional_requirements() if need.name == package], extra=package)
        for package in asked
    ]
    return tuple(wheel for wheels in found for wheel in wheels)
