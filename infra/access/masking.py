"""Sensitive columns: whether an environment has any, who sees them, and what its pipeline needs to hide them."""

from collections.abc import Iterator

from infra import names
from infra.access.grants import Grant
from infra.access.holders import stage_access
from infra.spec import Environment, Spec
from ml.declarations import Hidden, Layer, hidden_columns


def hidden(spec: Spec, environment: Environment, use_case: str) -> tuple[Hidden, ...]:
    """The columns to hide: none where the environment does not ingest, so that no table holds them."""
    ingests = environment.use_cases[use_case].jobs.ingest is not None
    return hidden_columns(spec.use_cases[use_case]) if ingests else ()


def hides(spec: Spec, environment: Environment) -> bool:
    """Whether `environment` has any sensitive column, and so a stack of masks."""
    return any(hidden(spec, environment, use_case) for use_case in environment.use_cases)


def clear_readers(spec: Spec, environment: Environment, use_case: str) -> tuple[str, ...]:
    """Names of the groups and service principals that see the sensitive columns of `use_case` in `environment`."""
    values = environment.use_cases[use_case]
    groups = (group for group, role in values.access.items() if role.sensitive)
    own = (
        names.principal(environment.name, use_case, stage)
        for stage in values.jobs.stages
        if stage_access(spec, stage).sensitive
    )
    return (*groups, *own, *_others(spec, environment, use_case))


def _others(spec: Spec, environment: Environment, use_case: str) -> Iterator[str]:
    """The principals of other environments that read this one as their source, where they see it in clear."""
    for reader in spec.readers_of(environment):
        theirs = reader.use_cases.get(use_case)
        if theirs is not None and theirs.source == environment.name:
            for stage in theirs.jobs.stages:
                if stage_access(spec, stage).source_sensitive:
                    yield names.principal(reader.name, use_case, stage)


def pipeline_grants(spec: Spec, environment: Environment, use_case: str, layer: Layer) -> tuple[Grant, ...]:
    """What the owners need in one schema to tag columns, and to have policies call the functions in ops.

    They own the schema, which lets them set policies on it; a table in it belongs to the job that made it.
    """
    columns = hidden(spec, environment, use_case)
    layers = {column.layer for column in columns}
    privileges = dict.fromkeys(layers, ("USE_SCHEMA", "APPLY_TAG")) | (
        {Layer.OPS: ("USE_SCHEMA", "EXECUTE")} if columns else {}
    )
    held = privileges.get(layer)
    return (Grant(principal=names.owners(environment.name), privileges=held),) if held else ()
