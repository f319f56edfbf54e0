"""Principals and their access to a use case in an environment: roles, stages, and readers in other environments."""

from collections.abc import Iterator, Mapping

from infra import names
from infra.access.grants import Access, volumes_of
from infra.access.hidden import unmasked_table
from infra.spec import Data, Environment, Files, JobAccess, RoleAccess, Spec
from ml.declarations import EXPORTS_VOLUME, UseCase

SCORING = "scoring"
# Other environments read only gold, and only through this group.
_SOURCE_READER = RoleAccess(gold=Data.READ)
# Enters gold, but reads only tables granted by name: the stack of masks grants them once they exist.
_UNMASKED_READER = RoleAccess(predictions=Data.READ)
# An endpoint reads the model, and looks up its features, as its creator: the pipeline that deploys.
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
    """Access to `use_case` in `environment` by principal: a group's name, or a service principal's application id."""
    values = environment.use_cases[use_case]
    held: dict[str, Access] = dict(values.access)
    unmasked = unmasked_table(spec, environment, use_case) is not None
    for stage in values.jobs.stages:
        name = names.principal(environment.name, use_case, stage)
        access = stage_access(spec, stage)
        if stage == SCORING:
            access = _delivering(_without_masked(access) if unmasked else access, spec.use_cases[use_case])
        held[application_ids[name]] = access
    if unmasked:
        held[names.unmasked_readers(environment.name, use_case)] = _UNMASKED_READER
    if values.serving:
        held[names.owners(environment.name)] = _ENDPOINT_MAKER
    for reader in readers_of(spec, environment, use_case):
        held[names.source_readers(reader.name, use_case)] = _SOURCE_READER
    return held


def readers_of(spec: Spec, environment: Environment, use_case: str, *, mirror: bool = False) -> Iterator[Environment]:
    """The environments whose jobs read the gold of `use_case` here, or with `mirror` its redacted mirror."""
    for reader in spec.readers_of(environment):
        theirs = reader.use_cases.get(use_case)
        if theirs is not None and theirs.source == environment.name and theirs.mirror is mirror:
            yield reader


def source_reading_stages(spec: Spec, environment: Environment, use_case: str) -> tuple[str, ...]:
    """The stages of `use_case` that read all gold tables of its source environment."""
    source = spec.source_of(environment, use_case)
    values = environment.use_cases[use_case]
    unmasked = unmasked_table(spec, source, use_case) is not None and not values.mirror
    return tuple(
        stage
        for stage in values.jobs.stages
        if stage_access(spec, stage).source_gold and not (unmasked and stage == SCORING)
    )


def unmasked_readers(spec: Spec, environment: Environment, use_case: str) -> tuple[str, ...]:
    """Names of the principals that score the feature table without sensitive columns of `environment`."""
    if unmasked_table(spec, environment, use_case) is None:
        return ()
    scoring = (environment, *readers_of(spec, environment, use_case))
    return tuple(
        names.principal(each.name, use_case, SCORING)
        for each in scoring
        if SCORING in each.use_cases[use_case].jobs.stages
    )


def _without_masked(access: JobAccess) -> JobAccess:
    """The same rights, except the right to read every table of gold."""
    return access.model_copy(update={"gold": Data.MAKE if access.gold is Data.CREATE else None})


def _delivering(access: JobAccess, use_case: UseCase) -> JobAccess:
    """The same rights, plus write access for streams and sinks, if any model of the use case has some."""
    more: dict[str, Files] = {}
    if any(model.streaming or model.sinks for model in use_case.models):
        more["checkpoints"] = Files.WRITE
    if EXPORTS_VOLUME in {volume.name for volume in volumes_of(use_case)}:
        more[EXPORTS_VOLUME] = Files.WRITE
    return access.model_copy(update=more)
