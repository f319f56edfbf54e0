"""The serving places other than Databricks: whether they answer with the live version."""

from collections.abc import Iterator
from typing import Any

from cli.doctor.azure import ask
from cli.doctor.check import Fault, NotAskedError, UnknownAnswerError, check
from cli.doctor.deployed_environment import DeployedEnvironment
from cli.doctor.models import champion
from cli.models import handle
from infra import azure_names
from infra.constructs.serving_places.online_endpoint import API
from infra.spec.served import Served, served

_HOST = "https://management.azure.com"
_ALL = 100


@check
def azure_ml_serves_the_champion(deployed: DeployedEnvironment) -> Iterator[Fault]:
    """A release updates Databricks' endpoint; `mlops place` updates this one."""
    if deployed.environment.azure_ml is None:
        raise NotAskedError("this environment does not serve from Azure ML")
    for each in served(deployed.spec, deployed.environment):
        live = champion(deployed, each.use_case.name, each.model)
        found = _azure_ml_version(deployed, each)
        if found != live:
            yield Fault(
                subject=f"Azure ML endpoint of {each.label}",
                wrong=f"serves version {found or 'none'}, @champion is {live or 'none'}",
                fix=f"mlops place {handle(each.use_case, each.model)} --to azure-ml",
            )


def _azure_ml_version(deployed: DeployedEnvironment, each: Served) -> str | None:
    """The version that gets all traffic, by the deployment's tag; None if no version or several get it."""
    azure, name = deployed.spec.platform.azure, deployed.environment.name
    group = deployed.spec.places_of(deployed.environment).resource_group
    workspace = azure_names.resource_id(
        deployed.environment.azure.subscription_id,
        group,
        "Microsoft.MachineLearningServices/workspaces",
        azure_names.azure_ml(azure.prefix, name),
    )
    endpoint = f"{workspace}/onlineEndpoints/{azure_names.azure_ml_endpoint(azure.prefix, name, each.label)}"
    traffic = _got(deployed, endpoint)["properties"].get("traffic") or {}
    answering = [colour for colour, share in traffic.items() if share == _ALL]
    if not answering:
        return None
    tags = _got(deployed, f"{endpoint}/deployments/{answering[0]}").get("tags") or {}
    return str(tags["version"]) if "version" in tags else None


def _got(deployed: DeployedEnvironment, path: str) -> dict[str, Any]:
    url = f"{_HOST}{path}?api-version={API}"
    found: dict[str, Any] = ask(deployed, "rest", "--method", "get", "--url", url)
    return found


@check
def the_cluster_serves_the_champion(deployed: DeployedEnvironment) -> Iterator[Fault]:
    """The cluster is private and accepts no commands from outside its network, so this is checked there, by hand."""
    if deployed.environment.aks_serving is None:
        raise NotAskedError("this environment does not serve from a Kubernetes cluster")
    yield from ()
    asked = []
    for each in served(deployed.spec, deployed.environment):
        name, live = azure_names.served_name(each.label), champion(deployed, each.use_case.name, each.model)
        shown = f"kubectl -n {name} get service {name} -o jsonpath={{.metadata.labels.mlops/version}}"
        asked.append(f"{shown} must say {live or 'nothing'}")
    raise UnknownAnswerError(f"the cluster can only be queried from inside its network; {'; '.join(asked)}")


CHECKS = (azure_ml_serves_the_champion, the_cluster_serves_the_champion)
