"""Budgets: `/api/2.1/accounts/{id}/budgets`. Nothing here costs anything, so no alert is ever sent. Admin only."""

from typing import Annotated

from fastapi import APIRouter, Depends

from localcloud.kernel import pages, query
from localcloud.kernel.body import JsonBody, only, required
from localcloud.kernel.cloud import CloudDep
from localcloud.kernel.errors import not_found
from localcloud.kernel.identity import Caller, admin_to
from localcloud.kernel.parity import Level, Parity
from localcloud.kernel.store import Document
from localcloud.services.billing import budgets

PARITY = Parity(Level.STATEFUL, "https://docs.databricks.com/api/azure/account/budgets")
_KIND = "budget"


Admin = Annotated[Caller, Depends(admin_to("manage budgets"))]
router = APIRouter(prefix="/api/2.1/accounts/{account_id}/budgets", dependencies=[Depends(query.require_known)])


@router.post("")
def create(account_id: str, body: JsonBody, cloud: CloudDep, _: Admin) -> Document:
    """Create a budget with its alerts, each with an amount in US dollars and recipients."""
    budget = budgets.made(account_id, required(only(body, "budget"), "budget"))
    return _kept(cloud, budget)


@router.get("")
def list_all(cloud: CloudDep, _: Admin, page_token: str | None = None) -> Document:
    """The account's budgets, by id, in pages."""
    found = {each["budget_configuration_id"]: each for each in cloud.store.all(_KIND)}
    shown, token = pages.page(list(found), None, page_token)
    return {"budgets": [found[each] for each in shown]} | ({"next_page_token": token} if token else {})


@router.get("/{budget_id}")
def get(budget_id: str, cloud: CloudDep, _: Admin) -> Document:
    """One budget."""
    return {"budget": _found(cloud, budget_id)}


@router.put("/{budget_id}")
def replace(account_id: str, budget_id: str, body: JsonBody, cloud: CloudDep, _: Admin) -> Document:
    """Replace a budget; its id and creation time stay."""
    before = _found(cloud, budget_id)
    return _kept(cloud, budgets.made(account_id, required(only(body, "budget"), "budget"), before))


@router.delete("/{budget_id}")
def delete(budget_id: str, cloud: CloudDep, _: Admin) -> Document:
    """Delete a budget."""
    _found(cloud, budget_id)
    cloud.store.delete(_KIND, budget_id)
    return {}


def _kept(cloud: CloudDep, budget: Document) -> Document:
    cloud.store.put(_KIND, budget["budget_configuration_id"], budget)
    return {"budget": budget}


def _found(cloud: CloudDep, budget_id: str) -> Document:
    found = cloud.store.get(_KIND, budget_id)
    if found is None:
        raise not_found(f"Budget '{budget_id}' does not exist.")
    return found
