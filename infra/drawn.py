"""What the drawing of the platform shows, read from the stacks. Pure."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

Documents = Mapping[str, Mapping[str, Any]]


@dataclass(frozen=True, kw_only=True)
class Hub:
    """The one way out of the networks. `network`: its first range; `zones`: the number of DNS zones."""

    network: str
    firewall: str
    zones: int


@dataclass(frozen=True, kw_only=True)
class Environment:
    """One environment. An adopted resource says so behind its name.

    Attributes:
        network: the first range of its network.
        endpoints: the number of private endpoints in it.
        jobs: the number of jobs in its workspace.
        served: names of its serving endpoints.
        account, containers: the storage account of its catalog.
        writers, readers: the environments whose workspaces may write its catalog, or only read it.
    """

    name: str
    network: str
    endpoints: int
    workspace: str
    jobs: int
    served: tuple[str, ...]
    vault: str
    catalog: str
    account: str
    containers: tuple[str, ...]
    writers: tuple[str, ...]
    readers: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Platform:
    """Environments by name; `hub` is None in the profile that has none."""

    metastore: str
    hub: Hub | None
    environments: tuple[Environment, ...]


def platform(documents: Documents) -> Platform:
    """The platform that the stacks make; `documents` are the stacks' by name."""
    names = sorted(stack.removesuffix("-platform") for stack in documents if stack.endswith("-platform"))
    return Platform(
        metastore=_metastore(documents),
        hub=_hub(documents),
        environments=tuple(_environment(documents, name) for name in names),
    )


def _all(documents: Documents, stack: str, type_: str) -> list[Mapping[str, Any]]:
    found: Mapping[str, Mapping[str, Any]] = documents.get(stack, {}).get("resource", {}).get(type_, {})
    return list(found.values())


def _one(documents: Documents, stack: str, type_: str) -> tuple[Mapping[str, Any], str]:
    """(arguments, suffix for its name) of the only resource of a type: created by the stack, or adopted."""
    made = _all(documents, stack, type_)
    if made:
        [found] = made
        return found, ""
    [adopted] = documents[stack]["data"][type_].values()
    return adopted, ", adopted"


def _named(documents: Documents, stack: str, type_: str) -> str:
    found, suffix = _one(documents, stack, type_)
    return f"{found['name']}{suffix}"


def _metastore(documents: Documents) -> str:
    """Its name, from the stack that creates or imports it; for an adopted one its id, because a stack has no more."""
    made = [each for stack in documents for each in _all(documents, stack, "databricks_metastore")]
    if made:
        return str(made[0]["name"])
    assigned = _all(documents, "account", "databricks_metastore_assignment")
    return f"{assigned[0]['metastore_id']}, adopted"


def _range(documents: Documents, stack: str) -> str:
    """A network's first range; for an adopted network its name, because only its owner knows the range."""
    vnet, suffix = _one(documents, stack, "azurerm_virtual_network")
    return str(vnet["address_space"][0]) if "address_space" in vnet else f"{vnet['name']}{suffix}"


def _environment(documents: Documents, name: str) -> Environment:
    stack = f"{name}-platform"
    containers = _all(documents, stack, "azurerm_storage_container")
    return Environment(
        name=name,
        network=_range(documents, stack),
        endpoints=len(_all(documents, stack, "azurerm_private_endpoint")),
        workspace=_named(documents, stack, "azurerm_databricks_workspace"),
        jobs=len(_all(documents, f"{name}-ml", "databricks_job")),
        served=tuple(each["name"] for each in _all(documents, f"{name}-serving", "databricks_model_serving")),
        vault=_named(documents, stack, "azurerm_key_vault"),
        catalog=_named(documents, f"{name}-workspace", "databricks_catalog"),
        account=_named(documents, stack, "azurerm_storage_account"),
        containers=tuple(each["name"] for each in containers),
        writers=tuple(_bound(documents, name, "BINDING_TYPE_READ_WRITE")),
        readers=tuple(_bound(documents, name, "BINDING_TYPE_READ_ONLY")),
    )


def _bound(documents: Documents, name: str, kind: str) -> Iterator[str]:
    """The environments whose workspaces are bound in this way to the catalog of `name`."""
    for binding in _all(documents, f"{name}-workspace", "databricks_workspace_binding"):
        who = _owner_of(documents, binding["workspace_id"])
        if binding["securable_type"] == "catalog" and who and binding["binding_type"] == kind:
            yield who


def _owner_of(documents: Documents, workspace_id: int) -> str | None:
    """The environment whose own catalog is bound to the workspace with this number; None if that catalog is adopted."""
    for stack in documents:
        bindings = documents[stack].get("resource", {}).get("databricks_workspace_binding", {})
        own = bindings.get("catalog-binding-own")
        if own and own["workspace_id"] == workspace_id:
            return stack.removesuffix("-workspace")
    return None


def _hub(documents: Documents) -> Hub | None:
    if "hub" not in documents:
        return None
    firewall, _ = _one(documents, "hub", "azurerm_firewall")
    zones = _all(documents, "hub", "azurerm_private_dns_zone") or documents["hub"]["data"]["azurerm_private_dns_zone"]
    return Hub(
        network=_range(documents, "hub"), firewall=str(firewall.get("sku_tier", "adopted")), zones=len(list(zones))
    )
