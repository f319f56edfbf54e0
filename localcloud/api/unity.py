"""Unity Catalog's routers together, under both versions that its clients call."""

from fastapi import APIRouter

from localcloud.api import (
    uc_bindings,
    uc_catalogs,
    uc_constraints,
    uc_credentials,
    uc_functions,
    uc_grants,
    uc_metastore,
    uc_models,
    uc_monitors,
    uc_policies,
    uc_schemas,
    uc_storage,
    uc_tables,
    uc_volumes,
)

router = APIRouter()
for _version in ("2.1", "2.0"):
    for _area in (
        uc_metastore,
        uc_catalogs,
        uc_schemas,
        uc_tables,
        uc_volumes,
        uc_models,
        uc_grants,
        uc_bindings,
        uc_credentials,
        uc_storage,
        uc_constraints,
        uc_monitors,
        uc_functions,
        uc_policies,
    ):
        router.include_router(_area.router, prefix=f"/api/{_version}/unity-catalog")
