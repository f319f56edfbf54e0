"""Settings of a workspace, as the SDK asks for them."""

from typing import Any

import pytest
from databricks.sdk.errors import BadRequest, NotFound, PermissionDenied
from databricks.sdk.errors.base import DatabricksError
from databricks.sdk.service.settings import (
    BooleanMessage,
    DefaultNamespaceSetting,
    DisableLegacyAccess,
    RestrictWorkspaceAdminsMessage,
    RestrictWorkspaceAdminsMessageStatus,
    RestrictWorkspaceAdminsSetting,
    StringMessage,
)

from tests.localcloud.core import Core

RESTRICTED = RestrictWorkspaceAdminsMessageStatus.RESTRICT_TOKENS_AND_JOB_RUN_AS


def _path(setting: str) -> str:
    return f"/api/2.0/settings/types/{setting}/names/default"


def _etag(error: DatabricksError) -> str:
    return str(error.get_error_details().error_info.metadata["etag"])  # type: ignore[union-attr]


def test_a_change_needs_the_newest_etag(core: Core) -> None:
    """What was never set is 404 with an etag, by which it is set; an older one gets 409 with the newest."""
    settings = core.admin().settings.default_namespace
    with pytest.raises(NotFound) as unset:
        settings.get()
    wanted = DefaultNamespaceSetting(namespace=StringMessage("prod"))
    with pytest.raises(DatabricksError) as without:
        settings.update(True, wanted, "namespace.value")
    assert without.value.error_code == "RESOURCE_CONFLICT"
    assert _etag(without.value) == _etag(unset.value)
    wanted.etag = _etag(unset.value)
    made = settings.update(True, wanted, "namespace.value")
    assert (made.namespace.value, made.setting_name) == ("prod", "default")
    assert settings.get() == made
    with pytest.raises(DatabricksError) as stale:
        settings.delete(etag=wanted.etag)
    assert _etag(stale.value) == made.etag
    after = settings.delete(etag=made.etag)
    with pytest.raises(NotFound) as gone:
        settings.get()
    assert _etag(gone.value) == after.etag != made.etag


def test_without_versions_an_etag_may_be_left_out(core: Core) -> None:
    """A setting that has a default shows it; another workspace keeps its own."""
    settings = core.admin().settings.disable_legacy_access
    assert settings.get().disable_legacy_access.value is False
    on = DisableLegacyAccess(disable_legacy_access=BooleanMessage(True))
    made = settings.update(True, on, "disable_legacy_access.value")
    assert settings.get() == made
    assert made.disable_legacy_access.value is True
    assert core.admin("dev").settings.disable_legacy_access.get().disable_legacy_access.value is False
    stale = DisableLegacyAccess(disable_legacy_access=BooleanMessage(False), etag="0")
    with pytest.raises(DatabricksError, match="is not the newest"):
        settings.update(True, stale, "disable_legacy_access.value")
    settings.delete(etag=made.etag)
    assert settings.get().disable_legacy_access.value is False


def test_admins_do_not_free_themselves(core: Core) -> None:
    """A workspace admin sets what is the workspace's; what restricts workspace admins is the account admins'."""
    core.application("ann")
    ann = next(int(str(each.id)) for each in core.admin().service_principals.list() if each.display_name == "ann")
    url = f"{core.url('prod')}/api/2.0/preview/permissionassignments/principals/{ann}"
    assert core.call("PUT", url, json={"permissions": ["ADMIN"]}).status_code == 200
    own = core.sdk("ann").settings
    on = DisableLegacyAccess(disable_legacy_access=BooleanMessage(True))
    assert own.disable_legacy_access.update(True, on, "disable_legacy_access.value").etag
    restrict = core.admin().settings.restrict_workspace_admins
    held = own.restrict_workspace_admins.get()
    assert held.restrict_workspace_admins.status is RestrictWorkspaceAdminsMessageStatus.ALLOW_ALL
    wanted = RestrictWorkspaceAdminsSetting(RestrictWorkspaceAdminsMessage(RESTRICTED), etag=held.etag)
    with pytest.raises(PermissionDenied, match="change what workspace admins may do"):
        own.restrict_workspace_admins.update(True, wanted, "restrict_workspace_admins.status")
    restrict.update(True, wanted, "restrict_workspace_admins.status")
    assert restrict.get().restrict_workspace_admins.status is RESTRICTED
    core.application("ben")
    with pytest.raises(PermissionDenied, match="Only a workspace admin may change settings"):
        core.sdk("ben").settings.disable_legacy_access.update(True, on, "disable_legacy_access.value")


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ({"field_mask": "owner"}, "field_mask 'owner' is not a field of this setting; it has namespace.value"),
        ({"allow_missing": False}, "allow_missing must be true"),
        ({"setting": {"namespace": {"value": 3}}}, "setting.namespace.value is no str"),
        ({"setting": {"namespace": {"value": "x", "colour": 1}}}, "colour are not understood"),
        ({"setting": {"other": {}, "name": "x"}}, "name are not understood"),
        ({"force": True}, "force are not understood"),
    ],
)
def test_what_no_setting_can_say_is_refused(core: Core, body: dict[str, Any], message: str) -> None:
    """With 400, by name."""
    valid = {"allow_missing": True, "field_mask": "namespace.value", "setting": {"namespace": {"value": "prod"}}}
    answer = core.call("PATCH", f"{core.url('prod')}{_path('default_namespace_ws')}", json=valid | body)
    assert (answer.status_code, answer.json()["error_code"]) == (400, "INVALID_PARAMETER_VALUE")
    assert message in answer.json()["message"]


def test_a_value_out_of_its_list_and_an_unknown_setting_are_refused(core: Core) -> None:
    """400 that names the allowed ones; 501 that names the settings that are kept."""
    status = {"restrict_workspace_admins": {"status": "ALLOW_SOME"}}
    body = {"allow_missing": True, "field_mask": "restrict_workspace_admins.status", "setting": status}
    with pytest.raises(BadRequest, match="'ALLOW_SOME' is not one of ALLOW_ALL, RESTRICT_TOKENS_AND_JOB_RUN_AS"):
        core.admin().api_client.do("PATCH", _path("restrict_workspace_admins"), body=body)
    answer = core.call("GET", f"{core.url('prod')}{_path('tabs_or_spaces')}")
    assert (answer.status_code, "no setting tabs_or_spaces" in answer.json()["message"]) == (501, True)
