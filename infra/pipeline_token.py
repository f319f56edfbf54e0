"""The identity of a run of Azure Pipelines: a token of its service connection, which Entra and Databricks take.

It lasts minutes, so it is asked for anew before each use. GitHub's runs need none of this: the tools ask GitHub.
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
_VERSION = "7.1"
_TIMEOUT_S = 30


class PipelineTokenError(RuntimeError):
    """Azure Pipelines gave no token; the message says why and what to change."""


def in_azure_pipelines(environment: Mapping[str, str]) -> bool:
    """Whether a run with a service connection surrounds this process."""
    return all(environment.get(name) for name in (_URI, _CONNECTION, _OF_THE_RUN))


def id_token(environment: Mapping[str, str]) -> str:
    """A fresh one. Raises PipelineTokenError."""
    query = urlencode({"api-version": _VERSION, "serviceConnectionId": environment[_CONNECTION]})
    request = urllib.request.Request(  # noqa: S310 - the agent's own https address
        f"{environment[_URI]}?{query}",
        method="POST",
        data=b"",
        headers={"Authorization": f"Bearer {environment[_OF_THE_RUN]}", "Content-Type": "application/json"},
    )
    try:
        with urllib.request.urlopen(request, timeout=_TIMEOUT_S) as answer:  # noqa: S310 - as above
            found = json.load(answer).get("oidcToken")
    except (URLError, ValueError) as error:
        raise PipelineTokenError(
            f"no token of service connection {environment[_CONNECTION]}: {error}. Let the pipeline use the connection, "
            "and name it in an AzureCLI@2 task of the same job"
        ) from error
    if not found:
        raise PipelineTokenError(f"the answer for service connection {environment[_CONNECTION]} has no oidcToken")
    return str(found)


def renewed(environment: Mapping[str, str]) -> dict[str, str]:
    """The variables by which azurerm and databricks sign in with a fresh token; none outside Azure Pipelines."""
    if not in_azure_pipelines(environment):
        return {}
    token = id_token(environment)
    return {"ARM_OIDC_TOKEN": token, "DATABRICKS_OIDC_TOKEN": token}
