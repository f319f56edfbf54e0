"""Who reads a secret scope reads every secret in it."""

from ..core.api import Resource, Severity, Verdict, failed, passed, rule
from ..core.principals import is_everybody


@rule(
    "CKV_MLOPS_9",
    Severity.HIGH,
    "databricks_secret_acl",
    "databricks_secret_scope",
    rationale="A scope open to `users` hands every credential in it to everybody who can run a notebook.",
    fix="Name the one principal whose job needs the scope; leave `initial_manage_principal` unset.",
    control="SAT DP-1",
)
def secrets_are_not_readable_by_everybody(resource: Resource) -> Verdict:
    """Secrets are read and managed by named principals."""
    path = "principal" if resource.type == "databricks_secret_acl" else "initial_manage_principal"
    open_to = [value for value in resource.block.values(path) if is_everybody(value)]
    return failed(f"{path} is {open_to[0]}; allowed: a named principal") if open_to else passed()
