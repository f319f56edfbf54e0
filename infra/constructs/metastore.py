"""The metastore of a region."""

from collections.abc import Mapping
from dataclasses import dataclass

from infra.cdktf_seam import Scope, databricks
from infra.spec import Metastore

_SECONDS_PER_DAY = 24 * 60 * 60


@dataclass(frozen=True, kw_only=True)
class MetastoreProps:
    """`owner` is a group; `workspaces` are ids by environment."""

    metastore: Metastore
    owner: str
    workspaces: Mapping[str, int]


def metastore(scope: Scope, id_: str, props: MetastoreProps) -> None:
    """A metastore without storage of its own, owned by a group, for the named workspaces."""
    declared = props.metastore
    made = databricks.metastore.Metastore(
        scope,
        id_,
        name=declared.name,
        region=declared.region,
        owner=props.owner,
        # Data is shared inside the account only; a recipient's token would not last anyway.
        delta_sharing_scope="INTERNAL",
        delta_sharing_recipient_token_lifetime_in_seconds=declared.sharing_token_days * _SECONDS_PER_DAY,
        force_destroy=False,
    )
    for name, workspace_id in props.workspaces.items():
        databricks.metastore_assignment.MetastoreAssignment(
            scope, f"{id_}-{name}", metastore_id=made.id, workspace_id=workspace_id
        )
