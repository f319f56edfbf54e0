"""The REST routes, one module per area. `ROUTERS` is what the application serves, in matching order."""

from fastapi import APIRouter

from localcloud.api import local, unity

ROUTERS: tuple[APIRouter, ...] = (local.router, unity.router)
