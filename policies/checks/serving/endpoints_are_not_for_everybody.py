"""A model's answers leak its training data, call by call."""

from ..engine.api import Block, Resource, Severity, Verdict, failed, passed, rule, unknown, worst
from ..engine.principals import entries, means_everybody


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
    return worst(_one(resource, entry) for entry in entries(resource, "access_control"))


def _one(resource: Resource, entry: Block | Verdict) -> Verdict:
    if isinstance(entry, Verdict):
        return entry
    group = entry.value("group_name")
    everybody = False if group is None else means_everybody(resource, group)
    if everybody is None:
        return unknown(f"who {group} is cannot be seen here, and it may call it; name it")
    return failed(f"{group} may call it; allowed: named groups") if everybody else passed()
