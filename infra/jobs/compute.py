"""Which runtime the code of a job runs on, and so which wheels must travel to it."""

from infra.jobs.declaration import JobDeclaration
from infra.libraries import travelling
from infra.runtimes import Runtime, of_cluster, serverless
from infra.spec import Compute, Environment, Spec
from infra.wheel import Wheel


def job_runtime(declared: JobDeclaration, environment: Environment) -> Runtime | None:
    """The runtime of the job's cluster or of serverless compute; None for a job without code of its own."""
    if declared.compute is Compute.SERVERLESS:
        return serverless()
    return of_cluster(dict(environment.policies.items())[declared.policy].runtime) if declared.policy else None


def runtimes_of(environment: Environment) -> tuple[Runtime, ...]:
    """The runtimes that an environment declares, each once."""
    named = (of_cluster(policy.runtime) for _, policy in environment.policies.items())
    found = {runtime.key: runtime for runtime in named if runtime}
    if any(values.jobs.serverless for values in environment.use_cases.values()):
        found[serverless().key] = serverless()
    return tuple(found.values())


def libraries(spec: Spec) -> dict[str, tuple[Wheel, ...]]:
    """By runtime, the wheels that travel to it. Raises LibrariesError where a lock does not bring what it lacks."""
    declared = {runtime.key: runtime for environment in spec.environments for runtime in runtimes_of(environment)}
    return {key: travelling(runtime) for key, runtime in declared.items()}
