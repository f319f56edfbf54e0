"""One-time links to the pages: `/local/console`. Databricks has no such route."""

from fastapi import APIRouter

from localcloud.kernel.cloud import CloudDep
from localcloud.kernel.identity import CallerDep
from localcloud.kernel.parity import Level, Parity
from localcloud.kernel.store import Document
from localcloud.services.console import sessions

PARITY = Parity(Level.LOCAL, "docs/localcloud.md")

router = APIRouter(prefix="/local/console")


@router.post("")
def make_link(cloud: CloudDep, caller: CallerDep) -> Document:
    """A link that signs the caller in to the pages, once, within `expires_in_s` seconds. Admin only."""
    caller.require_admin("look inside")
    code = sessions.of(cloud).link(caller.principal)
    url = f"http://127.0.0.1:{cloud.account_port}/console/sign-in?code={code}"
    return {"url": url, "expires_in_s": sessions.LINK_LIFETIME_S}
