"""The metastore's owner can grant everything in it."""

from ..engine.api import Resource, Severity, Verdict, failed, passed, rule, unknown
from ..engine.principals import is_person


@rule(
    "CKV_MLOPS_4",
    Severity.HIGH,
    "databricks_metastore",
    rationale="A personal account can be phished or deleted, and with it control over all data.",
    fix="Set `owner` to a group of administrators.",
    control="SAT GOV-21",
)
def the_metastore_belongs_to_a_group(resource: Resource) -> Verdict:
    """The metastore is owned by a group."""
    owner = resource.block.value("owner")
    if owner is None:
        return failed("owner is not set, so the deploying identity owns it; allowed: a group")
    person = is_person(owner)
    if person is None:
        return unknown(f"owner is computed ({owner}); refer to a group, or name it")
    return failed("owner is a person; allowed: a group") if person else passed()
