"""What the administrator made, read by every route that shows it: no other principal's token shows it."""

import pytest

from tests.localcloud.core import Core
from tests.localcloud.made import MADE, MARK

_UNITY = "/api/2.1/unity-catalog"
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
    for name, (path, body, field) in MADE.items():
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
