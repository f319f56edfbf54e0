"""What holds for every resource of a stack, whoever makes it: tags, and protection of what cannot be made again."""

from collections.abc import Mapping
from functools import cache

from infra.cdktf_seam import Aspects, Resource, Scope, TerraformDataSource, aspect

# Lost with their content, or with the names and rights that other things refer to.
_IRREPLACEABLE = frozenset(
    {
        "azurerm_databricks_workspace",
        "azurerm_key_vault",
        "azurerm_key_vault_key",
        "azurerm_log_analytics_workspace",
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
        # Holds no data; without it, data that it hides would be seen.
        "databricks_policy_info",
        "databricks_registered_model",
        "databricks_schema",
        "databricks_storage_credential",
        "databricks_volume",
    }
)
# The argument that takes tags as a map; Azure's resources have `tags`, where they take any. Clusters get theirs from
# their policy.
_TAGGED = {"databricks_job": "tags", "databricks_instance_pool": "custom_tags"}


@cache
def _type_of(class_: type) -> str:
    """Terraform's name of a resource class; asking the toolkit for each resource would double the time it takes."""
    return str(getattr(class_, "TF_RESOURCE_TYPE", ""))


@aspect
class _Everywhere:
    """Visits every node of a stack before it is written."""

    def __init__(self, tags: Mapping[str, str], protect: bool) -> None:
        self._tags = dict(tags)
        self._protect = protect

    def visit(self, node: Resource) -> None:
        """Called by the toolkit; a node that is no resource has no type."""
        type_ = _type_of(node.__class__)
        if isinstance(node, TerraformDataSource):
            # It is only read; its arguments are what it is found by.
            return
        if self._protect and type_ in _IRREPLACEABLE:
            node.add_override("lifecycle.prevent_destroy", True)
        argument = _TAGGED.get(type_)
        for name, value in self._tags.items() if argument else ():
            # One by one: some have tags of their own.
            node.add_override(f"{argument}.{name}", value)
        if type_.startswith("azurerm_") and hasattr(type(node), "tags_input"):
            node.add_override("tags", self._tags)
        if type_ == "databricks_sql_endpoint" and self._tags:
            listed = [{"key": name, "value": value} for name, value in self._tags.items()]
            node.add_override("tags", {"custom_tags": listed})


def tag_and_protect(stack: Scope, tags: Mapping[str, str], *, protect: bool) -> None:
    """Every Azure resource, job, pool and warehouse of `stack` carries `tags`.

    With `protect`, a plan that destroys what cannot be made again fails.
    """
    Aspects.of(stack).add(_Everywhere(tags, protect))
