"""A registered model whose aliases only its owner may move."""

from dataclasses import dataclass

from infra.access.grants import Grant
from infra.cdktf_seam import Scope, TerraformResourceLifecycle, databricks
from infra.constructs.unity_catalog.grants import GrantsProps, grants


@dataclass(frozen=True, kw_only=True)
class RegisteredModelProps:
    """`owner` is the promotion principal's application id."""

    catalog: str
    schema: str
    name: str
    comment: str
    owner: str
    grants: tuple[Grant, ...]


def registered_model(scope: Scope, id_: str, props: RegisteredModelProps) -> str:
    """The model and its grants; returns a reference to its name. Training creates versions, promotion moves aliases."""
    made = databricks.registered_model.RegisteredModel(
        scope,
        id_,
        catalog_name=props.catalog,
        schema_name=props.schema,
        name=props.name,
        comment=props.comment,
        owner=props.owner,
        # A deployment must never undo a promotion or a roll-back.
        lifecycle=TerraformResourceLifecycle(ignore_changes=["aliases"]),
    )
    grants(scope, f"{id_}-grants", GrantsProps(securable="model", name=made.id, grants=props.grants))
    return str(made.id)
