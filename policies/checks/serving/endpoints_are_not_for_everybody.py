"""A model's answers leak its training data, call by call."""

from ..engine.api import Resource, Severity, Verdict, passed, rule
from ..engine.principals import only_named_groups


@rule(
    "CKV_MLOPS_44",
    Severity.HIGH,
    "databricks_permissions",
    rationale="If all users may query an endpoint, any token of the workspace can probe the model at your cost.",
    fix="Name the groups and service principals that call it.",
    control="SAT NS-7",
)
def endpoints_are_not_for_everybody(resource: Resource) -> Verdict:
    """Serving endpoints are called by named principals."""
    if not resource.block.has("serving_endpoint_id"):
        return passed("not an endpoint's")
    return only_named_groups(resource, "may call it")
