"""The durations that serving simulates: `/local/serving/pace`. Databricks has no such route."""

from dataclasses import asdict

from fastapi import APIRouter

from localcloud.kernel.body import JsonBody
from localcloud.kernel.cloud import CloudDep
from localcloud.kernel.identity import CallerDep
from localcloud.kernel.parity import Level, Parity
from localcloud.kernel.store import Document
from localcloud.services.serving import pace

PARITY = Parity(Level.LOCAL, "docs/concepts/serving.md")

router = APIRouter(prefix="/local/serving/pace")


@router.get("")
def show(cloud: CloudDep, caller: CallerDep) -> Document:
    """The current durations. Admin only."""
    caller.require_admin("see how slow serving is")
    return asdict(pace.read(cloud.store))


@router.patch("")
def change(body: JsonBody, cloud: CloudDep, caller: CallerDep) -> Document:
    """Change some durations; the others stay. Admin only."""
    caller.require_admin("change how slow serving is")
    return pace.write(cloud.store, body)
