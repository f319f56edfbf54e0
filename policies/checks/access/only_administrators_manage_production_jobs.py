"""A manager of a job or a pipeline can change the code that runs as its service principal."""

import re

from ..engine.api import Block, Resource, Severity, Verdict, failed, passed, rule, same, unknown, worst
from ..engine.environment import may_be_production
from ..engine.principals import entries

_ADMINISTRATORS = re.compile(r"(?:^|[^a-z])(?:admins?|administrators?|owners?)(?:$|[^a-z])", re.IGNORECASE)
_OBJECTS = ("job_id", "pipeline_id")
_MANAGING = ("CAN_MANAGE", "IS_OWNER")


@rule(
    "CKV_MLOPS_6",
    Severity.HIGH,
    "databricks_permissions",
    rationale="CAN_MANAGE on a job edits its tasks, which then run with the rights of its service principal.",
    fix="Give people CAN_VIEW or CAN_MANAGE_RUN; leave CAN_MANAGE to a group of administrators or a service principal.",
    control="Separation of duties in production",
)
def only_administrators_manage_production_jobs(resource: Resource) -> Verdict:
    """Production's jobs and pipelines are managed by administrators and service principals only."""
    if not any(resource.block.has(name) for name in _OBJECTS) or not _in_production(resource):
        return passed("not a job or a pipeline of production")
    return worst(_one(resource, entry) for entry in entries(resource, "access_control"))


def _in_production(resource: Resource) -> bool:
    named = (value for name in _OBJECTS for value in resource.block.values(name))
    job = next((found for value in named if (found := resource.referred(value))), None)
    return may_be_production(job or resource)


def _one(resource: Resource, entry: Block | Verdict) -> Verdict:
    if isinstance(entry, Verdict):
        return entry
    if not any(same(level, name) for level in entry.values("permission_level") for name in _MANAGING):
        return passed()
    if entry.has("service_principal_name"):
        return passed()
    holder = entry.value("group_name") or entry.value("user_name") or "nobody named"
    name = resource.name_of(holder)
    if name is None:
        return unknown(f"who {holder} is cannot be seen here, and it manages something of production")
    if entry.has("group_name") and _ADMINISTRATORS.search(name):
        return passed()
    return failed(f"{name} manages it; allowed: a group of administrators or owners, or a service principal")
