"""The identity of a pipeline run: a token that Entra and Databricks accept.

It lasts minutes, so it is requested again before each use. Azure Pipelines issues one for the service connection.
Terraform's providers and the SDK request GitHub's token themselves, but the Azure CLI does not.
"""

import json
import urllib.request
from collections.abc import Mapping
from urllib.error import URLError
from urllib.parse import urlencode

# Set by the agent, by the task AzureCLI@2, and by the step (System.AccessToken has to be mapped).
_URI = "SYSTEM_OIDCREQUESTURI"
_CONNECTION = "AZURESUBSCRIPTION_SERVICE_CONNECTION_ID"
_OF_THE_RUN = "SYSTEM_ACCESSTOKEN"
# Set by GitHub for a job that may request tokens.
_GITHUB = ("ACTIONS_ID_TOKEN_REQUEST_URL", "ACTIONS_ID_TOKEN_REQUEST_TOKEN")
ENTRA = "api://AzureADTokenExchange"
_VERSION = "7.1"
_TIMEOUT_S = 30


class PipelineTokenError(RuntimeError):
    """The pipeline gave no token; the message gives the reason and the fix."""


def in_azure_pipelines(environment: Mapping[str, str]) -> bool:
    """Whether this process runs in a pipeline run with a service connection."""
    return all(environment.get(name) for name in (_URI, _CONNECTION, _OF_THE_RUN))


def id_token(environment: Mapping[str, str]) -> str:
    """A fresh token of Azure Pipelines. Raises PipelineTokenError."""
    query = urlencode({"api-version": _VERSION, "serviceConnectionId": environment[_CONNECTION]})
    request = urllib.request.Request(  # noqa: S310 - the agent's own https address
        f"{environment[_URI]}?{query}",
        method="POST",
        data=b"",
        headers={"Authorization": f"Bearer {environment[_OF_THE_RUN]}", "Content-Type": "application/json"},
    )
    return _answered(
        request,
        "oidcToken",
        f"no token of service connection {environment[_CONNECTION]}",
        "Let the pipeline use the connection, and name it in an AzureCLI@2 task of the same job",
    )


def entra_token(environment: Mapping[str, str]) -> str | None:
    """A fresh token that Entra accepts for the pipeline's identity; None outside a pipeline.

    Raises PipelineTokenError.
    """
    if in_azure_pipelines(environment):
        return id_token(environment)
    if not all(environment.get(name) for name in _GITHUB):
        return None
    url, of_the_run = (environment[name] for name in _GITHUB)
    request = urllib.request.Request(  # noqa: S310 - GitHub's own https address
        f"{url}&{urlencode({'audience': ENTRA})}", headers={"Authorization": f"Bearer {of_the_run}"}
    )
    return _answered(
        request, "value", "no token of this run of GitHub Actions", "Give the job the permission id-token: write"
    )


def _answered(request: urllib.request.Request, field: str, without: str, fix: str) -> str:
    try:
        with urllib.request.urlopen(request, timeout=_TIMEOUT_S) as answer:  # noqa: S310 - as where it was made
            found = json.load(answer).get(field)
    except (URLError, ValueError) as error:
        raise PipelineTokenError(f"{without}: {error}. {fix}") from error
    if not found:
        raise PipelineTokenError(f"{without}: the answer has no {field}")
    return str(found)


def renewed(environment: Mapping[str, str]) -> dict[str, str]:
    """The variables with which azurerm and databricks sign in with a fresh token; none outside Azure Pipelines."""
    if not in_azure_pipelines(environment):
        return {}
    token = id_token(environment)
    return {"ARM_OIDC_TOKEN": token, "DATABRICKS_OIDC_TOKEN": token}
