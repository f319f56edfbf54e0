"""The writer and the readers of an environment's redacted mirror."""

from collections.abc import Iterator, Mapping

from infra import names
from infra.access.grants import Grant
from infra.access.holders import readers_of
from infra.spec import Environment, Spec


def mirrored(environment: Environment) -> tuple[str, ...]:
    """The use cases that the environment mirrors."""
    return tuple(name for name, values in environment.use_cases.items() if values.mirror_key)


def reading_environments(spec: Spec, environment: Environment) -> tuple[Environment, ...]:
    """The environments that read any mirror of this one, each once."""
    found = (reader for name in mirrored(environment) for reader in readers_of(spec, environment, name, mirror=True))
    return tuple({reader.name: reader for reader in found}.values())


def mirror_grants(
    spec: Spec, environment: Environment, use_case: str, application_ids: Mapping[str, str]
) -> tuple[Grant, ...]:
    """Rights to the schema of the mirrored tables: ingest's principal creates them, jobs of others read them."""
    maker = application_ids[names.principal(environment.name, use_case, "ingest")]
    return (
        Grant(principal=maker, privileges=("USE_SCHEMA", "SELECT", "CREATE_TABLE")),
        *(Grant(principal=who, privileges=("USE_SCHEMA", "SELECT")) for who in _readers(spec, environment, use_case)),
    )


def _readers(spec: Spec, environment: Environment, use_case: str) -> Iterator[str]:
    for reader in readers_of(spec, environment, use_case, mirror=True):
        yield names.source_readers(reader.name, use_case)
