"""The supported settings of a workspace: values, defaults, and who may change them."""

from dataclasses import dataclass
from typing import Any

from localcloud.kernel.body import only
from localcloud.kernel.errors import ApiError, bad_request
from localcloud.kernel.store import Document


@dataclass(frozen=True, kw_only=True)
class Setting:
    """`value` lies at `field`.`part` of the document; `default` None: there is none until it is set.

    With `versioned` a change needs the newest etag; without, it may be left out. `of_account`: only account admins
    change it.
    """

    field: str
    part: str = "value"
    type: type = bool
    allowed: tuple[str, ...] = ()
    default: Any = None
    versioned: bool = False
    of_account: bool = False

    @property
    def mask(self) -> str:
        """The name of the changed value in a request."""
        return f"{self.field}.{self.part}"

    def value_of(self, setting: Document) -> Any:
        """The value in a request. Raises `ApiError` 400 for a missing or invalid one, and for other fields."""
        only(setting, self.field, "setting_name", "etag")
        holder = setting.get(self.field)
        if not isinstance(holder, dict) or not isinstance(holder.get(self.part), self.type):
            raise bad_request(f"setting.{self.mask} is no {self.type.__name__}; given: {setting.get(self.field)}.")
        only(holder, self.part)
        value = holder[self.part]
        if self.allowed and value not in self.allowed:
            raise bad_request(f"{self.mask} '{value}' is not one of {', '.join(self.allowed)}.")
        return value


SETTINGS = {
    "default_namespace_ws": Setting(field="namespace", type=str, versioned=True),
    "default_warehouse_id": Setting(field="string_val", type=str, default=""),
    "disable_legacy_access": Setting(field="disable_legacy_access", default=False),
    "disable_legacy_dbfs": Setting(field="disable_legacy_dbfs", default=False),
    "restrict_workspace_admins": Setting(
        field="restrict_workspace_admins",
        part="status",
        type=str,
        allowed=("ALLOW_ALL", "RESTRICT_TOKENS_AND_JOB_RUN_AS"),
        default="ALLOW_ALL",
        versioned=True,
        of_account=True,
    ),
    "sql_results_download": Setting(field="boolean_val", default=True),
}


def named(name: str) -> Setting:
    """The setting of a type. Raises `ApiError` 501 for an unsupported one."""
    if name not in SETTINGS:
        message = f"The local cloud has no setting {name}; it has {', '.join(SETTINGS)}."
        raise ApiError(501, "NOT_IMPLEMENTED", message)
    return SETTINGS[name]
