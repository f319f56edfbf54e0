"""What a recording wrote: for each object the request that reads it, and every argument that was sent."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

Write = Callable[[re.Match[str], Any, Any], tuple[str, Any]]


@dataclass
class Written:
    """By host and path of the reading request: what the answer must hold, or None for what was deleted."""

    expected: dict[tuple[str, str], Any] = field(default_factory=dict)

    def take(self, method: str, host: str, path: str, sent: Any, answer: Any) -> tuple[str, str] | None:
        """Note a request that was answered with 2xx: its body as `sent`, and the body that came back.

        Where the object is read; None for a request that only reads.
        """
        route = f"{method} {path.partition('?')[0]}"
        for pattern, write in _WRITES.items():
            found = re.fullmatch(pattern, route)
            if found:
                read, expected = write(found, sent, answer)
                before = self.expected.get((host, read))
                self.expected[host, read] = merged(before, expected) if expected is not None else None
                return host, read
        assert method in ("GET", "HEAD"), f"{route} writes, and no rule says where it is read"
        return None


def merged(before: Any, after: Any) -> Any:
    """`before` with `after` over it, fields of objects one by one; entries that somebody was given add up."""
    if isinstance(before, dict) and isinstance(after, dict):
        return {**before, **{name: merged(before.get(name), value) for name, value in after.items()}}
    if isinstance(before, Given) and isinstance(after, Given):
        return Given([*before, *after])
    return after


class Given(list[Any]):
    """Entries that stay when others are added."""


def missing(expected: Any, found: Any, at: str = "") -> list[str]:
    """What of `expected` an answer does not hold, each with where. Of a list every entry must be in the other one."""
    if expected in (None, "", [], {}):
        return []
    if isinstance(expected, dict) and isinstance(found, dict):
        return [each for name, value in expected.items() for each in missing(value, found.get(name), f"{at}.{name}")]
    if isinstance(expected, list) and isinstance(found, list):
        lost = [each for each in expected if not any(not missing(each, other) for other in found)]
        return [f"{at}: {lost} not in {found}"] if lost else []
    return [] if str(expected) == str(found) else [f"{at}: {expected!r} is {found!r}"]


def _query(path: str, /, **parameters: object) -> str:
    return f"{path}?{urlencode(parameters)}"


def _under(field_: str, wrapper: str | None = None, inside: str | None = None) -> Write:
    """Read below the collection by the answer's id; the body was sent in `wrapper`, and comes back in `inside`."""

    def write(found: re.Match[str], sent: Any, answer: Any) -> tuple[str, Any]:
        body = answer[inside] if inside else answer
        expected = sent[wrapper] if wrapper else sent
        return f"{found['path']}/{body[field_]}", {inside: expected} if inside else expected

    return write


def _person(found: re.Match[str], sent: Any, answer: Any) -> tuple[str, Any]:
    known = {name: value for name, value in sent.items() if name not in ("schemas", "entitlements")}
    return f"{found['path']}/{answer['id']}", known


def _members(found: re.Match[str], sent: Any, _: Any) -> tuple[str, Any]:
    added = [member for each in sent["Operations"] if each["op"] == "add" for member in each["value"]]
    return found["path"], {"members": Given(added)}


def _assignment(found: re.Match[str], sent: Any, _: Any) -> tuple[str, Any]:
    entry = {"principal": {"principal_id": found["id"]}, "permissions": sent["permissions"]}
    return found["path"], {"permission_assignments": Given([entry])}


def _permissions(found: re.Match[str], sent: Any, _: Any) -> tuple[str, Any]:
    entries = [
        {who: entry[who], "all_permissions": [{"permission_level": entry["permission_level"]}]}
        for entry in sent.get("access_control_list", [])
        for who in entry.keys() - {"permission_level"}
    ]
    return found["path"], {"access_control_list": entries}


def _grants(found: re.Match[str], sent: Any, _: Any) -> tuple[str, Any]:
    added = [{"principal": each["principal"], "privileges": each["add"]} for each in sent["changes"] if "add" in each]
    return found["path"], {"privilege_assignments": Given(added)}


def _securable(found: re.Match[str], sent: Any, _: Any) -> tuple[str, Any]:
    levels = [sent[level] for level in ("catalog_name", "schema_name", "name") if level in sent]
    return f"{found['path']}/{'.'.join(levels)}", sent


def _setting(found: re.Match[str], sent: Any, _: Any) -> tuple[str, Any]:
    kept = {name: value for name, value in sent["setting"].items() if name not in ("etag", "setting_name")}
    return found["path"], kept


def _scope(found: re.Match[str], sent: Any, _: Any) -> tuple[str, Any]:
    scope = {"name": sent["scope"], "backend_type": sent["scope_backend_type"]}
    vault = {"keyvault_metadata": sent["backend_azure_keyvault"]} if "backend_azure_keyvault" in sent else {}
    return f"{found['path']}/list", {"scopes": Given([scope | vault])}


def _verb(id_: str, inside: str | None = None, wrapper: str | None = None) -> Write:
    """Made or changed by a verb, read by `get` and the id that was answered or sent."""

    def write(found: re.Match[str], sent: Any, answer: Any) -> tuple[str, Any]:
        number = answer[id_] if id_ in answer else sent[id_]
        expected = sent[wrapper] if wrapper else sent
        return _query(f"{found['path']}/get", **{id_: number}), {inside: expected} if inside else expected

    return write


def _gone(id_: str) -> Write:
    return lambda found, sent, _: (_query(f"{found['path']}/get", **{id_: sent[id_]}), None)


def _monitor(found: re.Match[str], sent: Any, _: Any) -> tuple[str, Any]:
    return found["path"], sent


def _secret(found: re.Match[str], sent: Any, _: Any) -> tuple[str, Any]:
    return _query(f"{found['path']}/list", scope=sent["scope"]), {"secrets": Given([{"key": sent["key"]}])}


def _secret_acl(found: re.Match[str], sent: Any, _: Any) -> tuple[str, Any]:
    asked = {name: sent[name] for name in ("scope", "principal")}
    return _query(f"{found['path']}/get", **asked), {name: sent[name] for name in ("principal", "permission")}


def _configuration(found: re.Match[str], sent: Any, _: Any) -> tuple[str, Any]:
    return _query(found["path"], keys=",".join(sent)), sent


def _known(path: str, expected: Any = None) -> Write:
    """Read at a path that the request's own one and body fill in; None for what is gone."""
    return lambda found, sent, _: (path.format(**found.groupdict(), **(sent or {})), expected)


_UNITY = r"(?P<path>/api/2\.1/unity-catalog"
_WRITES: dict[str, Write] = {
    r"POST (?P<path>.*/budgets)": _under("budget_configuration_id", "budget", "budget"),
    r"POST (?P<path>.*/budget-policies)": _under("policy_id", "policy"),
    r"POST (?P<path>.*/federationPolicies)": _under("policy_id"),
    r"POST (?P<path>.*/network-policies)": _under("network_policy_id"),
    r"POST (?P<path>.*/network-connectivity-configs)": _under("network_connectivity_config_id"),
    r"POST (?P<path>.*/scim/v2/\w+)": _person,
    r"PATCH (?P<path>.*/scim/v2/Groups/\d+)": _members,
    r"PUT (?P<path>.*/permissionassignments)/principals/(?P<id>\d+)": _assignment,
    r"POST (?P<path>.*/feature-store/online-stores)": _under("name"),
    r"PUT (?P<path>/api/2\.0/fs/files/.*)": lambda found, _, __: (found["path"], {}),
    r"POST (?P<path>/api/2\.0/(notification-destinations|repos|sql/warehouses))": _under("id"),
    r"PUT (?P<path>/api/2\.0/permissions/.*)": _permissions,
    r"POST (?P<path>/api/2\.0/policies/clusters)/create": _verb("policy_id"),
    r"POST (?P<path>/api/2\.0/policies/clusters)/delete": _gone("policy_id"),
    r"POST (?P<path>/api/2\.0/policies/clusters)/edit": _verb("policy_id"),
    r"POST (?P<path>/api/2\.0/instance-pools)/(create|edit)": _verb("instance_pool_id"),
    r"POST (?P<path>/api/2\.0/instance-pools)/delete": _gone("instance_pool_id"),
    r"POST (?P<path>/api/2\.1/clusters)/(create|edit)": _verb("cluster_id"),
    r"POST (?P<path>/api/2\.1/clusters)/permanent-delete": _gone("cluster_id"),
    r"PUT (?P<path>.*/scim/v2/ServicePrincipals/\d+)": lambda found, sent, _: (
        found["path"],
        {name: value for name, value in sent.items() if name not in ("schemas", "entitlements")},
    ),
    r"POST (?P<path>/api/2\.0/sql/warehouses/\w+)/edit": lambda found, sent, _: (found["path"], sent),
    r"POST (?P<path>/api/2\.0/serving-endpoints)": _under("name"),
    r"PUT (?P<path>/api/2\.0/serving-endpoints/\w+)/config": lambda found, sent, _: (found["path"], {"config": sent}),
    r"POST (?P<path>/api/2\.0/mlflow/experiments)/create": _verb("experiment_id", "experiment"),
    r"POST (?P<path>/api/2\.0/mlflow/experiments)/delete": lambda found, sent, _: (
        _query(f"{found['path']}/get", experiment_id=sent["experiment_id"]),
        {"experiment": {"lifecycle_stage": "deleted"}},
    ),
    r"POST (?P<path>/api/2\.2/jobs)/create": _verb("job_id", "settings"),
    r"POST (?P<path>/api/2\.2/jobs)/reset": _verb("job_id", "settings", "new_settings"),
    r"POST (?P<path>/api/2\.2/jobs)/delete": _gone("job_id"),
    r"POST (?P<path>/api/2\.0/workspace)/mkdirs": lambda found, sent, _: (
        _query(f"{found['path']}/get-status", path=sent["path"]),
        {"path": sent["path"], "object_type": "DIRECTORY"},
    ),
    r"POST (?P<path>/api/2\.0/workspace)/delete": lambda found, sent, _: (
        _query(f"{found['path']}/get-status", path=sent["path"]),
        None,
    ),
    r"POST (?P<path>/api/2\.0/workspace)/import": lambda found, sent, _: (
        _query(f"{found['path']}/get-status", path=sent["path"]),
        {"path": sent["path"]},
    ),
    r"POST (?P<path>/api/2\.0/secrets/scopes)/create": _scope,
    r"POST (?P<path>/api/2\.0/secrets/scopes)/delete": _known("/api/2.0/secrets/list?scope={scope}"),
    r"POST (?P<path>/api/2\.0/secrets)/put": _secret,
    r"POST (?P<path>/api/2\.0/secrets)/delete": _known("{path}/get?scope={scope}&key={key}"),
    r"POST (?P<path>/api/2\.0/secrets/acls)/put": _secret_acl,
    r"POST (?P<path>/api/2\.0/secrets/acls)/delete": _known("{path}/get?scope={scope}&principal={principal}"),
    rf"PUT {_UNITY})/workspaces/\d+/metastore": lambda found, sent, _: (
        f"{found['path']}/current-metastore-assignment",
        {"metastore_id": sent["metastore_id"]},
    ),
    rf"DELETE {_UNITY})/workspaces/\d+/metastore": _known("{path}/current-metastore-assignment"),
    rf"POST {_UNITY}/tables/.*/monitor)": _monitor,
    r"PATCH (?P<path>/api/2\.0/settings/.*)": _setting,
    r"PATCH (?P<path>/api/2\.0/workspace-conf)": _configuration,
    rf"POST {_UNITY}/[\w-]+)": _securable,
    rf"PATCH {_UNITY}/bindings/.*)": lambda found, sent, _: (found["path"], {"bindings": Given(sent.get("add", []))}),
    rf"PATCH {_UNITY}/permissions/.*)": _grants,
    rf"PATCH {_UNITY}/.*)": lambda found, sent, _: (found["path"], sent),
    rf"PUT {_UNITY}/metastores/[\w-]+/systemschemas)/(?P<name>\w+)": lambda found, _, __: (
        found["path"],
        {"schemas": Given([{"schema": found["name"], "state": "ENABLE_COMPLETED"}])},
    ),
    r"DELETE (?P<path>.*)": lambda found, _, __: (found["path"], None),
}
