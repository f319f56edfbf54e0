"""What the local cloud keeps as declared: it has no such control, so nothing here acts on it.

A document with a type that is in no table of this package is refused; so this list is the whole of what is not
enforced locally.
"""

import uuid
from collections.abc import Iterable

from localcloud.loader.kinds.kind import Attributes, Call, Kind, keep

# By type: the attributes, besides `id`, that other resources refer to and that the real cloud would make up.
_TYPES: dict[str, tuple[str, ...]] = {
    "databricks_budget": (),
    "databricks_budget_policy": ("policy_id",),
    "databricks_default_namespace_setting": (),
    "databricks_disable_legacy_access_setting": (),
    "databricks_disable_legacy_dbfs_setting": (),
    "databricks_ip_access_list": (),
    "databricks_repo": (),
    "databricks_restrict_workspace_admins_setting": (),
    "databricks_service_principal_federation_policy": ("policy_id",),
    "databricks_sql_permissions": (),
    "databricks_tag_policy": (),
    "databricks_workspace_conf": (),
}


def _kind(attributes: Iterable[str]) -> Kind:
    def create(_: Call) -> Attributes:
        made = str(uuid.uuid4())
        return {"id": made, **dict.fromkeys(attributes, made)}

    return Kind(create=create, update=lambda _, state: state, delete=keep, identity=())


KINDS = {type_: _kind(attributes) for type_, attributes in _TYPES.items()}
