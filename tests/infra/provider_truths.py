"""What the real Databricks provider does with a document that its schema accepts: refusals, changes for ever, order.

Seen with provider 1.99.0 and Terraform 1.11.4; each function names what it found by address.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

_REFERENCE = re.compile(r"\$\{(?P<address>[a-z0-9_]+\.[A-Za-z0-9_-]+)\.")
_BINDING = "databricks_workspace_binding"
# Arguments that the provider does not compute and Databricks always answers. Left out, the apply fails once the object
# is made: "was null, but now …".
_ANSWERED = {
    "databricks_account_network_policy": ("account_id",),
    "databricks_alert_v2": ("schedule.pause_status",),
    "databricks_entity_tag_assignment": ("tag_value",),
    "databricks_policy_info": ("comment",),
    "databricks_service_principal_federation_policy": ("description", "oidc_policy.subject_claim"),
    "databricks_tag_policy": ("description",),
}
_SECURABLES = {
    "catalog": "databricks_catalog",
    "external_location": "databricks_external_location",
    "storage_credential": "databricks_storage_credential",
}
Document = Mapping[str, Any]


def empty_items(document: Document) -> Iterator[str]:
    """Lists with a null or an empty text: `parameters[<nil>] is not a string`."""
    for kind in ("provider", "resource", "data"):
        yield from _empty_items(document.get(kind, {}), kind)


def _empty_items(value: Any, path: str) -> Iterator[str]:
    if isinstance(value, Mapping):
        for name, inner in value.items():
            yield from _empty_items(inner, f"{path}.{name}")
    elif isinstance(value, list):
        for position, inner in enumerate(value):
            here = f"{path}[{position}]"
            yield from [here] if inner in (None, "") else _empty_items(inner, here)


def unsorted_blocks(document: Document) -> Iterator[str]:
    """Blocks in another order than the provider reads them in: tasks, what a task depends on, webhooks."""
    for name, job in document.get("resource", {}).get("databricks_job", {}).items():
        yield from _unsorted(job.get("task", []), "task_key", f"{name}.task")
        for block in (job, *job.get("task", [])):
            here = f"{name}.{block.get('task_key', '')}"
            yield from _unsorted(block.get("depends_on", []), "task_key", f"{here}.depends_on")
            for event, webhooks in (block.get("webhook_notifications") or {}).items():
                yield from _unsorted(webhooks, "id", f"{here}.{event}")


def _unsorted(blocks: Sequence[Mapping[str, Any]], key: str, path: str) -> Iterator[str]:
    given = [block[key] for block in blocks]
    if given != sorted(given):
        yield f"{path}: {', '.join(given)}"


def unsaid_answers(document: Document) -> Iterator[str]:
    """Arguments that are left out and answered all the same."""
    for type_, answered in _ANSWERED.items():
        for name, arguments in document.get("resource", {}).get(type_, {}).items():
            for path in answered:
                block, _, argument = path.rpartition(".")
                if argument not in (arguments[block] if block else arguments):
                    yield f"{type_}.{name}.{path}: left out, and answered"


def before_their_binding(document: Document) -> Iterator[str]:
    """What refers to an isolated securable, and could outlive the binding by which its own workspace reaches it."""
    needs = _needs(document)
    for address, binding in _bindings(document):
        own = f"{_host_id(document)}" == str(binding["workspace_id"])
        securable = f"{_SECURABLES[binding['securable_type']]}."
        (bound,) = [each for each in needs[address] if each.startswith(securable)]
        if own and binding["securable_type"] != "catalog":
            yield f"{address}: destroyed before {bound}, which the workspace then cannot destroy"
        for user in needs if own else ():
            if bound in needs[user] and address not in needs[user] and not user.startswith(_BINDING):
                yield f"{user}: may be destroyed after {address}"


def before_their_location(document: Document) -> Iterator[str]:
    """What is stored below the URL of an external location without depending on it."""
    needs = _needs(document)
    locations = document.get("resource", {}).get("databricks_external_location", {})
    for name, location in locations.items():
        for address, arguments in _resources(document):
            stored = {str(arguments.get("storage_root", "")), str(arguments.get("storage_location", ""))}
            inside = any(place.startswith(location["url"]) for place in stored)
            if inside and f"databricks_external_location.{name}" not in needs[address]:
                yield f"{address}: stored in {location['url']}"


def _resources(document: Document) -> Iterator[tuple[str, Mapping[str, Any]]]:
    for type_, instances in document.get("resource", {}).items():
        for name, arguments in instances.items():
            yield f"{type_}.{name}", arguments


def _bindings(document: Document) -> list[tuple[str, Mapping[str, Any]]]:
    return [(address, arguments) for address, arguments in _resources(document) if address.startswith(f"{_BINDING}.")]


def _host_id(document: Document) -> str:
    (provider,) = document["provider"]["databricks"]
    found = re.match(r"https://adb-(\d+)\.", provider["host"])
    return found.group(1) if found else ""


def _needs(document: Document) -> dict[str, set[str]]:
    """By address: every resource that is made before it and destroyed after it."""
    direct = {address: set(_direct(arguments)) for address, arguments in _resources(document)}
    return {address: _reached(address, direct) for address in direct}


def _reached(address: str, direct: Mapping[str, set[str]]) -> set[str]:
    found: set[str] = set()
    waiting = list(direct[address])
    while waiting:
        each = waiting.pop()
        if each not in found:
            found.add(each)
            waiting += direct.get(each, ())
    return found


def _direct(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield from (match["address"] for match in _REFERENCE.finditer(value))
    elif isinstance(value, Mapping):
        # Terraform's own; a task's are blocks.
        yield from (other for other in value.get("depends_on", ()) if isinstance(other, str))
        for inner in value.values():
            yield from _direct(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _direct(inner)
