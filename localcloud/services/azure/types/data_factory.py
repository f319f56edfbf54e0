"""Data factories and their resources. `services/data_factory` runs them."""

from localcloud.kernel.cloud import Cloud
from localcloud.kernel.store import Document
from localcloud.services.azure import resources
from localcloud.services.azure.errors import invalid
from localcloud.services.azure.ids import ResourceId
from localcloud.services.azure.kinds import Action, Kind, Resource, identified, properties
from localcloud.services.data_factory import definitions, triggers

_NAME = r"[A-Za-z0-9](?:[A-Za-z0-9-]{1,61}[A-Za-z0-9])"
_PART = r"[\w ().-]{1,260}"
_SUBSCRIPTION = "data_factory_event_subscription"


def _pipeline(_: Cloud, resource_id: ResourceId, resource: Resource) -> None:
    definitions.require_pipeline(resource_id.name, properties(resource))


def _trigger_check(_: Cloud, resource_id: ResourceId, resource: Resource) -> None:
    definitions.require_trigger(resource_id.name, properties(resource))


def _trigger(cloud: Cloud, resource_id: ResourceId, resource: Resource) -> None:
    """A new trigger is stopped; a started one cannot be changed."""
    before = resources.find(cloud, resource_id)
    state = before["properties"]["runtimeState"] if before else "Stopped"
    if state == "Started":
        raise invalid("TriggerEnabledCannotUpdate", f"Trigger '{resource_id.name}' runs: stop it first.")
    properties(resource)["runtimeState"] = state


def _to(state: str) -> Action:
    def act(cloud: Cloud, _: ResourceId, resource: Resource) -> Document:
        was = properties(resource)["runtimeState"]
        properties(resource)["runtimeState"] = state
        resources.keep(cloud, resource)
        if state == "Started" != was:
            triggers.begin(cloud, resource)
        return {}

    return act


def _subscribed(status: str) -> Action:
    def act(cloud: Cloud, resource_id: ResourceId, _: Resource) -> Document:
        cloud.store.put(_SUBSCRIPTION, resource_id.key, {"status": status})
        return _subscription(cloud, resource_id, _)

    return act


def _subscription(cloud: Cloud, resource_id: ResourceId, _: Resource) -> Document:
    """Whether a trigger is subscribed to the events of its storage account."""
    kept = cloud.store.get(_SUBSCRIPTION, resource_id.key) or {"status": "Disabled"}
    return {"triggerName": resource_id.name, "status": kept["status"]}


def _unsubscribed(cloud: Cloud, resource_id: ResourceId, _: Resource) -> None:
    cloud.store.delete(_SUBSCRIPTION, resource_id.key)


_INSIDE = Kind(name=_PART)
_TRIGGER = Kind(
    name=_PART,
    output=("runtimeState",),
    check=_trigger_check,
    complete=_trigger,
    actions={
        "start": _to("Started"),
        "stop": _to("Stopped"),
        "subscribeToEvents": _subscribed("Enabled"),
        "unsubscribeFromEvents": _subscribed("Disabled"),
        "getEventSubscriptionStatus": _subscription,
    },
    deleted=_unsubscribed,
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
        ),
        _INSIDE,
    ),
    "factories/pipelines": Kind(name=_PART, check=_pipeline),
    "factories/triggers": _TRIGGER,
}
