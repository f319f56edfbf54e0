"""A lock, or Terraform's own protection, guards the data against a wrong plan."""

from ..engine.api import Resource, Severity, Verdict, expect, failed, passed, rule, same, unknown
from ..engine.environment import Environment, environment_of, may_be_production


@rule(
    "CKV_MLOPS_17",
    Severity.LOW,
    "databricks_metastore",
    "databricks_catalog",
    "azurerm_storage_account",
    "azurerm_key_vault",
    rationale="A rename or a wrong workspace plans a replacement, and a hasty approval carries it out.",
    fix="Set `lifecycle { prevent_destroy = true }`, or lock the resource with `azurerm_management_lock`.",
    control="Microsoft cloud security benchmark AM-4, BR-2",
)
def data_is_protected_from_destroy(resource: Resource) -> Verdict:
    """Production's metastore, catalogs, lake and vaults are protected from a destroy."""
    if not may_be_production(resource):
        return passed("not production's")
    if any(_locks(lock) for lock in resource.referring("azurerm_management_lock")):
        return passed("locked")
    if resource.block.has("lifecycle"):
        return expect(resource.block, "lifecycle.prevent_destroy", True)
    if not resource.document.has_lifecycle:
        return unknown("a plan does not carry `lifecycle`; scan the configuration")
    if environment_of(resource) is Environment.UNKNOWN:
        return unknown("nothing says whether it is production's; name its environment in a tag")
    return failed("neither prevent_destroy nor a lock is set; allowed: either")


def _locks(lock: Resource) -> bool:
    level = lock.block.value("lock_level")
    return level is not None and (same(level, "CanNotDelete") or same(level, "ReadOnly"))
