"""Maps the URLs of Git folders to repositories on this machine."""

from pathlib import Path

from fastapi import APIRouter

from localcloud.kernel.body import JsonBody, only, required
from localcloud.kernel.cloud import CloudDep
from localcloud.kernel.identity import CallerDep
from localcloud.kernel.parity import Level, Parity
from localcloud.kernel.store import Document
from localcloud.services.workspace import git

PARITY = Parity(Level.LOCAL, "docs/localcloud.md")

router = APIRouter(prefix="/local/git-remotes")


@router.put("")
def register(body: JsonBody, cloud: CloudDep, caller: CallerDep) -> Document:
    """Use the repository at `path` for Git folders with `url`, when they are created or updated. Admin only."""
    caller.require_admin("say what stands for a URL")
    url, path = required(only(body, "url", "path"), "url", "path")
    git.register(cloud, url, Path(path))
    return {}
