"""Azure Resource Manager: every resource by its id below `/subscriptions/{id}`. For the administrator alone."""

import uuid
from http import HTTPStatus
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request, Response

from localcloud.kernel.body import PlainBody
from localcloud.kernel.cloud import Cloud, CloudDep
from localcloud.kernel.parity import Level, Parity
from localcloud.kernel.store import Document
from localcloud.services.azure import deleted, hosts, resources, role_queries
from localcloud.services.azure.errors import AzureError, invalid
from localcloud.services.azure.filters import filtered
from localcloud.services.azure.ids import ResourceId
from localcloud.services.azure.kinds import kind_of, made_up
from localcloud.services.azure.tokens import AdminDep

PARITY = Parity(Level.STATEFUL, "https://learn.microsoft.com/rest/api/resources/resources")
_OPERATION = "azure_operation"


def _named(request: Request, _: AdminDep) -> ResourceId:
    """The resource that the path names. Raises `AzureError` 400 without an api-version."""
    if not request.query_params.get("api-version"):
        raise invalid("MissingApiVersionParameter", "The api-version query parameter (?api-version=) is required.")
    return ResourceId(request.url.path.rstrip("/"))


Named = Annotated[ResourceId, Depends(_named)]
router = APIRouter(prefix="/subscriptions/{subscription}")
_ANY = "/{path:path}"
_PLACE = "/providers/{namespace}/locations/{location}"


@router.get(f"{_PLACE}/operations/{{operation}}")
def operation(operation: str, cloud: CloudDep, _: Named) -> Document:
    """How an operation ended: here all are over when they are answered."""
    found = cloud.store.get(_OPERATION, operation)
    if found is None:
        raise AzureError(404, "OperationNotFound", f"Operation '{operation}' was not found.")
    return found


@router.get(f"{_PLACE}/deletedVaults/{{vault}}")
def deleted_vault(subscription: str, location: str, vault: str, cloud: CloudDep, _: Named) -> Document:
    """A vault that was deleted and is not purged."""
    return deleted.vault(cloud, subscription, location, vault)


@router.post(f"{_PLACE}/deletedVaults/{{vault}}/purge")
def purge_vault(subscription: str, location: str, vault: str, cloud: CloudDep, _: Named) -> Document:
    """It is gone for good, unless it is protected against that."""
    deleted.purge(cloud, subscription, location, vault)
    return {}


@router.get("")
def get_subscription(subscription: str, _: Named) -> Document:
    """A subscription; every one is there."""
    shown = {"subscriptionId": subscription, "displayName": "Local cloud", "state": "Enabled"}
    return {"id": f"/subscriptions/{subscription}", **shown, "tenantId": made_up("tenant")}


@router.get("/providers")
def providers(_: Named) -> Document:
    """No resource provider needs registering here."""
    return {"value": []}


@router.post("/providers/{namespace}/checkNameAvailability")
def name_availability(body: PlainBody, cloud: CloudDep, _: Named) -> Document:
    """Whether no resource of a type has a name yet: azurerm asks before it makes a registry."""
    name, type_ = str(body.get("name") or ""), str(body.get("type") or "")
    if not name or not type_:
        raise invalid("InvalidRequest", "The name to check and its type are required.")
    if resources.is_free(cloud, type_, name):
        return {"nameAvailable": True}
    return {"nameAvailable": False, "reason": "AlreadyExists", "message": f"The name {name} is already in use."}


@router.get(_ANY)
def get(request: Request, named: Named, cloud: CloudDep) -> Any:
    """One resource, or those that a collection's path names."""
    if role_queries.is_of(named):
        return role_queries.answer(cloud, named, request.query_params.get("$filter"))
    if named.path.lower().endswith("/resources"):
        scope = ResourceId(named.path.rpartition("/")[0])
        return {"value": filtered(resources.below(cloud, scope), request.query_params.get("$filter"))}
    if named.is_collection:
        found = deleted.listed(cloud, named) if deleted.is_of(named) else resources.listed(cloud, named)
        return {"value": found}
    return resources.get(cloud, named)


@router.put(_ANY)
def put(request: Request, body: PlainBody, named: Named, cloud: CloudDep, response: Response) -> Document:
    """Make or replace one. What takes Azure a while is an operation, over at once: its URL is in the header."""
    made, new = resources.put(cloud, named, body)
    kind = kind_of(named)
    response.status_code = kind.made if new else kind.changed
    if kind.polled:
        _wait(request, cloud, named, made.get("location") or "global", response)
    return made


@router.patch(_ANY)
def patch(request: Request, body: PlainBody, named: Named, cloud: CloudDep, response: Response) -> Document:
    """Change the fields that are given."""
    changed = resources.patch(cloud, named, body)
    response.status_code = kind_of(named).changed
    if response.status_code == HTTPStatus.ACCEPTED:
        _wait(request, cloud, named, changed.get("location") or "global", response)
    return changed


@router.delete(_ANY)
def delete(request: Request, named: Named, cloud: CloudDep) -> Response:
    """With all that lies in it: 200 or, as an operation, 202; 204 where there is none. 409 if a lock holds it."""
    if not resources.delete(cloud, named):
        return Response(status_code=204)
    response = Response(status_code=kind_of(named).gone)
    if response.status_code == HTTPStatus.ACCEPTED:
        _wait(request, cloud, named, "global", response)
    return response


@router.post(_ANY)
def act(named: Named, cloud: CloudDep) -> Document:
    """An action of a resource: the keys of a storage account, say."""
    target = ResourceId(named.path.rpartition("/")[0])
    actions = {name.lower(): action for name, action in kind_of(target).actions.items()}
    found, action = resources.get(cloud, target), actions.get(named.name.lower())
    if action is None:
        raise AzureError(501, "NotImplemented", f"The local cloud has no action {named.name} of {target.type}.")
    return action(cloud, target, found)


def _wait(request: Request, cloud: Cloud, named: ResourceId, location: str, response: Response) -> None:
    """The headers that say where to ask how it ended."""
    identifier = str(uuid.uuid4())
    place = f"/subscriptions/{named.subscription}/providers/{named.namespace}/locations/{location}/operations"
    path = f"{place}/{identifier}"
    cloud.store.put(_OPERATION, identifier, {"id": path, "name": identifier, "status": "Succeeded"})
    response.headers["Azure-AsyncOperation"] = f"{hosts.names(request, cloud).management}{path}?api-version=2024-01-01"
    response.headers["Retry-After"] = "0"
