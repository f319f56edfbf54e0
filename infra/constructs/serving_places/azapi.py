"""Azure resources that azurerm lacks, with the provider azapi, whose arguments are those of Azure's REST API."""

from collections.abc import Mapping
from typing import Any

from infra.cdktf_seam import Resource, Scope, TerraformResource

# From 2.0 on, `body` is an object; before, it was text.
_REQUIRED = {"source": "Azure/azapi", "version": "~> 2.0"}


def use_azapi(stack: Scope, *, tenant_id: str, subscription_id: str) -> None:
    """The provider azapi in `stack`, which signs in like azurerm. It has no binding here, so it is written as text."""
    stack.add_override("terraform.required_providers.azapi", _REQUIRED)
    stack.add_override("provider.azapi", [{"tenant_id": tenant_id, "subscription_id": subscription_id}])


def azapi(scope: Scope, id_: str, type_: str, arguments: Mapping[str, Any]) -> Resource:
    """A resource of azapi: `azapi_resource` or `azapi_update_resource`."""
    made = TerraformResource(scope, id_, terraform_resource_type=type_)
    for name, value in arguments.items():
        made.add_override(name, value)
    return made
