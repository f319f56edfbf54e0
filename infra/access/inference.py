"""Who reads what an endpoint was asked and what it answered."""

from infra import names
from infra.access.grants import Grant
from infra.spec import Environment, Spec
from ml.declarations import hidden_columns


def inference_grants(spec: Spec, environment: Environment, use_case: str, monitoring: str) -> tuple[Grant, ...]:
    """Rights to the schema of the inference tables; `monitoring` is the application id of the stage's principal.

    A row holds a request as its caller wrote it, sensitive values included, in one column of text, which hides as a
    whole or not at all. So of the groups that read ops those alone read it that see the sensitive columns, if the use
    case has any. The owners' pipeline makes the endpoint, in whose name the platform makes the table.
    """
    sensitive = bool(hidden_columns(spec.use_cases[use_case]))
    groups = environment.use_cases[use_case].access.items()
    readers = (monitoring, *(group for group, role in groups if role.ops and (role.sensitive or not sensitive)))
    return (
        Grant(principal=names.owners(environment.name), privileges=("USE_SCHEMA", "CREATE_TABLE")),
        *(Grant(principal=reader, privileges=("USE_SCHEMA", "SELECT")) for reader in readers),
    )
