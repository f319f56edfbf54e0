"""Terraform destroys a binding as soon as nothing depends on it; the bound object is then unreachable."""

from ..engine.api import Resource, Severity, Verdict, failed, passed, rule, unknown
from ..engine.dependencies import address_of, named, needed

_SECURABLES = {
    "external_location": "databricks_external_location",
    "external-location": "databricks_external_location",
    "storage_credential": "databricks_storage_credential",
    "storage-credential": "databricks_storage_credential",
}
_WRITES = (None, "BINDING_TYPE_READ_WRITE")


@rule(
    "CKV_MLOPS_81",
    Severity.MEDIUM,
    "databricks_catalog",
    "databricks_external_location",
    "databricks_file",
    "databricks_grant",
    "databricks_grants",
    "databricks_registered_model",
    "databricks_schema",
    "databricks_sql_table",
    "databricks_volume",
    rationale='A destroy stops half-way: "Catalog … is not accessible in current workspace".',
    fix="Add `depends_on` with the `databricks_workspace_binding` of this workspace.",
    control="Unity Catalog workspace bindings; order of destruction",
)
def contents_go_before_their_binding(resource: Resource) -> Verdict:
    """Objects in an isolated securable depend on its workspace binding."""
    document = resource.document
    if not document.has_lifecycle or not document.whole:
        return unknown("dependencies are not shown here; check the configuration instead")
    reached = needed(resource)
    late = [bound for bound, own in _bindings(resource).items() if bound in reached and not own & reached]
    if late:
        return failed(f"it may be destroyed after the bindings of {', '.join(sorted(late))}; add one to depends_on")
    return passed()


def _bindings(resource: Resource) -> dict[str, set[str]]:
    """By address of an isolated securable: the bindings that allow writing, one of which is the owner's."""
    found: dict[str, set[str]] = {}
    for item in resource.document.resources:
        if item.type != "databricks_workspace_binding" or item.block.value("binding_type") not in _WRITES:
            continue
        kind = _SECURABLES.get(str(item.block.value("securable_type")), "databricks_catalog")
        bound = named(item, kind, item.block.value("securable_name") or item.block.value("catalog_name"))
        if bound is not None and str(bound.block.value("isolation_mode")).endswith("ISOLATED"):
            found.setdefault(address_of(bound), set()).add(address_of(item))
    return found
