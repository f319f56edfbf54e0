"""The discovery document of clients: `/.well-known/databricks-config`."""

from fastapi import APIRouter, Request

from localcloud.kernel.cloud import ACCOUNT_ID, CloudDep
from localcloud.kernel.parity import Level, Parity
from localcloud.kernel.store import Document

PARITY = Parity(Level.ECHOED, "https://docs.databricks.com/aws/en/dev-tools/auth/unified-auth")

router = APIRouter()


@router.get("/.well-known/databricks-config")
def host_metadata(request: Request, cloud: CloudDep) -> Document:
    """Account and workspace of this port. Needs no token, as on Databricks; all sign-in is by token."""
    workspace = cloud.workspace_at(request.scope["server"][1])
    known = {"workspace_id": str(workspace.workspace_id)} if workspace else {}
    return {"oidc_endpoint": "", "account_id": ACCOUNT_ID, "cloud": "azure", **known}
