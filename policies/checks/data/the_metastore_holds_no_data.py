"""Storage of the metastore is shared by every workspace."""

from ..engine.api import Resource, Severity, Verdict, failed, passed, rule


@rule(
    "CKV_MLOPS_18",
    Severity.MEDIUM,
    "databricks_metastore",
    rationale="Catalogs without storage of their own mix every environment's files in the metastore's container.",
    fix="Leave `storage_root` unset and give every catalog its own.",
    control="Unity Catalog best practice: storage per catalog",
)
def the_metastore_holds_no_data(resource: Resource) -> Verdict:
    """The metastore has no storage of its own."""
    root = resource.block.value("storage_root")
    return failed("storage_root is set; allowed: none") if root is not None else passed()
