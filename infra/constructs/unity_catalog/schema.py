"""A schema with its grants."""

from dataclasses import dataclass

from infra.access.grants import Grant
from infra.cdktf_seam import Resource, Scope, databricks
from infra.constructs.unity_catalog.grants import GrantsProps, grants


@dataclass(frozen=True, kw_only=True)
class SchemaProps:
    """The inputs of a schema.

    `catalog` is a reference to the catalog's name. `after` is created before the schema and destroyed after it: the
    catalog's binding, and the external location of `storage_root`. A `storage_root` of None stores with the catalog.
    """

    catalog: str
    name: str
    comment: str
    owner: str
    grants: tuple[Grant, ...]
    after: tuple[Resource, ...]
    storage_root: str | None = None


@dataclass(frozen=True, kw_only=True)
class SchemaOutputs:
    """References to the schema's name and full name."""

    name: str
    full_name: str


def schema(scope: Scope, id_: str, props: SchemaProps) -> SchemaOutputs:
    """A schema that can be dropped only when it is empty."""
    made = databricks.schema.Schema(
        scope,
        id_,
        catalog_name=props.catalog,
        name=props.name,
        comment=props.comment,
        owner=props.owner,
        storage_root=props.storage_root,
        force_destroy=False,
        depends_on=list(props.after),
    )
    outputs = SchemaOutputs(name=made.name, full_name=made.id)
    grants(scope, f"{id_}-grants", GrantsProps(securable="schema", name=outputs.full_name, grants=props.grants))
    return outputs
