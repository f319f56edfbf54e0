"""An owner has all rights on a securable, and can transfer it."""

from ..engine.api import Resource, Severity, Verdict, failed, passed, rule, unknown
from ..engine.principals import is_person


@rule(
    "CKV_MLOPS_5",
    Severity.HIGH,
    "databricks_catalog",
    "databricks_schema",
    "databricks_volume",
    "databricks_registered_model",
    "databricks_external_location",
    "databricks_storage_credential",
    "databricks_connection",
    rationale="An owner holds every privilege without any grant, and a personal account disappears with the person.",
    fix="Set `owner` to a group or a service principal.",
    control="Unity Catalog ownership; SAT GOV-21",
)
def no_person_owns_data(resource: Resource) -> Verdict:
    """Data, models and storage are owned by groups or service principals."""
    owner = resource.block.value("owner")
    if owner is None:
        return passed("owned by the principal that deploys")
    person = is_person(owner)
    if person is None:
        return unknown(f"owner is computed ({owner}); refer to a group or a service principal")
    return failed("owner is a person; allowed: a group or a service principal") if person else passed()
