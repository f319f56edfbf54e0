"""Who reads what an endpoint was asked and what it answered."""

from infra import names
from infra.access.grants import Grant
from infra.access.hidden import hidden
from infra.spec import Environment, Spec
from ml.declarations import hidden_columns


def inference_grants(spec: Spec, environment: Environment, use_case: str) -> tuple[Grant, ...]:
    """Rights to the schema of the inference tables.

    A row holds a request as its caller wrote it, sensitive values included, in one column of text, which hides as a
    whole or not at all. So those read it who see the sensitive columns, and nobody in an environment without such a
    group; if the use case has no sensitive columns, the groups that read ops. The owners' pipeline makes the endpoint,
    in whose name the platform makes the table.
    """
    if hidden_columns(spec.use_cases[use_case]):
        grouped = hidden(spec, environment, use_case)
        readers = [names.clear_readers(environment.name, use_case)] if grouped else []
    else:
        readers = [group for group, role in environment.use_cases[use_case].access.items() if role.ops]
    return (
        Grant(principal=names.owners(environment.name), privileges=("USE_SCHEMA", "CREATE_TABLE")),
        *(Grant(principal=reader, privileges=("USE_SCHEMA", "SELECT")) for reader in readers),
    )
