"""Azure Resource Manager: every resource by its id below `/subscriptions/{id}`. For the administrator only."""

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
    """The result of an operation. Locally every operation has finished when its URL is returned."""
    found = cloud.store.get(_OPERATION, operation)
    if found is None:
        raise AzureError(404, "OperationNotFound", f"Operation '{operation}' was not found.")
    return found


@router.get(f"{_PLACE}/deletedVaults/{{vault}}")
def deleted_vault(subscription: str, location: str, vault: str, cloud: CloudDep, _: Named) -> Document:
    """A vault that was deleted and not yet purged."""
    return deleted.vault(cloud, subscription, location, vault)


@router.post(f"{_PLACE}/deletedVaults/{{vault}}/purge")
def purge_vault(subscription: str, location: str, vault: str, cloud: CloudDep, _: Named) -> Document:
    """Purge a deleted vault. Refused if the vault has purge protection."""
    deleted.purge(cloud, subscription, location, vault)
    return {}


@router.get("")
def get_subscription(subscription: str, _: Named) -> Document:
    """A subscription. Any id is accepted."""
    shown = {"subscriptionId": subscription, "displayName": "Local cloud", "state": "Enabled"}
    return {"id": f"/subscriptions/{subscription}", **shown, "tenantId": made_up("tenant")}


@router.get("/providers")
def providers(_: Named) -> Document:
    """An empty list: resource providers need no registration here."""
    return {"value": []}


@router.post("/providers/{namespace}/checkNameAvailability")
def name_availability(body: PlainBody, cloud: CloudDep, _: Named) -> Document:
    """Whether a name is still free for a resource type. The provider asks before it creates a registry."""
    name, type_ = str(body.get("name") or ""), str(body.get("type") or "")
    if not name or not type_:
        raise invalid("InvalidRequest", "The name to check and its type are required.")
    if resources.is_free(cloud, type_, name):
        return {"nameAvailable": True}
    return {"nameAvailable": False, "reason": "AlreadyExists", "message": f"The name {name} is already in use."}


@router.get(_ANY)
def get(request: Request, named: Named, cloud: CloudDep) -> Any:
    """One resource, or all of a collection if the path names one."""
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
    """Create or replace a resource. Operations that take long on Azure finish at once; the header has their URL."""
    made, new = resources.put(cloud, named, body)
    kind = kind_of(named)
    response.status_code = kind.made if new else kind.changed
    if kind.polled:
        _wait(request, cloud, named, made.get("location") or "global", response)
    return made


@router.patch(_ANY)
def patch(request: Request, body: PlainBody, named: Named, cloud: CloudDep, response: Response) -> Document:
    """Change the given fields of a resource."""
    changed = resources.patch(cloud, named, body)
    response.status_code = kind_of(named).changed
    if response.status_code == HTTPStatus.ACCEPTED:
        _wait(request, cloud, named, changed.get("location") or "global", response)
    return changed


@router.delete(_ANY)
def delete(request: Request, named: Named, cloud: CloudDep) -> Response:
    """Delete a resource and its children: 200, or 202 with an operation; 204 if absent. 409 if it is locked."""
    if not resources.delete(cloud, named):
        return Response(status_code=204)
    response = Response(status_code=kind_of(named).gone)
    if response.status_code == HTTPStatus.ACCEPTED:
        _wait(request, cloud, named, "global", response)
    return response


@router.post(_ANY)
def act(named: Named, cloud: CloudDep) -> Document:
    """An action of a resource, for example listing a storage account's keys."""
    target = ResourceId(named.path.rpartition("/")[0])
    actions = {name.lower(): action for name, action in kind_of(target).actions.items()}
    found, action = resources.get(cloud, target), actions.get(named.name.lower())
    if action is None:
        raise AzureError(501, "NotImplemented", f"The local cloud has no action {named.name} of {target.type}.")
    return action(cloud, target, found)


def _wait(request: Request, cloud: Cloud, named: ResourceId, location: str, response: Response) -> None:
    """The headers with the URL of the operation's result."""
    identifier = str(uuid.uuid4())
    place = f"/subscriptions/{named.subscription}/providers/{named.namespace}/locations/{location}/operations"
    path = f"{place}/{identifier}"
    cloud.store.put(_OPERATION, identifier, {"id": path, "name": identifier, "status": "Succeeded"})
    response.headers["Azure-AsyncOperation"] = f"{hosts.names(request, cloud).management}{path}?api-version=2024-01-01"
    response.headers["Retry-After"] = "0"
