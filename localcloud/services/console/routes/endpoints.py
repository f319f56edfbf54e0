"""Serving endpoints, with a form to query them."""

import json
import time

from fastapi import APIRouter
from fastapi.responses import HTMLResponse

from localcloud.kernel.cloud import Cloud
from localcloud.kernel.errors import ApiError, not_found
from localcloud.kernel.parity import Level, Parity
from localcloud.kernel.store import Document
from localcloud.services.console import examples, pages, rights
from localcloud.services.console.paging import PageNumber, cut
from localcloud.services.console.visits import FormDep, PageRoute, Visit, VisitDep
from localcloud.services.serving import config, service
from localcloud.services.serving.routes.invocations import MAX_BODY_BYTES

PARITY = Parity(Level.LOCAL, "docs/localcloud.md")

router = APIRouter(prefix="/console/endpoints", route_class=PageRoute)
_PATH = "/{workspace}/{name}"


@router.get("")
def list_endpoints(looks: VisitDep, page: PageNumber = 1) -> HTMLResponse:
    """Every endpoint with its state."""
    found = sorted(looks.cloud.store.all(service.KIND), key=lambda one: (one["workspace"], one["name"]))
    shown, pager = cut(found, page)
    return pages.page(looks, "endpoints", endpoints=[{**one, "serves": _serves(one)} for one in shown], pager=pager)


@router.get(_PATH)
def show(workspace: str, name: str, looks: VisitDep) -> HTMLResponse:
    """One endpoint: what it serves, who may query it, and a form to do so."""
    endpoint = _find(looks.cloud, workspace, name)
    return _page(looks, endpoint, examples.request(looks.cloud, endpoint), None)


@router.post(_PATH)
def ask(workspace: str, name: str, looks: VisitDep, fields: FormDep) -> HTMLResponse:
    """Send the form's request, and show the endpoint's page with the answer."""
    endpoint, asked = _find(looks.cloud, workspace, name), fields.get("request", "")
    return _page(looks, endpoint, asked, _answer(looks.cloud, endpoint, asked))


def _page(looks: Visit, endpoint: Document, asked: str, answer: Document | None) -> HTMLResponse:
    return pages.page(
        looks,
        "endpoint",
        endpoint=endpoint,
        serves=_serves(endpoint),
        held=rights.permissions(looks.cloud, "serving-endpoints", endpoint["id"]),
        asked=asked,
        answer=answer,
    )


def _find(cloud: Cloud, workspace: str, name: str) -> Document:
    found = service.named(cloud.store, workspace, name)
    if found is None:
        raise not_found(f"Endpoint '{name}' does not exist in workspace '{workspace}'.")
    return found


def _serves(endpoint: Document) -> list[Document]:
    """Each served entity with its share of the traffic; ready ones first, then those of a running update."""
    live, pending = endpoint.get("config") or {}, endpoint.get("pending_config") or {}
    return [
        {**entity, "share": _shares(held).get(entity["name"]), "is_live": held is live}
        for held in (live, pending)
        for entity in held.get("served_entities", [])
    ]


def _shares(held: Document) -> dict[str, int]:
    routes = (held.get("traffic_config") or {}).get("routes", [])
    return {config.route_name(route): int(route["traffic_percentage"]) for route in routes}


def _answer(cloud: Cloud, endpoint: Document, asked: str) -> Document:
    """The endpoint's answer, the served entity and the duration. An error is an answer too."""
    started, raw = time.perf_counter(), asked.encode()
    try:
        if len(raw) > MAX_BODY_BYTES:
            raise ApiError(
                413, "REQUEST_TOO_LARGE", f"A request has at most {MAX_BODY_BYTES} bytes; given: {len(raw)}."
            )
        said, entity = service.of(cloud).answer(endpoint, "application/json", raw)
        status, body, by = (
            said.status,
            _pretty(said.body),
            " version ".join(filter(None, (entity["entity_name"], entity["entity_version"]))),
        )
    except ApiError as error:
        status, body, by = error.status, json.dumps(error.body(), indent=2, ensure_ascii=False), ""
    return {"status": status, "body": body, "by": by, "took_ms": (time.perf_counter() - started) * 1000}


def _pretty(body: bytes) -> str:
    text = body.decode("utf-8", "replace")
    try:
        return json.dumps(json.loads(text), indent=2, ensure_ascii=False)
    except ValueError:
        return text
