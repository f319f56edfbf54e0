"""The first page, recent calls, and the clock."""

from typing import Literal

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from localcloud.kernel import clock
from localcloud.kernel.cloud import Cloud
from localcloud.kernel.parity import Level, Parity
from localcloud.services.console import pages, runs
from localcloud.services.console.paging import PageNumber, Pager, cut
from localcloud.services.console.visits import PageRoute, VisitDep
from localcloud.services.local.routes import clock as clock_route
from localcloud.services.serving.service import KIND as ENDPOINT
from localcloud.services.unity.privileges import Kind

PARITY = Parity(Level.LOCAL, "docs/localcloud.md")

router = APIRouter(prefix="/console", route_class=PageRoute)
_COUNTED = (
    ("Jobs", "job", "/console/jobs"),
    ("Runs", "job_run", "/console/runs"),
    ("Tables", Kind.TABLE, "/console/catalogs"),
    ("Models", Kind.MODEL, "/console/models"),
    ("Endpoints", ENDPOINT, "/console/endpoints"),
)
_LATEST, _FAILED = 8, 5


@router.get("")
def overview(looks: VisitDep) -> HTMLResponse:
    """Counts of all objects, the latest failed runs and the latest runs."""
    store = looks.cloud.store
    return pages.page(
        looks,
        "overview",
        counts=[(label, store.count(kind), path) for label, kind, path in _COUNTED],
        now=clock.now(store).isoformat(),
        workspaces=looks.cloud.workspaces(),
        places=_places(looks.cloud),
        failed=runs.newest(store, most=_FAILED, result="FAILED"),
        latest=runs.newest(store, most=_LATEST),
    )


@router.get("/calls")
def calls(request: Request, looks: VisitDep, page: PageNumber = 1, only: Literal["", "refused"] = "") -> HTMLResponse:
    """The latest calls, newest first; optionally only refused and failed ones."""
    ports = {workspace.port: workspace.name for workspace in looks.cloud.workspaces()}
    kept = request.app.state.calls.newest_first()
    found = [call for call in kept if not only or call.status >= 400]
    shown, pager = cut(found, page)
    query = (("only", only),) if only else ()
    pager = Pager(number=page, total=pager.total, query=query)
    return pages.page(looks, "calls", calls=shown, pager=pager, only=only, ports=ports)


@router.get("/clock")
def local_clock(looks: VisitDep) -> HTMLResponse:
    """The local time, and the jobs with triggers."""
    shown = clock_route.show(looks.cloud, looks.caller)
    jobs = sorted(shown["jobs"], key=lambda job: (job["next"] is None, job["next"] or "", job["job"]))
    return pages.page(looks, "clock", now=shown["now"], jobs=jobs)


def _places(cloud: Cloud) -> list[tuple[str, str]]:
    return [
        ("Account", f"http://127.0.0.1:{cloud.account_port}"),
        ("MLflow", cloud.mlflow_url or "not running"),
        ("Spark Connect", cloud.spark_remote or "not running"),
        ("State", str(cloud.home)),
    ]
