"""Data that leaves through a browser leaves no log of its content."""

from ..engine.api import Resource, Severity, Verdict, expect, rule, worst

_OFF = (
    "enableResultsDownloading",
    "enableExportNotebook",
    "enableNotebookTableClipboard",
    "enableDbfsFileBrowser",
    "enableWebTerminal",
)


@rule(
    "CKV_MLOPS_55",
    Severity.MEDIUM,
    "databricks_workspace_conf",
    rationale="Downloads, exports and the clipboard take rows out, bypassing every network control.",
    fix="Set " + ", ".join(f'`{name} = "false"`' for name in _OFF) + ".",
    control="SAT DP-5, DP-6, DP-7, DP-9",
)
def ways_out_of_notebooks_are_closed(resource: Resource) -> Verdict:
    """Rows do not leave notebooks by download, export or clipboard."""
    return worst(expect(resource.block, f"custom_config.{name}", False) for name in _OFF)
