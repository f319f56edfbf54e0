"""The REST routes, one module per area. `ROUTERS` is what the application serves, in matching order."""

from fastapi import APIRouter

from localcloud.api import discovery, local, mlflow, unity

ROUTERS: tuple[APIRouter, ...] = (discovery.router, local.router, unity.router, mlflow.router)
