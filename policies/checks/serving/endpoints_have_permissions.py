"""An endpoint without declared permissions has only its creator's."""

from ..engine.api import Resource, Severity, Verdict, failed, passed, rule, unknown


@rule(
    "CKV_MLOPS_43",
    Severity.HIGH,
    "databricks_model_serving",
    rationale="Otherwise query rights are set by hand, if at all, and cannot be reviewed.",
    fix="Add `databricks_permissions` with its `serving_endpoint_id`, naming who may CAN_QUERY.",
    control="SAT NS-7; access to models",
)
def endpoints_have_permissions(resource: Resource) -> Verdict:
    """Serving endpoints declare who may call them."""
    if not resource.document.whole:
        return unknown("other resources are not seen from here")
    if resource.referring("databricks_permissions"):
        return passed()
    return failed("no databricks_permissions names it; allowed: one, with serving_endpoint_id")
