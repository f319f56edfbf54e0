"""Azure's discovery document, `/metadata/endpoints`, and tokens: the first calls of a provider."""

from typing import Any
from urllib.parse import parse_qs

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse

from localcloud.kernel.cloud import CloudDep
from localcloud.kernel.errors import ApiError
from localcloud.kernel.parity import Level, Parity
from localcloud.kernel.store import Document
from localcloud.services.azure import hosts, tokens
from localcloud.services.azure.types.vaults import SUFFIX

PARITY = Parity(Level.EXECUTED, "https://learn.microsoft.com/entra/identity-platform/v2-oauth2-client-creds-grant-flow")

router = APIRouter()
_GRANT = "client_credentials"


# Azure's own: azurerm refuses a disk encryption set in a cloud that names no host of managed HSMs.
_SUFFIXES = {
    "acrLoginServer": "azurecr.io",
    "attestationEndpoint": "attest.azure.net",
    "azureFrontDoorEndpointSuffix": "azurefd.net",
    "mariadbServerEndpoint": "mariadb.database.azure.com",
    "mhsmDns": "managedhsm.azure.net",
    "mysqlServerEndpoint": "mysql.database.azure.com",
    "postgresqlServerEndpoint": "postgres.database.azure.com",
    "sqlServerHostname": "database.windows.net",
    "storage": "core.windows.net",
    "storageSyncEndpointSuffix": "afs.azure.net",
    "synapseAnalytics": "dev.azuresynapse.net",
}


@router.get("/metadata/endpoints")
def endpoints(request: Request, cloud: CloudDep) -> Document:
    """The endpoints of the local Azure services, without a trailing slash."""
    found = hosts.names(request, cloud)
    here = found.management
    return {
        "name": "AzureCloud",
        "portal": here,
        "gallery": here,
        "graph": here,
        "graphAudience": here,
        "microsoftGraphResourceId": f"{here}/",
        "resourceManager": here,
        "authentication": {
            "loginEndpoint": found.login,
            "audiences": [here],
            "tenant": "common",
            "identityProvider": "AAD",
        },
        "suffixes": {**_SUFFIXES, "keyVaultDns": SUFFIX},
    }


@router.post("/{tenant}/oauth2/v2.0/token")
async def token(tenant: str, request: Request, cloud: CloudDep) -> Any:
    """A token by client credentials. The client secret is a token of the local cloud."""
    form = {name: values[0] for name, values in parse_qs((await request.body()).decode(errors="replace")).items()}
    if form.get("grant_type") != _GRANT:
        return _refused("unsupported_grant_type", f"AADSTS70003: grant_type is not {_GRANT}.")
    audience = form.get("scope", "").removesuffix("/.default")
    client = form.get("client_id", "")
    try:
        made = tokens.issue(cloud, tenant, client, form.get("client_secret", ""), audience)
    except ApiError:
        return _refused("invalid_client", f"AADSTS7000215: Invalid client secret provided for app '{client}'.", 401)
    return {"token_type": "Bearer", "expires_in": tokens.LIFETIME_S, "access_token": made}


def _refused(error: str, description: str, status: int = 400) -> JSONResponse:
    return JSONResponse({"error": error, "error_description": description}, status_code=status)
