"""Faults on demand: `/local/faults`. Databricks has no such route; there, they come by themselves."""

from fastapi import APIRouter, Request

from localcloud.kernel.body import JsonBody
from localcloud.kernel.cloud import CloudDep
from localcloud.kernel.errors import not_found
from localcloud.kernel.faults import Counted
from localcloud.kernel.identity import CallerDep
from localcloud.kernel.parity import Level, Parity
from localcloud.kernel.store import Document
from localcloud.parity import served
from localcloud.services.local import asked

PARITY = Parity(Level.LOCAL, "docs/localcloud.md")

router = APIRouter(prefix="/local/faults")


@router.get("")
def listed(cloud: CloudDep, caller: CallerDep) -> Document:
    """Every fault that is on, with how many calls it saw and hit. Admin only."""
    caller.require_admin("see the faults")
    return {"faults": [_document(each) for each in cloud.faults.all()]}


@router.post("")
def add(body: JsonBody, request: Request, cloud: CloudDep, caller: CallerDep) -> Document:
    """Turn a fault on until it is cleared or the local cloud restarts. Admin only.

    `kind` and `route` must be given; `services/local/asked.py` has every field.
    """
    caller.require_admin("add faults")
    return _document(cloud.faults.add(asked.fault(body, served(request.app.routes))))


@router.delete("")
def clear(cloud: CloudDep, caller: CallerDep) -> Document:
    """Turn all faults off; `cleared` is how many there were. Admin only."""
    caller.require_admin("clear faults")
    return {"cleared": cloud.faults.clear()}


@router.delete("/{number}")
def remove(number: int, cloud: CloudDep, caller: CallerDep) -> Document:
    """Turn one fault off. Admin only."""
    caller.require_admin("clear faults")
    if not cloud.faults.remove(number):
        on = ", ".join(str(each.number) for each in cloud.faults.all()) or "none"
        raise not_found(f"Fault {number} is not on; on are: {on}.")
    return {"cleared": 1}


def _document(each: Counted) -> Document:
    fault = each.fault
    given = {name: getattr(fault, name) for name in asked.FIELDS}
    return {"number": each.number, **given, "saw": each.saw, "hit": each.hit}
