"""The kinds of drift. Each changes the first object of its kind, by name, so the same cloud drifts the same way."""

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from cli.errors import CommandError

if TYPE_CHECKING:
    from databricks.sdk import WorkspaceClient

_UNITY = "/api/2.1/unity-catalog"
_PLAN = "a plan of the stacks by real Terraform"
# A group that every account has.
_EVERYBODY = "users"
_READ = "SELECT"
_ID = re.compile(r"[0-9a-f]{8}-[0-9a-f-]{27}")


@dataclass(frozen=True, kw_only=True)
class Drift:
    """One kind of drift. A value is JSON: `read` gets a subject's value, `change` returns the drifted one.

    `noticed_by` names the command that finds it. `pick` lists the possible subjects in a catalog's workspace.
    """

    name: str
    what: str
    noticed_by: str
    pick: "Callable[[WorkspaceClient, str], Iterator[str]]"
    read: "Callable[[WorkspaceClient, str], Any]"
    write: "Callable[[WorkspaceClient, str, Any], object]"
    change: Callable[[Any], Any]

    def subject(self, client: "WorkspaceClient", catalog: str) -> str:
        """The subject: the first by name. Raises CommandError if there is none."""
        found = min(self.pick(client, catalog), default=None)
        if found is None:
            raise CommandError(f"drift {self.name!r}: no such object is deployed. Load the stacks: mlops up")
        return found


def _call(client: "WorkspaceClient", method: str, path: str, body: Any = None) -> Any:
    return client.api_client.do(method, path, body=body)


def _schemas(client: "WorkspaceClient", catalog: str) -> Iterator[str]:
    yield from (str(each.full_name) for each in client.schemas.list(catalog) if each.name != "information_schema")


def _privileges(client: "WorkspaceClient", schema: str) -> dict[str, list[str]]:
    rows = _call(client, "GET", f"{_UNITY}/permissions/schema/{schema}").get("privilege_assignments", [])
    return {row["principal"]: sorted(row["privileges"]) for row in rows}


def _granted(client: "WorkspaceClient", catalog: str) -> Iterator[str]:
    for schema in _schemas(client, catalog):
        if any(_READ in privileges for privileges in _privileges(client, schema).values()):
            yield schema


def _grant(client: "WorkspaceClient", schema: str, wanted: dict[str, list[str]]) -> None:
    held = _privileges(client, schema)
    changes = [
        {
            "principal": principal,
            "add": sorted(set(wanted.get(principal, [])) - set(held.get(principal, []))),
            "remove": sorted(set(held.get(principal, [])) - set(wanted.get(principal, []))),
        }
        for principal in sorted(wanted.keys() | held.keys())
    ]
    _call(client, "PATCH", f"{_UNITY}/permissions/schema/{schema}", {"changes": changes})


def _one_more(held: dict[str, list[str]]) -> dict[str, list[str]]:
    return held | {_EVERYBODY: sorted({*held.get(_EVERYBODY, []), _READ})}


def _one_less(held: dict[str, list[str]]) -> dict[str, list[str]]:
    # Groups before service principals, whose ids differ from one cloud to the next.
    readers = (principal for principal, privileges in held.items() if _READ in privileges)
    first = min(readers, key=lambda principal: (bool(_ID.fullmatch(principal)), principal))
    return {**held, first: [privilege for privilege in held[first] if privilege != _READ]}


def _comment(client: "WorkspaceClient", schema: str, text: str) -> None:
    _call(client, "PATCH", f"{_UNITY}/schemas/{schema}", {"comment": text})


def _starting(client: "WorkspaceClient", _: str) -> Iterator[str]:
    listed = (each.settings for each in client.jobs.list() if each.settings)
    yield from (str(settings.name) for settings in listed if settings.schedule or settings.trigger)


def _job_id(client: "WorkspaceClient", name: str) -> int:
    return int(next(client.jobs.list(name=name)).job_id or 0)


def _start(client: "WorkspaceClient", name: str) -> dict[str, Any]:
    """The whole schedule or trigger that starts a job automatically; empty without either."""
    settings = _call(client, "GET", f"/api/2.2/jobs/get?job_id={_job_id(client, name)}")["settings"]
    return {kind: settings[kind] for kind in ("schedule", "trigger") if kind in settings}


def _restart(client: "WorkspaceClient", name: str, start: dict[str, Any]) -> None:
    _call(client, "POST", "/api/2.2/jobs/update", {"job_id": _job_id(client, name), "new_settings": start})


def _switched(start: dict[str, Any]) -> dict[str, Any]:
    other = {"PAUSED": "UNPAUSED", "UNPAUSED": "PAUSED"}
    return {kind: how | {"pause_status": other[how.get("pause_status", "UNPAUSED")]} for kind, how in start.items()}


def _limited(client: "WorkspaceClient", _: str) -> Iterator[str]:
    yield from (str(each.name) for each in client.cluster_policies.list() if "maxValue" in str(each.definition))


def _policy(client: "WorkspaceClient", name: str) -> dict[str, Any]:
    found = next(each for each in client.cluster_policies.list() if each.name == name)
    return {"policy_id": found.policy_id, "name": name, "definition": found.definition}


def _edit(client: "WorkspaceClient", _: str, policy: dict[str, Any]) -> None:
    _call(client, "POST", "/api/2.0/policies/clusters/edit", policy)


def _raised(policy: dict[str, Any]) -> dict[str, Any]:
    """With the first limit doubled, by the name of its setting."""
    rules = json.loads(policy["definition"])
    limited = min(name for name, rule in rules.items() if "maxValue" in rule)
    rules[limited] |= {"maxValue": rules[limited]["maxValue"] * 2}
    return policy | {"definition": json.dumps(rules)}


DRIFTS = (
    Drift(
        name="comment",
        what="the comment of a schema",
        noticed_by=_PLAN,
        pick=_schemas,
        read=lambda client, schema: client.schemas.get(schema).comment or "",
        write=_comment,
        change=lambda text: f"{text} (changed by hand)".strip(),
    ),
    Drift(
        name="grant",
        what=f"an extra grant on a schema: {_READ} to {_EVERYBODY}",
        noticed_by=_PLAN,
        pick=_schemas,
        read=_privileges,
        write=_grant,
        change=_one_more,
    ),
    Drift(
        name="policy",
        what="a doubled limit in a cluster policy",
        noticed_by=_PLAN,
        pick=_limited,
        read=_policy,
        write=_edit,
        change=_raised,
    ),
    Drift(
        name="revoke",
        what=f"a missing privilege on a schema: {_READ} of its first reader",
        noticed_by="mlops doctor: everyone holds the schemas",
        pick=_granted,
        read=_privileges,
        write=_grant,
        change=_one_less,
    ),
    Drift(
        name="schedule",
        what="a job paused, or a paused one active",
        noticed_by="mlops doctor: every schedule is as declared",
        pick=_starting,
        read=_start,
        write=_restart,
        change=_switched,
    ),
)
