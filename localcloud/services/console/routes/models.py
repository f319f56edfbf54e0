"""Registered models: versions, aliases, and the origin of each version."""

from fastapi import APIRouter
from fastapi.responses import HTMLResponse

from localcloud.kernel.errors import ApiError
from localcloud.kernel.parity import Level, Parity
from localcloud.services.console import lineage, pages, rights
from localcloud.services.console.paging import PageNumber, cut
from localcloud.services.console.visits import PageRoute, VisitDep
from localcloud.services.unity import models, records, versions
from localcloud.services.unity.privileges import Kind

PARITY = Parity(Level.LOCAL, "docs/localcloud.md")

router = APIRouter(prefix="/console/models", route_class=PageRoute)


@router.get("")
def list_models(looks: VisitDep, page: PageNumber = 1) -> HTMLResponse:
    """Every registered model with its aliases."""
    store = looks.cloud.store
    found, pager = cut(sorted(store.all(Kind.MODEL), key=lambda model: str(model["full_name"])), page)
    rows = [{**model, "aliases": sorted(models.aliases(store, model["full_name"]).items())} for model in found]
    return pages.page(looks, "models", models=rows, pager=pager, called=rights.names(store))


@router.get("/{full_name}")
def show_model(full_name: str, looks: VisitDep, page: PageNumber = 1) -> HTMLResponse:
    """One model: its versions, newest first, and its grants."""
    store = looks.cloud.store
    model = records.require(store, Kind.MODEL, full_name)
    found, pager = cut(versions.of_model(store, full_name), page)
    rows = [{**one, "aliases": models.naming(store, full_name, one["version"])} for one in found]
    return pages.page(
        looks,
        "model",
        model=model,
        owner=rights.names(store).get(model["owner"], model["owner"]),
        tags=models.tags(store, full_name),
        versions=rows,
        pager=pager,
        called=rights.names(store),
        held=rights.grants(store, Kind.MODEL, full_name),
    )


@router.get("/{full_name}/{number}")
def show_version(full_name: str, number: int, looks: VisitDep) -> HTMLResponse:
    """One version: its tags, its run with the tables that this read, and the endpoints that serve it."""
    store = looks.cloud.store
    version = versions.require(store, full_name, number)
    links, run_url, missing = lineage.of_version(looks.cloud, version), "", ""
    if version.get("run_id"):
        try:
            run_url, read = lineage.of_run(looks.cloud, version["run_id"])
            links = [*read, *links]
        except ApiError as error:
            missing = f"What its run read is not known now. {error.message}"
    return pages.page(
        looks,
        "version",
        version=version,
        aliases=models.naming(store, full_name, number),
        by=rights.names(store).get(version["created_by"], version["created_by"]),
        links=links,
        run_url=run_url,
        missing=missing,
    )
