"""The registry protocol of MLflow's `databricks-uc` client: names, filters, pages and answers.

Field names are those of MLflow's `databricks_uc_registry_messages`. A field that no route reads is refused.
"""

import re
from collections.abc import Callable, Coroutine, Sequence
from typing import Any

from fastapi import Request, Response
from fastapi.routing import APIRoute

from localcloud.kernel.errors import ApiError, bad_request
from localcloud.kernel.names import levels
from localcloud.kernel.store import Document, Store
from localcloud.services.jobs import deployment_jobs
from localcloud.services.unity import models

PREFIX = "/api/2.0/mlflow/unity-catalog"
# Databricks answers with pages of a size of its own choice, whatever is asked for.
PAGE = 100
_FILTER = re.compile(r"""\s*(?P<field>name|run_id)\s*=\s*(?P<quote>['"])(?P<value>[^'"]+)(?P=quote)\s*""")
_RESOURCE = re.compile(r"[A-Z_]+_(?P<what>DOES_NOT_EXIST|ALREADY_EXISTS)")


class RegistryRoute(APIRoute):
    """A route whose errors have the registry's codes: RESOURCE_DOES_NOT_EXIST for missing objects."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """The handler, with its `ApiError` in the registry's format."""
        handle = super().get_route_handler()

        async def answer(request: Request) -> Response:
            try:
                return await handle(request)
            except ApiError as error:
                found = _RESOURCE.fullmatch(error.error_code)
                code = f"RESOURCE_{found['what']}" if found else error.error_code
                raise ApiError(error.status, code, error.message) from error

        return answer


def require_known(body: Document, *known: str) -> None:
    """Raise `ApiError` 400 naming every given field that the route does not support."""
    unknown = [field for field, value in body.items() if field not in known and value not in (None, "", [])]
    if unknown:
        raise bad_request(f"Field(s) {', '.join(unknown)} are not taken; taken are: {', '.join(known)}.")


def model_name(name: object) -> str:
    """`name` in lower case. Raises `ApiError` 400 unless it has three levels."""
    if not isinstance(name, str) or name.count(".") != 2:
        raise bad_request(f"'{name}' is not a registered model: specify all three levels, catalog.schema.model.")
    return ".".join(levels(name, 3))


def version_number(version: object) -> int:
    """A version as text. Raises `ApiError` 400 unless it is a number; stages are not supported."""
    if not isinstance(version, str | int) or not str(version).isdecimal():
        raise bad_request(f"'{version}' is not a version: give its number. Unity Catalog has no stages; use an alias.")
    return int(version)


def condition(text: str) -> tuple[str, str]:
    """Field and value of a filter of versions. Raises `ApiError` 400 for all but one condition on name or run_id."""
    found = _FILTER.fullmatch(text)
    if found is None:
        allowed = "name = '<catalog>.<schema>.<model>' or run_id = '<run>'"
        raise bad_request(
            f"Filter {text!r} is not supported for models in Unity Catalog; supported is one of {allowed}."
        )
    return found["field"], found["value"]


def page(found: Sequence[Document], field: str, max_results: int, page_token: str, *, most: int) -> Document:
    """One page of `found` under `field`, with the token of the next. Raises `ApiError` 400 for a size or token."""
    if not 1 <= max_results <= most:
        raise bad_request(f"max_results {max_results} is not allowed: 1 to {most}.")
    if page_token and not page_token.isdecimal():
        raise bad_request(f"page_token {page_token!r} is none that was given here.")
    start = int(page_token or 0)
    end = start + min(max_results, PAGE)
    more = {"next_page_token": str(end)} if end < len(found) else {}
    return {field: list(found[start:end]), **more}


def as_model(store: Store, document: Document) -> Document:
    """A registered model in the format of `get`, with aliases and tags."""
    named = models.aliases(store, document["full_name"])
    return {
        **as_found_model(document),
        "aliases": [{"alias": alias, "version": str(number)} for alias, number in named.items()],
        "tags": _pairs(models.tags(store, document["full_name"])),
        **_deployment(deployment_jobs.linked(store, document["full_name"])),
    }


def _deployment(job_id: str) -> Document:
    return {"deployment_job_id": job_id, "deployment_job_state": "CONNECTED"} if job_id else {}


def as_found_model(document: Document) -> Document:
    """A registered model in the format of a search: without aliases and tags."""
    return {
        "name": document["full_name"],
        "creation_timestamp": document["created_at"],
        "last_updated_timestamp": document["updated_at"],
        "user_id": document["owner"],
        "description": document.get("comment") or "",
    }


def as_version(store: Store, document: Document) -> Document:
    """A version in the format of `get`, with aliases and tags."""
    named = models.naming(store, document["model"], document["version"])
    return {
        **as_found_version(document),
        "aliases": [{"alias": alias, "version": str(document["version"])} for alias in named],
        "tags": _pairs(document["tags"]),
    }


def as_found_version(document: Document) -> Document:
    """A version in the format of a search: without aliases and tags."""
    return {
        "name": document["model"],
        "version": str(document["version"]),
        "creation_timestamp": document["created_at"],
        "last_updated_timestamp": document["updated_at"],
        "user_id": document["created_by"],
        "description": document["comment"],
        **{field: document[field] for field in ("source", "run_id", "status", "storage_location", "model_id")},
    }


def _pairs(tags: dict[str, str]) -> list[Document]:
    return [{"key": key, "value": value} for key, value in tags.items()]
