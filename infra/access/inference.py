"""Rights to the recorded requests and responses of endpoints."""

from infra import names
from infra.access.grants import Grant
from infra.spec import Environment, Spec
from ml.declarations import hidden_columns


def inference_grants(spec: Spec, environment: Environment, use_case: str, monitoring: str) -> tuple[Grant, ...]:
    """Rights to the schema of the inference tables; `monitoring` is the application id of the stage's principal.

    A row has a request as its caller wrote it, sensitive values included, in one text column, which can only be masked
    as a whole. So if the use case has sensitive columns, only those readers of ops that see them in clear read it. The
    owners' pipeline creates the endpoint, and the platform creates the table in its name.
    """
    sensitive = bool(hidden_columns(spec.use_cases[use_case]))
    groups = environment.use_cases[use_case].access.items()
    readers = (monitoring, *(group for group, role in groups if role.ops and (role.sensitive or not sensitive)))
    return (
        Grant(principal=names.owners(environment.name), privileges=("USE_SCHEMA", "CREATE_TABLE")),
        *(Grant(principal=reader, privileges=("USE_SCHEMA", "SELECT")) for reader in readers),
    )
