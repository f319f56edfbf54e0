"""Who holds which access to a use case in an environment: roles, stages, and the readers of other environments."""

from collections.abc import Mapping

from infra import names
from infra.access.grants import Access
from infra.spec import Data, Environment, JobAccess, RoleAccess, Spec

# Other environments read gold and nothing else, and only through this group.
_SOURCE_READER = RoleAccess(gold=Data.READ)
# An endpoint reads the model, and looks up its features, in the name of who made it: the pipeline that deploys.
_ENDPOINT_MAKER = RoleAccess(gold=Data.READ, features=Data.READ, model="execute")


def job_principals(environment: Environment) -> tuple[str, ...]:
    """Display names of the service principals that the environment's jobs run as."""
    return tuple(
        names.principal(environment.name, use_case, stage)
        for use_case, values in environment.use_cases.items()
        for stage in values.jobs.stages
    )


def stage_access(spec: Spec, stage: str) -> JobAccess:
    """The rights of `stage`'s service principal."""
    access: JobAccess = getattr(spec.platform.job_access, stage)
    return access


def code_principals(spec: Spec, environment: Environment) -> tuple[str, ...]:
    """The job principals that run code of the wheel; one without any right only starts other jobs."""
    return tuple(
        names.principal(environment.name, use_case, stage)
        for use_case, values in environment.use_cases.items()
        for stage in values.jobs.stages
        if stage_access(spec, stage) != JobAccess()
    )


def holders(
    spec: Spec, environment: Environment, use_case: str, application_ids: Mapping[str, str]
) -> dict[str, Access]:
    """Access to `use_case` in `environment` by principal: group name, or application id of a service principal."""
    values = environment.use_cases[use_case]
    held: dict[str, Access] = dict(values.access)
    for stage in values.jobs.stages:
        name = names.principal(environment.name, use_case, stage)
        held[application_ids[name]] = stage_access(spec, stage)
    if values.serving:
        held[names.owners(environment.name)] = _ENDPOINT_MAKER
    for reader in spec.readers_of(environment):
        theirs = reader.use_cases.get(use_case)
        if theirs is not None and theirs.source == environment.name:
            held[names.source_readers(reader.name, use_case)] = _SOURCE_READER
    return held
