"""Every route of the console."""

from fastapi import APIRouter

from localcloud.services.console.routes import data, endpoints, entry, experiments, jobs, links, models, overview

router = APIRouter()
for _part in (links, entry, overview, jobs, data, models, endpoints, experiments):
    router.include_router(_part.router)
