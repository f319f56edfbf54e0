"""Errors, tokens and workspaces over HTTP."""

import time
from pathlib import Path

import pytest
from databricks.sdk.errors import NotImplemented as NotImplementedByServer
from databricks.sdk.errors import PermissionDenied

from localcloud.app import serve
from localcloud.kernel import identity
from localcloud.kernel.cloud import Cloud
from localcloud.kernel.listeners import PortInUseError
from localcloud.kernel.store import Store
from tests.localcloud.core import Core, start, stop


def test_an_unknown_route_answers_501_and_names_itself(core: Core) -> None:
    """So that what the local cloud lacks is plain; the SDK raises its NotImplemented."""
    answer = core.call("PUT", f"{core.url('prod')}/api/2.0/unheard-of")
    assert (answer.status_code, answer.json()) == (
        501,
        {
            "error_code": "NOT_IMPLEMENTED",
            "message": "The local cloud has no route PUT /api/2.0/unheard-of.",
            "details": [],
        },
    )
    with pytest.raises(NotImplementedByServer):
        core.admin().api_client.do("GET", "/api/2.0/unheard-of")


def test_without_a_token_nothing_is_answered(core: Core) -> None:
    """401 without one, 403 with a wrong one."""
    url = f"{core.url('prod')}/api/2.0/preview/scim/v2/Me"
    assert core.call("GET", url, "").status_code == 401
    wrong = core.call("GET", url, "dapi123")
    assert (wrong.status_code, wrong.json()["message"]) == (403, "Invalid access token.")


def test_a_token_works_in_its_workspace_until_it_ends(core: Core) -> None:
    """Elsewhere, after its lifetime, after revocation and after its principal was deleted it is refused."""
    application = core.application("runner")
    here, there = (f"{core.url(name)}/api/2.0/preview/scim/v2/Me" for name in ("prod", "dev"))
    token = core.token("runner")
    assert core.call("GET", here, token).json()["userName"] == application
    assert core.call("GET", there, token).status_code == 403
    short = identity.mint(core.cloud, "runner", "prod", 0)
    time.sleep(0.01)
    assert core.call("GET", here, short).status_code == 403
    identity.revoke(core.cloud, token)
    assert core.call("GET", here, token).status_code == 403


def test_a_deleted_principals_token_ends(core: Core) -> None:
    """Deleting a service principal closes its tokens."""
    core.application("runner")
    token = core.token("runner")
    admin = core.admin()
    found = next(sp for sp in admin.service_principals.list() if sp.display_name == "runner")
    admin.service_principals.delete(str(found.id))
    assert core.call("GET", f"{core.url('prod')}/api/2.0/preview/scim/v2/Me", token).status_code == 403


def test_tokens_are_kept_as_hashes(core: Core) -> None:
    """The state file does not hold a token."""
    core.application("runner")
    token = core.token("runner")
    state = b"".join(path.read_bytes() for path in core.cloud.home.glob("state.db*"))
    assert token.encode() not in state
    assert core.admin_token.encode() not in state


def test_only_the_admin_acts_as_others(core: Core) -> None:
    """`/local/tokens` takes names of users, service principals and groups, from an admin."""
    application = core.application("runner")
    core.admin().groups.create(display_name="analysts")
    url = f"{core.account_url}/local/tokens"
    as_runner = core.call("POST", url, json={"as": "runner"}).json()
    assert (as_runner["principal"], as_runner["kind"]) == (application, "service_principal")
    as_group = core.call("POST", url, json={"as": "analysts"}).json()
    assert as_group["kind"] == "group"
    assert core.call("POST", url, as_runner["token"], json={"as": "analysts"}).status_code == 403
    unknown = core.call("POST", url, json={"as": "nobody"})
    assert unknown.status_code == 404
    assert "Principal 'nobody' is not a user, service principal" in unknown.json()["message"]


def test_on_behalf_of_tokens(core: Core) -> None:
    """The SDK makes, lists and deletes a service principal's token."""
    application = core.application("runner")
    admin = core.admin()
    made = admin.token_management.create_obo_token(application, comment="ci", lifetime_seconds=60)
    assert made.token_info is not None
    assert made.token_value is not None
    me = f"{core.url('prod')}/api/2.0/preview/scim/v2/Me"
    assert core.call("GET", me, made.token_value).json()["displayName"] == "runner"
    assert "ci" in [token.comment for token in admin.token_management.list()]
    admin.token_management.delete(str(made.token_info.token_id))
    assert core.call("GET", me, made.token_value).status_code == 403
    with pytest.raises(PermissionDenied):
        core.sdk("runner").token_management.create_obo_token(application)


def test_a_workspace_takes_its_id_from_its_host(core: Core) -> None:
    """Bindings in the stacks name that id. Registering again changes neither id nor port."""
    before = core.cloud.workspace("dev")
    assert before.workspace_id == 1000000000000001
    body = {"name": "dev", "host": before.host}
    again = core.call("POST", f"{core.account_url}/local/workspaces", json=body).json()
    assert (again["port"], again["workspace_id"]) == (before.port, before.workspace_id)
    double = {"name": "other", "host": before.host}
    refused = core.call("POST", f"{core.account_url}/local/workspaces", json=double)
    assert (refused.status_code, refused.json()["error_code"]) == (409, "RESOURCE_ALREADY_EXISTS")
    assert [w.name for w in core.cloud.workspaces()] == ["dev", "prod"]


def test_a_restart_keeps_ports_state_and_the_admins_token(tmp_path: Path) -> None:
    """What clients hold goes on working."""
    first = start(tmp_path)
    ports = [first.cloud.account_port, *(w.port for w in first.cloud.workspaces())]
    stop(first)
    cloud = Cloud(home=tmp_path, store=Store(tmp_path / "state.db"))
    listeners = serve(cloud)
    second = Core(cloud, listeners, identity.ensure_admin(cloud, first.admin_token))
    assert second.admin_token == first.admin_token
    assert [cloud.account_port, *(w.port for w in cloud.workspaces())] == ports
    assert second.call("GET", f"{second.url('dev')}/api/2.0/preview/scim/v2/Me").status_code == 200
    stop(second)


def test_a_port_in_use_is_refused_clearly(core: Core, tmp_path: Path) -> None:
    """The message names the port and what to do; nothing is left listening."""
    cloud = Cloud(home=tmp_path / "other", store=Store(tmp_path / "other" / "state.db"))
    with pytest.raises(PortInUseError, match=f"Port {core.cloud.account_port} of 'account' on 127.0.0.1 is in use"):
        serve(cloud, core.cloud.account_port)
