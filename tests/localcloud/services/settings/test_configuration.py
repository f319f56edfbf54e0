"""The configuration of a workspace."""

from typing import Any

import pytest
from databricks.sdk.errors import BadRequest, PermissionDenied

from tests.localcloud.core import Core

DAY_S = 86_400


def _conf(core: Core, workspace: str = "prod") -> Any:
    return core.admin(workspace).workspace_conf


def test_values_are_kept_and_erased(core: Core) -> None:
    """Only what is given changes; what nobody set is null; another workspace has its own."""
    conf = _conf(core)
    conf.set_status({"enableIpAccessLists": "true", "enableWebTerminal": "false"})
    conf.set_status({"enableWebTerminal": "true", "enableExportNotebook": ""})
    keys = "enableIpAccessLists,enableWebTerminal,enableExportNotebook,maxTokenLifetimeDays"
    assert conf.get_status(keys) == {
        "enableIpAccessLists": "true",
        "enableWebTerminal": "true",
        "enableExportNotebook": "",
        "maxTokenLifetimeDays": None,
    }
    assert _conf(core, "dev").get_status("enableIpAccessLists") == {"enableIpAccessLists": None}
    answer = core.call("PATCH", f"{core.url('prod')}/api/2.0/workspace-conf", json={"enableWebTerminal": "false"})
    assert (answer.status_code, answer.content) == (204, b"")


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"enableEverything": "true"}, r"Invalid keys: \['enableEverything'\]"),
        ({}, "Invalid keys"),
        ({"enableWebTerminal": "maybe"}, "enableWebTerminal 'maybe' is neither true nor false"),
        ({"maxTokenLifetimeDays": "soon"}, "'soon' is not a number of days up to 730"),
        ({"maxTokenLifetimeDays": "731"}, "'731' is not a number of days up to 730"),
    ],
)
def test_unknown_keys_and_values_are_refused(core: Core, values: dict[str, str], message: str) -> None:
    """With 400, and nothing of the request is kept."""
    with pytest.raises(BadRequest, match=message):
        _conf(core).set_status({**values, **({"enableIpAccessLists": "true"} if values else {})})
    assert _conf(core).get_status("enableIpAccessLists") == {"enableIpAccessLists": None}
    with pytest.raises(BadRequest, match="Invalid keys"):
        _conf(core).get_status("enableEverything")


def test_no_token_outlives_the_workspaces_limit(core: Core) -> None:
    """Of one's own and on behalf of others: longer ones are refused, those without a lifetime end with the limit."""
    application, tokens = core.application("ann"), core.admin().tokens
    _conf(core).set_status({"maxTokenLifetimeDays": "30"})
    with pytest.raises(BadRequest, match=f"{31 * DAY_S} is not a number of seconds within 1..{30 * DAY_S}"):
        tokens.create(lifetime_seconds=31 * DAY_S)
    info = tokens.create().token_info
    assert info is not None
    assert int(info.expiry_time or 0) - int(info.creation_time or 0) == pytest.approx(30 * DAY_S * 1000, abs=1000)
    with pytest.raises(BadRequest, match="is outside"):
        core.admin().token_management.create_obo_token(application, lifetime_seconds=31 * DAY_S)
    assert core.admin("dev").tokens.create(lifetime_seconds=31 * DAY_S).token_value
    _conf(core).set_status({"maxTokenLifetimeDays": "0"})
    assert tokens.create(lifetime_seconds=31 * DAY_S).token_value


def test_no_token_is_made_where_they_are_turned_off(core: Core) -> None:
    """Until they are turned on again."""
    application = core.application("ann")
    _conf(core).set_status({"enableTokensConfig": "false"})
    with pytest.raises(PermissionDenied, match="Tokens are turned off in workspace prod"):
        core.admin().tokens.create()
    with pytest.raises(PermissionDenied, match="Tokens are turned off"):
        core.admin().token_management.create_obo_token(application)
    _conf(core).set_status({"enableTokensConfig": "true"})
    assert core.admin().tokens.create().token_value


def test_configuration_is_the_workspace_admins(core: Core) -> None:
    """Nobody else reads or changes it."""
    core.application("ann")
    with pytest.raises(PermissionDenied, match="Only a workspace admin may read"):
        core.sdk("ann").workspace_conf.get_status("enableIpAccessLists")
    with pytest.raises(PermissionDenied, match="Only a workspace admin may change"):
        core.sdk("ann").workspace_conf.set_status({"enableIpAccessLists": "true"})
