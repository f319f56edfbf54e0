"""Rules for every resource of a stack, whoever creates it: tags, and protection of irreplaceable resources."""

from collections.abc import Mapping
from functools import cache

from infra.cdktf_seam import Resource, Scope, TerraformResource, TerraformStack

# Their loss loses content, or names and rights that other things refer to.
_IRREPLACEABLE = frozenset(
    {
        "azurerm_databricks_workspace",
        "azurerm_key_vault",
        "azurerm_key_vault_key",
        "azurerm_log_analytics_workspace",
        "azurerm_postgresql_flexible_server",
        "azurerm_resource_group",
        "azurerm_storage_account",
        "azurerm_storage_container",
        # A workspace cannot move to another network.
        "azurerm_subnet",
        "azurerm_virtual_network",
        "databricks_catalog",
        "databricks_external_location",
        "databricks_metastore",
        "databricks_mlflow_experiment",
        # Has no data itself; without it, masked data would be visible.
        "databricks_policy_info",
        "databricks_registered_model",
        "databricks_schema",
        "databricks_storage_credential",
        "databricks_volume",
    }
)
# The argument that takes tags as a map; Azure's resources have `tags`, if any. Clusters get theirs from their policy.
_TAGGED = {"databricks_job": "tags", "databricks_instance_pool": "custom_tags"}


@cache
def _type_of(class_: type) -> str:
    """Terraform's name of a resource class; asking the toolkit for each resource would double the time."""
    return str(getattr(class_, "TF_RESOURCE_TYPE", ""))


class ProtectedStack(TerraformStack):  # type: ignore[misc]
    """A stack whose resources carry `tags`; with `protect`, a plan that destroys irreplaceable resources fails."""

    def __init__(self, app: Scope, name: str, tags: Mapping[str, str], *, protect: bool) -> None:
        super().__init__(app, name)
        self._tags, self._protect = dict(tags), protect

    def prepare_stack(self) -> None:
        """Called by the toolkit once, before the stack is written.

        An aspect would do the same, but be called for every node: a quarter of the calls of a synthesis.
        """
        super().prepare_stack()
        for node in self.node.find_all():
            # A data source is only read; its arguments are look-up criteria.
            if isinstance(node, TerraformResource):
                self._finish(node, _type_of(node.__class__))

    def _finish(self, node: Resource, type_: str) -> None:
        if self._protect and type_ in _IRREPLACEABLE:
            node.add_override("lifecycle.prevent_destroy", True)
        if not self._tags:
            return
        if type_ in _TAGGED:
            # Merged with the resource's own tags.
            node.add_override(_TAGGED[type_], self._tags)
        if type_.startswith("azurerm_") and hasattr(type(node), "tags_input"):
            node.add_override("tags", self._tags)
        if type_ == "databricks_sql_endpoint":
            listed = [{"key": name, "value": value} for name, value in self._tags.items()]
            node.add_override("tags", {"custom_tags": listed})
