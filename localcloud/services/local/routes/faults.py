"""Faults on demand: `/local/faults`. Databricks has no such route."""

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
    """Every active fault, with the number of calls that it saw and hit. Admin only."""
    caller.require_admin("see the faults")
    return {"faults": [_document(each) for each in cloud.faults.all()]}


@router.post("")
def add(body: JsonBody, request: Request, cloud: CloudDep, caller: CallerDep) -> Document:
    """Add a fault, active until it is cleared or the local cloud restarts. Admin only.

    `kind` and `route` must be given; `services/local/asked.py` has every field.
    """
    caller.require_admin("add faults")
    return _document(cloud.faults.add(asked.fault(body, served(request.app.routes))))


@router.delete("")
def clear(cloud: CloudDep, caller: CallerDep) -> Document:
    """Remove all faults. `cleared` is their number. Admin only."""
    caller.require_admin("clear faults")
    return {"cleared": cloud.faults.clear()}


@router.delete("/{number}")
def remove(number: int, cloud: CloudDep, caller: CallerDep) -> Document:
    """Remove one fault. Admin only."""
    caller.require_admin("clear faults")
    if not cloud.faults.remove(number):
        on = ", ".join(str(each.number) for each in cloud.faults.all()) or "none"
        raise not_found(f"Fault {number} is not on; on are: {on}.")
    return {"cleared": 1}


def _document(each: Counted) -> Document:
    fault = each.fault
    given = {name: getattr(fault, name) for name in asked.FIELDS}
    return {"number": each.number, **given, "saw": each.saw, "hit": each.hit}
