"""Routes that exist only locally: the applied resources by stack and address, like Terraform's state."""

from fastapi import APIRouter

from localcloud.kernel.body import JsonBody, required
from localcloud.kernel.cloud import CloudDep
from localcloud.kernel.errors import bad_request
from localcloud.kernel.identity import CallerDep
from localcloud.kernel.parity import Level, Parity
from localcloud.kernel.store import Document

PARITY = Parity(Level.LOCAL, "docs/localcloud.md")

router = APIRouter(prefix="/local/stacks")
_KIND = "stack_resource"


@router.get("/{stack}")
def applied(stack: str, cloud: CloudDep, caller: CallerDep) -> Document:
    """The applied `resources` of `stack`, by address. Admin only."""
    caller.require_admin("read what was deployed")
    found = (body for body in cloud.store.all(_KIND) if body["stack"] == stack)
    return {"resources": {body["address"]: body for body in found}}


@router.put("/{stack}")
def record(stack: str, body: JsonBody, cloud: CloudDep, caller: CallerDep) -> Document:
    """Store applied `resources` by address. `order` is the order of their first creation. Admin only."""
    caller.require_admin("record what was deployed")
    with cloud.lock:
        for address, found in _resources(body).items():
            before = cloud.store.get(_KIND, f"{stack}/{address}")
            order = before["order"] if before else cloud.store.next_id(_KIND)
            cloud.store.put(_KIND, f"{stack}/{address}", {**found, "stack": stack, "address": address, "order": order})
    return {}


@router.delete("/{stack}/{address}")
def forget(stack: str, address: str, cloud: CloudDep, caller: CallerDep) -> Document:
    """Remove the records of deleted resources. Admin only."""
    caller.require_admin("forget what was deployed")
    cloud.store.delete(_KIND, f"{stack}/{address}")
    return {}


def _resources(body: Document) -> dict[str, Document]:
    """The records of a body, by address. Raises `ApiError` 400 for anything else."""
    found = required(body, "resources")
    if not isinstance(found, dict) or not all(isinstance(each, dict) for each in found.values()):
        raise bad_request("resources must be an object: a record by address.")
    return found
