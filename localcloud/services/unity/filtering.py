"""Serverless filtering: how dedicated compute reads a table with masks or filters.

Source: Azure Databricks, "Fine-grained access control on dedicated compute": the read is handed to serverless compute,
which needs a way to the workspace's root storage. A task asks for a table's credential on dedicated compute, or on
serverless compute, which filters by itself as a warehouse does.
"""

from localcloud.kernel.cloud import Cloud
from localcloud.kernel.errors import denied
from localcloud.kernel.identity import Caller
from localcloud.kernel.store import Document
from localcloud.services.network import reach

_PARTS = frozenset({"blob", "dfs"})


def require(cloud: Cloud, caller: Caller, table: Document) -> None:
    """Raise `ApiError` 403 if serverless compute cannot reach the root storage of the caller's workspace."""
    if caller.serverless:
        return
    workspace = caller.require_workspace()
    root = (cloud.store.get("workspace", workspace.name) or {}).get("private_root_storage")
    missing = sorted(_PARTS - reach.private_parts(cloud, workspace.workspace_id, root)) if root else []
    if missing:
        raise denied(
            f"Table '{table['full_name']}' has columns or rows that are hidden from the caller, so serverless compute "
            f"filters it; that reaches no {' and no '.join(missing)} endpoint of the root storage '{root}'. Add "
            "private endpoint rules for both to the workspace's network connectivity configuration."
        )
