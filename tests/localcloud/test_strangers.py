"""What the administrator made, read by every route that shows it: no other principal's token shows it."""

from typing import Any

import pytest

from tests.localcloud.core import Core

MARK = "for-the-owner-only"
_CONNECTOR = {"access_connector_id": f"/subscriptions/s/accessConnectors/{MARK}"}
_TASK = {"task_key": "a", "python_wheel_task": {"package_name": "p", "entry_point": "e"}}
_UNITY = "/api/2.1/unity-catalog"
_LOCATION = {"url": "abfss://gold@lake.dfs.core.windows.net/", "credential_name": "lake"}
# Path and body of what makes each object, and the field of its id in the answer.
_MADE: dict[str, tuple[str, dict[str, Any], str]] = {
    "credential": (
        f"{_UNITY}/storage-credentials",
        {"name": "lake", "comment": MARK, "azure_managed_identity": _CONNECTOR},
        "name",
    ),
    "location": (f"{_UNITY}/external-locations", {"name": "gold", "comment": MARK, **_LOCATION}, "name"),
    "catalog": (f"{_UNITY}/catalogs", {"name": "lake", "comment": MARK}, "name"),
    "schema": (f"{_UNITY}/schemas", {"name": "gold", "catalog_name": "lake", "comment": MARK}, "full_name"),
    "volume": (
        f"{_UNITY}/volumes",
        {"name": "v", "catalog_name": "lake", "schema_name": "gold", "volume_type": "MANAGED", "comment": MARK},
        "full_name",
    ),
    "model": (
        f"{_UNITY}/models",
        {"name": "m", "catalog_name": "lake", "schema_name": "gold", "comment": MARK},
        "full_name",
    ),
    "policy": ("/api/2.0/policies/clusters/create", {"name": MARK, "definition": "{}"}, "policy_id"),
    "pool": (
        "/api/2.0/instance-pools/create",
        {"instance_pool_name": MARK, "node_type_id": "Standard_DS3_v2"},
        "instance_pool_id",
    ),
    "cluster": (
        "/api/2.1/clusters/create",
        {"cluster_name": MARK, "spark_version": "17.3.x-scala2.13", "node_type_id": "Standard_DS3_v2"},
        "cluster_id",
    ),
    "job": ("/api/2.2/jobs/create", {"name": MARK, "tasks": [_TASK]}, "job_id"),
    "warehouse": ("/api/2.0/sql/warehouses", {"name": MARK, "cluster_size": "2X-Small"}, "id"),
    "addresses": ("/api/2.0/ip-access-lists", {"label": MARK, "list_type": "ALLOW", "ip_addresses": []}, ""),
    "scope": ("/api/2.0/secrets/scopes/create", {"scope": MARK}, ""),
    "secret": ("/api/2.0/secrets/put", {"scope": MARK, "key": MARK, "string_value": MARK}, ""),
}
# What shows an object, by the object's name above where its id is in the path.
_SHOWN = (
    *(f"{_UNITY}/{path}" for path in ("storage-credentials", "external-locations", "catalogs")),
    *(f"{_UNITY}/{path}" for path in ("schemas?catalog_name=lake", "volumes?catalog_name=lake&schema_name=gold")),
    *(f"{_UNITY}/{path}" for path in ("storage-credentials/{credential}", "external-locations/{location}")),
    *(f"{_UNITY}/{path}" for path in ("catalogs/{catalog}", "schemas/{schema}", "volumes/{volume}", "models/{model}")),
    "/api/2.0/policies/clusters/list",
    "/api/2.0/policies/clusters/get?policy_id={policy}",
    "/api/2.0/instance-pools/list",
    "/api/2.0/instance-pools/get?instance_pool_id={pool}",
    "/api/2.1/clusters/list",
    "/api/2.1/clusters/get?cluster_id={cluster}",
    "/api/2.2/jobs/list",
    "/api/2.2/jobs/get?job_id={job}",
    "/api/2.0/sql/warehouses",
    "/api/2.0/sql/warehouses/{warehouse}",
    "/api/2.0/ip-access-lists",
    "/api/2.0/secrets/scopes/list",
    f"/api/2.0/secrets/list?scope={MARK}",
    f"/api/2.0/secrets/get?scope={MARK}&key={MARK}",
    f"/api/2.0/secrets/acls/list?scope={MARK}",
)


@pytest.fixture
def ids(core: Core) -> dict[str, str]:
    """What the administrator made in `prod`: the id of each object."""
    found = {}
    for name, (path, body, field) in _MADE.items():
        answer = core.call("POST", f"{core.url('prod')}{path}", json=body)
        assert answer.status_code == 200, answer.text
        found[name] = str(answer.json()[field]) if field else ""
    return found


def test_no_token_of_one_principal_reads_what_is_anothers(core: Core, ids: dict[str, str]) -> None:
    """By every route that shows it to its owner: not by a stranger's token, a group's, nor one of another workspace."""
    core.application("stranger")
    core.admin().groups.create(display_name="analysts")
    others = {
        "a stranger": (core.token("stranger"), "prod"),
        "a member of a group": (core.token("analysts"), "prod"),
        "a stranger elsewhere": (core.token("stranger", "dev"), "dev"),
        "another workspace's token": (core.token("stranger", "dev"), "prod"),
    }
    paths = [path.format(**ids) for path in _SHOWN]
    unseen = [path for path in paths if MARK not in core.call("GET", f"{core.url('prod')}{path}").text]
    assert [path for path in unseen if "/secrets/" not in path] == []
    seen = {
        (who, path)
        for who, (token, workspace) in others.items()
        for path in paths
        if MARK in _without_the_path(core.call("GET", f"{core.url(workspace)}{path}", token).text)
    }
    assert seen == set()


def _without_the_path(text: str) -> str:
    """A refusal may say again what it was asked for; a document that is shown has it in a field of its own."""
    return "" if '"error_code"' in text else text
