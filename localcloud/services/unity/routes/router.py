"""All routers of Unity Catalog, under both API versions that its clients call."""

from fastapi import APIRouter

from localcloud.services.unity.routes import (
    bindings,
    catalogs,
    constraints,
    credentials,
    functions,
    grants,
    metastore,
    models,
    monitors,
    policies,
    schemas,
    storage,
    tables,
    tags,
    volumes,
)

router = APIRouter()
for _version in ("2.1", "2.0"):
    for _area in (
        metastore,
        catalogs,
        schemas,
        tables,
        volumes,
        models,
        grants,
        bindings,
        credentials,
        storage,
        constraints,
        monitors,
        functions,
        policies,
        tags,
    ):
        router.include_router(_area.router, prefix=f"/api/{_version}/unity-catalog")
