"""The matrix against the running local cloud: every principal tries what the matrix says that it may and may not do.

Compared is what the local cloud enforces: Unity Catalog's privileges, from every workspace that the principal may sign
in to, and the levels on jobs and cluster policies. Left out are who may sign in, and the workspace admins that follow
from it: the local cloud keeps those assignments and acts on nothing. So are the rows of `NOT_TRIED`, for its reasons.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from localcloud.endpoint import Endpoint
from localcloud.kernel import loopback
from policies.access.answers import Holding
from policies.access.build import estate_of
from policies.access.compute import Access, privileges_on
from policies.access.model import Key
from policies.access.privileges import AZURE
from policies.access.stacks import read_stacks
from tests.policies.access.probes import NOT_TRIED, PROBES, TAKEN, UNITY, Wire, needed

_ids: dict[Key, Any] = {}


@pytest.fixture(scope="module")
def computed(stacks_dir: Path) -> Access:
    """What the shipped stacks say."""
    return Access(estate_of(read_stacks(stacks_dir)))


@pytest.fixture(scope="module")
def http() -> Iterator[httpx.Client]:
    """One client for thousands of small calls."""
    with loopback.client(timeout=60) as client:
        yield client


@pytest.fixture(scope="module")
def admin(cloud: Endpoint, http: httpx.Client) -> dict[str, Wire]:
    """The local admin on each workspace."""
    return {name: Wire(http=http, url=url, token=cloud.admin_token) for name, url in cloud.workspaces.items()}


@pytest.fixture(scope="module")
def things(computed: Access, admin: dict[str, Wire]) -> Iterator[list[Key]]:
    """Every securable that can be probed, with a table in every schema; the tables go again afterwards."""
    declared = [key for key in sorted(computed.estate.securables) if any(kind == key.kind for kind, _ in PROBES)]
    keys = [key for key in declared if _is_deployed(admin[_environment(key)], key)]
    # Of the serving stack, which is deployed once a model is trained.
    assert {key.name for key in declared} - {key.name for key in keys} == {"prod.credit_inference"}
    made = []
    for key in keys:
        environment = _environment(key)
        _ids[key] = _identify(admin[environment], key)
        if key.kind == "schema":
            made.append((admin[environment], f"{UNITY}/tables/{key.name}.{TAKEN}"))
            wire = admin[environment]
            catalog, schema = key.name.split(".")
            body = {"catalog_name": catalog, "schema_name": schema, "name": TAKEN, "volume_type": "MANAGED"}
            assert wire.call("POST", f"{UNITY}/volumes", body).status_code in (200, 409)
            made.append((wire, f"{UNITY}/volumes/{key.name}.{TAKEN}"))
    yield keys
    for wire, path in made:
        wire.call("DELETE", path)


def _environment(key: Key) -> str:
    return key.name.partition("/")[0].partition(".")[0]


def _is_deployed(wire: Wire, key: Key) -> bool:
    return key.kind != "schema" or wire.call("GET", f"{UNITY}/schemas/{key.name}").status_code == 200


def _identify(wire: Wire, key: Key) -> Any:
    """The id by which the REST API knows the securable; of a schema, its probe table's."""
    name = key.name.partition("/")[2]
    if key.kind == "schema":
        catalog, schema = key.name.split(".")
        body = {"catalog_name": catalog, "schema_name": schema, "name": TAKEN, "columns": []}
        return wire.call("POST", f"{UNITY}/tables", body).json()["table_id"]
    if key.kind == "volume":
        return wire.call("GET", f"{UNITY}/volumes/{key.name}").json()["volume_id"]
    if key.kind == "job":
        jobs = wire.call("GET", "/api/2.1/jobs/list", {"name": name}).json()["jobs"]
        return next(job["job_id"] for job in jobs if job["settings"]["name"] == name)
    if key.kind == "cluster policy":
        found = wire.call("GET", "/api/2.0/policies/clusters/list").json()["policies"]
        return next(policy["policy_id"] for policy in found if policy["name"] == name)
    return key.name


def test_everybody_may_what_the_matrix_says_and_nothing_else(
    computed: Access, cloud: Endpoint, http: httpx.Client, things: list[Key]
) -> None:
    """Every principal, securable and privilege, from every workspace that the principal may sign in to."""
    wrong, tried = [], 0
    for principal in sorted(computed.estate.principals):
        workspaces = _workspaces(computed, principal)
        # Azure's identities and subjects outside sign in to no workspace under their own names.
        token = _token(cloud, http, principal) if workspaces else ""
        for workspace in workspaces:
            wire = Wire(http=http, url=cloud.workspaces[workspace], token=token)
            for key, privilege in _cases(computed, principal, workspace, things):
                says = _says(computed, principal, workspace, key, privilege)
                does = PROBES[key.kind, privilege](wire, key, _ids[key])
                tried += 1
                if says is not does:
                    wrong.append(f"{principal} in {workspace}: {privilege} on {key}: matrix {says}, cloud {does}")
    assert wrong == []
    # Fewer would mean that the probes no longer find what they are about.
    assert tried > 1_500


def test_a_right_that_no_call_can_try_is_left_out_by_name(computed: Access) -> None:
    """A new kind of row fails here, until it has a probe or a reason."""
    beyond = {
        row.privilege
        for row in computed.matrix()
        if row.privilege not in privileges_on(row.key.kind) and not _is_role(row)
    }
    assert beyond == {"RUNS_AS", "SIGN_IN", "CLEAR_VALUES", "MEMBER"}
    assert beyond <= NOT_TRIED.keys()
    assert not NOT_TRIED.keys() & {privilege for _, privilege in PROBES}


def _is_role(row: Holding) -> bool:
    """Roles of Azure and of the account, which their own services act on."""
    return row.key.kind == AZURE or row.privilege.startswith("roles/")


def _token(cloud: Endpoint, http: httpx.Client, principal: str) -> str:
    account = Wire(http=http, url=cloud.account_url, token=cloud.admin_token)
    return str(account.call("POST", "/local/tokens", {"as": principal}).json()["token"])


def _workspaces(computed: Access, principal: str) -> list[str]:
    assigned = {item.workspace_id for item in computed.assigned(principal)}
    return sorted(computed.estate.workspaces[number] for number in assigned if isinstance(number, int))


# Tried on what is another environment's, where one refusal is like the other.
_ABROAD = ("SELECT", "MODIFY", "READ_VOLUME", "EXECUTE")


def _cases(computed: Access, principal: str, workspace: str, things: list[Key]) -> Iterator[tuple[Key, str]]:
    # The local cloud knows no workspace admins, apart from the metastore's, who are admins of everything.
    levels = all(item.level != "ADMIN" for item in computed.assigned(principal))
    for key in things:
        own = key.name.replace("/", ".").partition(".")[0] == workspace
        wanted = own and levels if "/" in key.name else True
        for kind, privilege in PROBES:
            if wanted and kind == key.kind and (own or privilege in _ABROAD):
                yield key, privilege


def _says(computed: Access, principal: str, workspace: str, key: Key, privilege: str) -> bool:
    """What the matrix says."""
    answers = [computed.may(principal, key, each) for each in needed(privilege)]
    return all(answer.allowed and workspace in answer.workspaces for answer in answers)
