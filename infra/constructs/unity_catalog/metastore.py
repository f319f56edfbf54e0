"""The metastore of a region, and its workspaces."""

from collections.abc import Mapping
from dataclasses import dataclass

from infra.cdktf_seam import Resource, Scope, databricks
from infra.spec import ImportedMetastore, NewMetastore

_SECONDS_PER_DAY = 24 * 60 * 60


@dataclass(frozen=True, kw_only=True)
class MetastoreProps:
    """`owner` is a group. With `import_id`, the first plan takes the metastore of this id into the state."""

    metastore: ImportedMetastore | NewMetastore
    owner: str
    import_id: str | None = None


def metastore(scope: Scope, id_: str, props: MetastoreProps) -> Resource:
    """A metastore without its own storage, owned by a group."""
    declared = props.metastore
    made = databricks.metastore.Metastore(
        scope,
        id_,
        name=declared.name,
        region=declared.region,
        owner=props.owner,
        # Data is shared only inside the account; a recipient's token would be short-lived anyway.
        delta_sharing_scope="INTERNAL",
        delta_sharing_recipient_token_lifetime_in_seconds=declared.sharing_token_days * _SECONDS_PER_DAY,
        force_destroy=False,
    )
    if props.import_id:
        made.import_from(props.import_id)
    return made


def metastore_assignments(
    scope: Scope, id_: str, metastore_id: str, workspaces: Mapping[str, int]
) -> dict[str, Resource]:
    """Assigns the metastore to each workspace, by environment. `workspaces` are ids by environment."""
    return {
        name: databricks.metastore_assignment.MetastoreAssignment(
            scope, f"{id_}-{name}", metastore_id=metastore_id, workspace_id=workspace_id
        )
        for name, workspace_id in workspaces.items()
    }
