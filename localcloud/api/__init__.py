"""The REST routes, one module per area. `ROUTERS` is what the application serves, in matching order."""

from fastapi import APIRouter

from localcloud.api import (
    alerts,
    assignments,
    cluster_policies,
    compute,
    dashboards,
    discovery,
    feature_store,
    files,
    invocations,
    local,
    mlflow,
    permissions,
    scim,
    secrets,
    serving,
    statements,
    tokens,
    unity,
    warehouses,
    workspace_files,
)

ROUTERS: tuple[APIRouter, ...] = (
    discovery.router,
    local.router,
    scim.router,
    assignments.router,
    tokens.router,
    unity.router,
    mlflow.router,
    cluster_policies.router,
    permissions.router,
    warehouses.router,
    statements.router,
    compute.router,
    secrets.router,
    files.router,
    workspace_files.router,
    serving.router,
    invocations.router,
    feature_store.router,
    alerts.router,
    dashboards.router,
)
