"""Downloads of results with EXTERNAL_LINKS. On Databricks these links point to cloud storage."""

from fastapi import APIRouter, Response

from localcloud.kernel.cloud import CloudDep
from localcloud.kernel.parity import Level, Parity
from localcloud.services.sql.links import PATH, links
from localcloud.services.sql.results import MEDIA_TYPES
from localcloud.services.sql.statements import statements

PARITY = Parity(Level.LOCAL, "docs/localcloud.md")

router = APIRouter()


@router.get(f"{PATH}/{{key}}")
def fetch(key: str, cloud: CloudDep) -> Response:
    """One chunk of a result as a file, for anyone with its link. No token is needed."""
    link = links(cloud).find(key)
    entry = statements(cloud).by_id(link.statement_id)
    form = entry.request.format
    return Response(entry.future.result().document(link.index, form), media_type=MEDIA_TYPES[form])
