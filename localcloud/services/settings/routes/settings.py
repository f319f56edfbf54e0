"""Settings of a workspace: `/api/2.0/settings/types/{type}/names/default`. Stored with an etag that each change renews.

A change with an outdated etag, or without a required one, is refused with 409 and the newest etag, which the Terraform
provider then sends.
"""

from typing import NoReturn

from fastapi import APIRouter, Depends

from localcloud.kernel import query
from localcloud.kernel.body import JsonBody, only, required
from localcloud.kernel.cloud import Cloud, CloudDep
from localcloud.kernel.errors import ApiError, bad_request
from localcloud.kernel.identity import Caller, CallerDep
from localcloud.kernel.parity import Level, Parity
from localcloud.kernel.store import Document
from localcloud.services.settings import kinds

PARITY = Parity(Level.STATEFUL, "https://docs.databricks.com/api/azure/workspace/settings")
_KIND = "workspace_setting"
_NAME = "default"

router = APIRouter(prefix="/api/2.0/settings/types", dependencies=[Depends(query.require_known)])


@router.get("/{setting_type}/names/default")
def get(setting_type: str, cloud: CloudDep, caller: CallerDep, etag: str = "") -> Document:  # noqa: ARG001
    """The setting or its default, always the newest; 404 with the etag for setting it if it has no default."""
    setting, kept = kinds.named(setting_type), _kept(cloud, caller, setting_type)
    if kept["value"] is None:
        _refuse(404, "NOT_FOUND", f"Setting {setting_type} is not set.", kept["etag"])
    return _shown(setting, kept)


@router.patch("/{setting_type}/names/default")
def update(setting_type: str, body: JsonBody, cloud: CloudDep, caller: CallerDep) -> Document:
    """Change a setting. Workspace admins only; account admins only if it restricts workspace admins."""
    setting = kinds.named(setting_type)
    _require_may_change(caller, setting)
    only(body, "allow_missing", "field_mask", "setting")
    given, mask = required(body, "setting", "field_mask")
    if body.get("allow_missing") is not True:
        raise bad_request("allow_missing must be true.")
    if mask not in (setting.mask, setting.field, "*"):
        raise bad_request(f"field_mask '{mask}' is not a field of this setting; it has {setting.mask}.")
    value = setting.value_of(given)
    with cloud.store.transaction():
        _require_fresh(setting, given.get("etag") or "", _kept(cloud, caller, setting_type)["etag"])
        return _shown(setting, _keep(cloud, caller, setting_type, value))


@router.delete("/{setting_type}/names/default")
def delete(setting_type: str, cloud: CloudDep, caller: CallerDep, etag: str = "") -> Document:
    """Reset a setting to its default. Needs the same rights as changing it."""
    setting = kinds.named(setting_type)
    _require_may_change(caller, setting)
    with cloud.store.transaction():
        _require_fresh(setting, etag, _kept(cloud, caller, setting_type)["etag"])
        return {"etag": _keep(cloud, caller, setting_type, None)["etag"]}


def _require_may_change(caller: Caller, setting: kinds.Setting) -> None:
    if setting.of_account:
        caller.require_admin("change what workspace admins may do")
    else:
        caller.require_workspace_admin("change settings of the workspace")


def _require_fresh(setting: kinds.Setting, given: str, newest: str) -> None:
    if given != newest and (given or setting.versioned):
        _refuse(409, "RESOURCE_CONFLICT", f"etag '{given}' is not the newest: read the setting again.", newest)


def _refuse(status: int, code: str, message: str, etag: str) -> NoReturn:
    info = {
        "@type": "type.googleapis.com/google.rpc.ErrorInfo",
        "reason": code,
        "domain": "settings",
        "metadata": {"etag": etag},
    }
    raise ApiError(status, code, message, (info,))


def _kept(cloud: Cloud, caller: Caller, setting_type: str) -> Document:
    """The value and the etag; for a setting that was never set, the default and a first etag."""
    default = kinds.named(setting_type).default
    found = cloud.store.get(_KIND, _key(caller, setting_type)) or {"value": None, "etag": "0"}
    return {**found, "value": default if found["value"] is None else found["value"]}


def _keep(cloud: Cloud, caller: Caller, setting_type: str, value: object) -> Document:
    document = {"value": value, "etag": str(cloud.store.next_id(_KIND))}
    cloud.store.put(_KIND, _key(caller, setting_type), document)
    return document


def _key(caller: Caller, setting_type: str) -> str:
    return f"{caller.require_workspace().name}/{setting_type}"


def _shown(setting: kinds.Setting, kept: Document) -> Document:
    return {setting.field: {setting.part: kept["value"]}, "etag": kept["etag"], "setting_name": _NAME}
