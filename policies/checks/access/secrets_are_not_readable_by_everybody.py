"""A reader of a secret scope can read every secret in it."""

from ..engine.api import Resource, Scalar, Severity, Verdict, failed, passed, rule, unknown, worst
from ..engine.principals import means_everybody


@rule(
    "CKV_MLOPS_9",
    Severity.HIGH,
    "databricks_secret_acl",
    "databricks_secret_scope",
    rationale="A scope open to `users` gives every credential in it to everyone who can run a notebook.",
    fix="Name the one principal whose job needs the scope; leave `initial_manage_principal` unset.",
    control="SAT DP-1",
)
def secrets_are_not_readable_by_everybody(resource: Resource) -> Verdict:
    """Secrets are read and managed by named principals."""
    path = "principal" if resource.type == "databricks_secret_acl" else "initial_manage_principal"
    return worst(_one(resource, path, value) for value in resource.block.values(path))


def _one(resource: Resource, path: str, value: Scalar) -> Verdict:
    everybody = means_everybody(resource, value)
    if everybody is None:
        return unknown(f"{path} is computed ({value}), and who that is cannot be seen here; name it")
    return failed(f"{path} is {value}; allowed: a named principal") if everybody else passed()
