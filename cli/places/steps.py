"""The commands of docker, az, kubelogin and kubectl that deploy a release at a place other than Databricks. Pure.

They run with the caller's sign-in to Azure, from inside the network, and are idempotent.
"""

from collections.abc import Sequence
from pathlib import Path

from cli.places.azure_ml import Call
from cli.places.placed import Placed
from infra import azure_names
from infra.spec import Environment, Spec

Command = tuple[str, ...]
# A pod has two minutes to load its version, and pods are replaced one by one.
_ROLLOUT = "--timeout=15m"
_TEXT = ("--output", "tsv")


def registry(spec: Spec, environment: Environment) -> str:
    """The name of the environment's registry."""
    return azure_names.registry(spec.platform.azure.prefix, environment.name)


def known_digest(registry_name: str, tagged: str) -> Command:
    """Prints the digest of the image `name:version` in the registry; fails if there is none."""
    asked = ("--name", registry_name, "--image", tagged, "--query", "digest")
    return ("az", "acr", "repository", "show", *asked, *_TEXT)


def image(registry_name: str, tagged: str, folder: Path, containerfile: str, said: Path) -> list[Command]:
    """Builds and pushes the image; `said` then contains its digest."""
    build = ("--platform", "linux/amd64", "--provenance=false", "--file", str(folder / containerfile))
    push = ("--tag", f"{registry_name}.azurecr.io/{tagged}", "--push", "--metadata-file", str(said))
    return [
        ("az", "acr", "login", "--name", registry_name),
        ("docker", "buildx", "build", *build, *push, str(folder)),
    ]


def features(placed: Placed, file: Path) -> Command:
    """Uploads the published features for the model's servers."""
    account = placed.spec.places_of(placed.environment).lake_account
    container = azure_names.features_container(placed.served.label)
    where = ("--account-name", account, "--container-name", container, "--name", "online.db", "--file", str(file))
    return ("az", "storage", "blob", "upload", "--auth-mode", "login", "--only-show-errors", "--overwrite", *where)


def client_id(spec: Spec, environment: Environment, label: str) -> Command:
    """Prints the client id of the model's identity."""
    name = azure_names.served_identity(spec.platform.azure.prefix, environment.name, label)
    return ("az", "identity", "show", "--name", name, *_in_group(spec, environment), "--query", "clientId", *_TEXT)


def aks(placed: Placed, server: Path, switch: Path, config: Path, *, restart: bool) -> list[Command]:
    """The pods of the colour, then the service; `restart` makes running pods fetch their features again.

    The cluster is the declared one, whatever the user's own configuration names.
    """
    name = azure_names.cluster(placed.spec.platform.azure.prefix, placed.environment.name)
    deployment = f"deployment/{placed.name}-{placed.colour}"
    kubectl = ("kubectl", "--kubeconfig", str(config))
    into = ("--name", name, *_in_group(placed.spec, placed.environment), "--file", str(config), "--overwrite-existing")
    return [
        ("az", "aks", "get-credentials", *into),
        ("kubelogin", "convert-kubeconfig", "--login", "azurecli", "--kubeconfig", str(config)),
        (*kubectl, "apply", "--filename", str(server)),
        *([(*kubectl, "--namespace", placed.name, "rollout", "restart", deployment)] if restart else []),
        (*kubectl, "--namespace", placed.name, "rollout", "status", deployment, _ROLLOUT),
        (*kubectl, "apply", "--filename", str(switch)),
    ]


def azure_ml(calls: Sequence[Call], folder: Path) -> list[Command]:
    """Each call, in order; the next one starts once Azure has finished the previous one."""
    found: list[Command] = []
    for call in calls:
        body = f"@{folder / call.name}.json"
        found.append(("az", "rest", "--method", call.method, "--url", call.url, "--body", body))
        found.append(("az", "resource", "wait", "--ids", call.path, "--api-version", call.api, "--updated"))
    return found


def _in_group(spec: Spec, environment: Environment) -> Command:
    subscription = environment.azure.subscription_id
    return ("--resource-group", spec.places_of(environment).resource_group, "--subscription", subscription)
