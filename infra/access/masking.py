"""Sensitive columns: the principals that see them, and the rights that an environment's pipeline needs to mask them."""

from collections.abc import Iterator

from infra import names
from infra.access.grants import Grant
from infra.access.hidden import hidden
from infra.access.holders import readers_of, stage_access
from infra.spec import Environment, Spec
from ml.declarations import Layer


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
    """The principals of other environments that read this one as their source, with its sensitive columns in clear."""
    for reader in readers_of(spec, environment, use_case):
        for stage in reader.use_cases[use_case].jobs.stages:
            if stage_access(spec, stage).source_sensitive:
                yield names.principal(reader.name, use_case, stage)


def pipeline_grants(spec: Spec, environment: Environment, use_case: str, layer: Layer) -> tuple[Grant, ...]:
    """The owners' rights in one schema to tag columns, and to let policies call the functions in ops.

    They own the schema, so they can set policies on it; a table in it belongs to the job that created it.
    """
    columns = hidden(spec, environment, use_case)
    layers = {column.layer for column in columns}
    privileges = dict.fromkeys(layers, ("USE_SCHEMA", "APPLY_TAG")) | (
        {Layer.OPS: ("USE_SCHEMA", "EXECUTE")} if columns else {}
    )
    held = privileges.get(layer)
    return (Grant(principal=names.owners(environment.name), privileges=held),) if held else ()
