"""A manager of an object can edit it, stop it, and share it."""

from ..engine.api import Block, Resource, Severity, Verdict, failed, passed, rule, unknown, worst
from ..engine.principals import entries, means_everybody

# Levels that view an object or use it as it is. Attaching to a cluster runs code on it, with its creator's rights.
_HARMLESS = frozenset({"CAN_USE", "CAN_VIEW", "CAN_READ", "CAN_MONITOR", "CAN_QUERY", "CAN_VIEW_METADATA", "CAN_BIND"})


@rule(
    "CKV_MLOPS_82",
    Severity.HIGH,
    "databricks_permissions",
    rationale="CAN_MANAGE for `users` lets anyone change what others run, attach libraries to it, or delete it.",
    fix="Give `users` CAN_USE, CAN_VIEW, CAN_READ or nothing; leave managing to a named group.",
    control="Least privilege on objects of the workspace",
)
def objects_are_not_managed_by_everybody(resource: Resource) -> Verdict:
    """Only named principals manage, edit or run an object."""
    if resource.block.has("authorization") or resource.block.has("serving_endpoint_id"):
        return passed("another rule's")
    return worst(_one(resource, entry) for entry in entries(resource, "access_control"))


def _one(resource: Resource, entry: Block | Verdict) -> Verdict:
    if isinstance(entry, Verdict):
        return entry
    group, levels = entry.value("group_name"), [str(level).upper() for level in entry.values("permission_level")]
    held = [level for level in levels if level not in _HARMLESS]
    everybody = False if group is None or not held else means_everybody(resource, group)
    if everybody is None:
        return unknown(f"who {group} is cannot be seen here, and it has {', '.join(held)}; name it")
    return failed(f"{group} has {', '.join(held)}; allowed: named groups") if everybody else passed()
