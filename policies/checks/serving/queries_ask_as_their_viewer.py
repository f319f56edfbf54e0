"""A query that runs as its owner lends the owner's rights."""

from ..engine.api import Resource, Severity, Verdict, expect, rule


@rule(
    "CKV_MLOPS_48",
    Severity.MEDIUM,
    "databricks_query",
    rationale="Anyone who can run a query that runs as its owner reads what the owner can read.",
    fix='Set `run_as_mode = "VIEWER"`.',
    control="Unity Catalog: grants hold for viewers",
)
def queries_ask_as_their_viewer(resource: Resource) -> Verdict:
    """Saved queries run with the caller's rights."""
    return expect(resource.block, "run_as_mode", "VIEWER")
