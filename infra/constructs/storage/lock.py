"""A lock: what it guards can be deleted by nobody, whatever rights they have, until the lock itself is removed."""

from dataclasses import dataclass

from infra.cdktf_seam import Scope, azurerm


@dataclass(frozen=True, kw_only=True)
class LockProps:
    """`resource_id` is what cannot be deleted, with all that lies in it."""

    name: str
    resource_id: str
    notes: str


def lock(scope: Scope, id_: str, props: LockProps) -> None:
    """Deletion is refused; changes are not."""
    azurerm.management_lock.ManagementLock(
        scope, id_, name=props.name, scope=props.resource_id, lock_level="CanNotDelete", notes=props.notes
    )
