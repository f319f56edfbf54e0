"""Validation of budget policies: tags for serverless usage, and the workspaces that may use them."""

from collections.abc import Collection
from typing import Any

from localcloud.kernel.body import only, required
from localcloud.kernel.errors import bad_request
from localcloud.kernel.store import Document

_TAGS_LIMIT = 20
_RESERVED = "databricks:"


def checked(policy: Document, workspaces: Collection[int]) -> Document:
    """The caller's fields of `policy`. Raises `ApiError` 400 for what Databricks refuses.

    `workspaces`: the ids of the account's.
    """
    only(policy, "policy_id", "policy_name", "custom_tags", "binding_workspace_ids")
    name = str(required(policy, "policy_name"))
    if name.startswith(_RESERVED) or not _in_latin1(name):
        raise bad_request(f"policy_name {name!r} has characters beyond ISO 8859-1, or starts with {_RESERVED}.")
    tags, bound = policy.get("custom_tags") or [], policy.get("binding_workspace_ids") or []
    _require_tags(tags)
    unknown = [each for each in bound if int(each) not in workspaces]
    if unknown:
        raise bad_request(f"binding_workspace_ids {unknown} are not workspaces of this account.")
    return {"policy_name": name, "custom_tags": tags, "binding_workspace_ids": [int(each) for each in bound]}


def _require_tags(tags: Any) -> None:
    if not isinstance(tags, list):
        raise bad_request(f"custom_tags is {str(tags)[:40]!r}: give a list of objects.")
    if len(tags) > _TAGS_LIMIT:
        raise bad_request(f"A policy has {_TAGS_LIMIT} custom_tags at most; given: {len(tags)}.")
    keys = [required(only(tag, "key", "value"), "key") for tag in tags]
    twice = sorted({key for key in keys if keys.count(key) > 1})
    if twice:
        raise bad_request(f"custom_tags name {', '.join(twice)} twice.")


def _in_latin1(name: str) -> bool:
    return all(ord(character) < 256 for character in name)
