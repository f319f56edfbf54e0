"""Experiments, with their pages in MLflow."""

from fastapi import APIRouter
from fastapi.responses import HTMLResponse

from localcloud.kernel.cloud import Cloud
from localcloud.kernel.errors import ApiError
from localcloud.kernel.parity import Level, Parity
from localcloud.kernel.store import Document
from localcloud.services.console import lineage, pages, rights
from localcloud.services.console.paging import PageNumber, cut
from localcloud.services.console.visits import PageRoute, VisitDep

PARITY = Parity(Level.LOCAL, "docs/localcloud.md")

router = APIRouter(prefix="/console/experiments", route_class=PageRoute)
_MOST = 1000


@router.get("")
def list_experiments(looks: VisitDep, page: PageNumber = 1) -> HTMLResponse:
    """Every experiment with its page in MLflow, or the reason why MLflow does not answer."""
    try:
        found, missing = _experiments(looks.cloud), ""
    except ApiError as error:
        found, missing = [], error.message
    shown, pager = cut(found, page)
    return pages.page(
        looks, "experiments", experiments=shown, pager=pager, missing=missing, mlflow_url=looks.cloud.mlflow_url
    )


def _experiments(cloud: Cloud) -> list[Document]:
    called = rights.names(cloud.store)
    found = lineage.mlflow(cloud, "GET", "experiments/search", {"max_results": _MOST}).get("experiments", [])
    return [
        {
            "name": one["name"],
            "workspace": record["workspace"],
            "by": called.get(record["created_by"], record["created_by"]),
            "changed_ms": int(one.get("last_update_time") or 0),
            "url": f"{cloud.mlflow_url}/#/experiments/{pages.part(one['experiment_id'])}",
        }
        for one in sorted(found, key=lambda one: str(one["name"]))
        if (record := cloud.store.get("experiment", one["experiment_id"])) is not None
    ]
