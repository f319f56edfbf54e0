"""The identity of a factory's calls, the service principal of its managed identity, and the target workspace."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from localcloud.kernel import directory
from localcloud.kernel.cloud import Cloud, Workspace
from localcloud.services.azure import resources
from localcloud.services.azure.ids import ResourceId


class ActivityError(RuntimeError):
    """A failed activity. `code` is Data Factory's error code; `output` is still shown."""

    def __init__(self, code: str, message: str, output: Mapping[str, Any] | None = None) -> None:
        self.code, self.message, self.output = code, message, dict(output or {})
        super().__init__(message)


@dataclass(frozen=True, kw_only=True)
class Link:
    """A linked service of Databricks: the workspace, the principal, and the cluster that activities ask for."""

    workspace: Workspace
    principal: str
    cluster: Mapping[str, Any]


def link(cloud: Cloud, factory: ResourceId, name: str) -> Link:
    """A linked service by name. Raises ActivityError if it does not lead to a workspace of this cloud."""
    found = resources.find(cloud, factory.child("linkedservices", name))
    own = (found or {}).get("properties") or {}
    if own.get("type") != "AzureDatabricks":
        raise ActivityError("2103", f"Linked service '{name}' is not a linked service of Databricks in this factory.")
    said = own.get("typeProperties") or {}
    if said.get("authentication") != "MSI":
        raise ActivityError("3200", f"Linked service '{name}' signs in by {said.get('authentication')}: use MSI.")
    principal = principal_of(cloud, factory, (said.get("credential") or {}).get("referenceName"))
    return Link(workspace=workspace_at(cloud, str(said.get("domain"))), principal=principal, cluster=_cluster(said))


def workspace_at(cloud: Cloud, url: str) -> Workspace:
    """The workspace with a URL. Raises ActivityError if there is none."""
    host = urlsplit(url).hostname
    found = next((each for each in cloud.workspaces() if urlsplit(each.host).hostname == host), None)
    if found is None:
        known = ", ".join(each.host for each in cloud.workspaces()) or "none"
        raise ActivityError("3201", f"There is no workspace {url}; there are: {known}.")
    return found


def principal_of(cloud: Cloud, factory: ResourceId, credential: str | None) -> str:
    """The application id that the factory uses on Databricks: of a credential's identity, else its own.

    Raises ActivityError where there is no such identity, or Databricks knows no service principal of it.
    """
    identity = _of_credential(cloud, factory, credential) if credential else _own(cloud, factory)
    if identity is None:
        raise ActivityError(
            "2103", f"The factory has no identity{f' by credential {credential}' if credential else ''}."
        )
    if directory.find(cloud.store, identity) is None:
        raise ActivityError("3200", f"Error 401: Databricks knows no service principal with the id {identity}.")
    return identity


def _of_credential(cloud: Cloud, factory: ResourceId, name: str) -> str | None:
    credential = resources.find(cloud, factory.child("credentials", name))
    held = str(((credential or {}).get("properties") or {}).get("typeProperties", {}).get("resourceId"))
    identity = resources.find(cloud, ResourceId(held)) if held.startswith("/") else None
    return str(identity["properties"]["clientId"]) if identity else None


def _own(cloud: Cloud, factory: ResourceId) -> str | None:
    found = resources.find(cloud, factory) or {}
    own = (found.get("identity") or {}).get("principalId")
    return str(own) if own else None


def _cluster(said: Mapping[str, Any]) -> dict[str, Any]:
    """The compute of a task in the format of Databricks' API; empty for none."""
    if said.get("existingClusterId"):
        return {"existing_cluster_id": said["existingClusterId"]}
    if not said.get("newClusterVersion"):
        return {}
    named = {
        "spark_version": said["newClusterVersion"],
        "node_type_id": said.get("newClusterNodeType"),
        "driver_node_type_id": said.get("newClusterDriverNodeType"),
        "num_workers": int(said.get("newClusterNumOfWorker") or 1),
        "spark_conf": said.get("newClusterSparkConf"),
        "spark_env_vars": said.get("newClusterSparkEnvVars"),
        "custom_tags": said.get("newClusterCustomTags"),
        "policy_id": said.get("policyId"),
        "instance_pool_id": said.get("instancePoolId"),
    }
    return {"new_cluster": {name: value for name, value in named.items() if value not in (None, "", {})}}
