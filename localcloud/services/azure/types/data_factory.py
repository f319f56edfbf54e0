"""Data factories and what is in them: kept; no pipeline runs here. A trigger can be started and stopped."""

from localcloud.kernel.cloud import Cloud
from localcloud.kernel.store import Document
from localcloud.services.azure import resources
from localcloud.services.azure.errors import invalid
from localcloud.services.azure.ids import ResourceId
from localcloud.services.azure.kinds import Action, Kind, Resource, identified, properties

_NAME = r"[A-Za-z0-9](?:[A-Za-z0-9-]{1,61}[A-Za-z0-9])"
_PART = r"[\w ().-]{1,260}"


def _trigger(cloud: Cloud, resource_id: ResourceId, resource: Resource) -> None:
    """A new one is stopped; one that runs is not changed."""
    before = resources.find(cloud, resource_id)
    state = before["properties"]["runtimeState"] if before else "Stopped"
    if state == "Started":
        raise invalid("TriggerEnabledCannotUpdate", f"Trigger '{resource_id.name}' runs: stop it first.")
    properties(resource)["runtimeState"] = state


def _to(state: str) -> Action:
    def act(cloud: Cloud, _: ResourceId, resource: Resource) -> Document:
        properties(resource)["runtimeState"] = state
        resources.keep(cloud, resource)
        return {}

    return act


_INSIDE = Kind(name=_PART)
_TRIGGER = Kind(
    name=_PART,
    output=("runtimeState",),
    complete=_trigger,
    actions={"start": _to("Started"), "stop": _to("Stopped")},
)

KINDS = {
    "factories": Kind(name=_NAME, located=True, complete=identified),
    **dict.fromkeys(
        (
            "factories/credentials",
            "factories/integrationRuntimes",
            "factories/linkedservices",
            "factories/managedVirtualNetworks",
            "factories/managedVirtualNetworks/managedPrivateEndpoints",
            "factories/pipelines",
        ),
        _INSIDE,
    ),
    "factories/triggers": _TRIGGER,
}
