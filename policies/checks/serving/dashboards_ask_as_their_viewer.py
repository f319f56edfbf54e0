"""A dashboard with its author's credentials shows everyone the author's data."""

from ..engine.api import Resource, Severity, Verdict, expect, rule


@rule(
    "CKV_MLOPS_47",
    Severity.MEDIUM,
    "databricks_dashboard",
    rationale="With embedded credentials, every viewer sees data with the author's rights.",
    fix="Set `embed_credentials = false`.",
    control="Unity Catalog: grants hold for viewers",
)
def dashboards_ask_as_their_viewer(resource: Resource) -> Verdict:
    """Dashboards query with the viewer's rights."""
    return expect(resource.block, "embed_credentials", False)
