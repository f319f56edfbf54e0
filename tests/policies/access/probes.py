"""Calls by which a principal tries what it may do on a running local cloud."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import httpx

from policies.access.model import Key

UNITY = "/api/2.1/unity-catalog"
# What is there already in every schema, so that making it again makes nothing.
TAKEN = "access_probe"


@dataclass(frozen=True, kw_only=True)
class Wire:
    """One principal on one workspace of the running cloud."""

    http: httpx.Client
    url: str
    token: str

    def allowed(self, method: str, path: str, body: dict[str, Any] | None = None) -> bool:
        """Whether the call is let through: anything but a refusal, such as 409 for what is there already."""
        return self.call(method, path, body).status_code != 403

    def call(self, method: str, path: str, body: dict[str, Any] | None = None) -> httpx.Response:
        """One call as this principal."""
        answer = self.http.request(
            method,
            self.url + path,
            headers={"Authorization": f"Bearer {self.token}"},
            **({"params": body} if method == "GET" else {"json": body or {}}),
        )
        assert answer.status_code < 500, answer.text
        return answer

    def made(self, path: str, body: dict[str, Any]) -> dict[str, Any]:
        """What a call made, as it is answered."""
        answer = self.call("POST", path, body)
        assert answer.status_code == 200, answer.text
        found: dict[str, Any] = answer.json()
        return found


# Whether somebody gets through on a securable; the last argument is the id by which REST knows it.
Probe = Callable[[Wire, Key, Any], bool]


def _in_schema(kind: str, **more: Any) -> Probe:
    """Making something that is there already: 409 to those who may, and nothing is made."""

    def probe(wire: Wire, key: Key, _: Any) -> bool:
        catalog, schema = key.name.split(".")
        body = {"catalog_name": catalog, "schema_name": schema, "name": TAKEN} | more
        return wire.allowed("POST", f"{UNITY}/{kind}", body)

    return probe


def _table(operation: str) -> Probe:
    return lambda wire, _, table_id: wire.allowed(
        "POST", f"{UNITY}/temporary-table-credentials", {"table_id": table_id, "operation": operation}
    )


def _volume(operation: str) -> Probe:
    return lambda wire, _, volume_id: wire.allowed(
        "POST", f"{UNITY}/temporary-volume-credentials", {"volume_id": volume_id, "operation": operation}
    )


def _model(method: str, route: str, **more: str) -> Probe:
    return lambda wire, key, _: wire.allowed(
        method, f"/api/2.0/mlflow/unity-catalog/registered-models/{route}", {"name": key.name} | more
    )


def _job(method: str, route: str, **more: Any) -> Probe:
    return lambda wire, _, job_id: wire.allowed(method, f"/api/2.1/jobs/{route}", {"job_id": job_id} | more)


def making_a_schema(taken: str) -> Probe:
    """Making the schema `taken` of the catalog again."""
    return lambda wire, key, _: wire.allowed("POST", f"{UNITY}/schemas", {"catalog_name": key.name, "name": taken})


# What to try for each privilege. MODIFY needs SELECT, WRITE_VOLUME needs READ_VOLUME, here as on Databricks.
PROBES: Mapping[tuple[str, str], Probe] = {
    ("catalog", "CREATE_SCHEMA"): making_a_schema("platform_ops"),
    ("schema", "SELECT"): _table("READ"),
    ("schema", "MODIFY"): _table("READ_WRITE"),
    ("schema", "CREATE_TABLE"): _in_schema("tables"),
    ("schema", "CREATE_VOLUME"): _in_schema("volumes", volume_type="MANAGED"),
    ("volume", "READ_VOLUME"): _volume("READ_VOLUME"),
    ("volume", "WRITE_VOLUME"): _volume("WRITE_VOLUME"),
    ("model", "EXECUTE"): _model("GET", "get"),
    ("model", "MANAGE"): _model("DELETE", "alias", alias="nobody-has-this-alias"),
    ("job", "CAN_VIEW"): _job("GET", "get"),
    ("job", "CAN_MANAGE_RUN"): _job("POST", "runs/cancel-all"),
    # Changing the job itself needs, beyond CAN_MANAGE, the right to run as its principal.
    ("job", "CAN_MANAGE"): lambda wire, _, job_id: wire.allowed(
        "PATCH", f"/api/2.0/permissions/jobs/{job_id}", {"access_control_list": []}
    ),
    ("cluster policy", "CAN_USE"): lambda wire, _, policy_id: wire.allowed(
        "GET", "/api/2.0/policies/clusters/get", {"policy_id": policy_id}
    ),
}
# Rows that no call can try, by privilege: they say what a principal is, or what it is spared, not what it may do.
NOT_TRIED: Mapping[str, str] = {
    "RUNS_AS": "The job runs as its principal, which calls nothing itself for that.",
    "SINGLE_USER": "The local cloud does not read whose a cluster is.",
    "SIGN_IN": "A subject outside would need a token that its issuer signs.",
    "CLEAR_VALUES": "What a mask shows takes SQL, so Spark: tests/localcloud/loader/test_masks.py reads through masks.",
    "MEMBER": "A membership counts by what its group holds, which is tried.",
    "NAMED_IN_SQL": "The row does not say whether the SQL spares or stops whom it names.",
}
_NEEDED = {"MODIFY": ("SELECT", "MODIFY"), "WRITE_VOLUME": ("READ_VOLUME", "WRITE_VOLUME")}


def needed(privilege: str) -> tuple[str, ...]:
    """What the probe of a privilege needs. Writing a table or a volume needs reading it too."""
    return _NEEDED.get(privilege, (privilege,))
