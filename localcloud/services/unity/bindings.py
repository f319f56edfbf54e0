"""Workspace bindings of catalogs, external locations and storage credentials. Pure."""

from collections.abc import Sequence

from localcloud.kernel.store import Document

READ_WRITE = "BINDING_TYPE_READ_WRITE"
READ_ONLY = "BINDING_TYPE_READ_ONLY"
BINDING_TYPES = (READ_WRITE, READ_ONLY)
ISOLATED = ("ISOLATED", "ISOLATION_MODE_ISOLATED")


def refusal(
    securable: Document, bindings: Sequence[Document], workspace_id: int, *, write: bool, label: str = "Catalog"
) -> str | None:
    """Why the workspace may not read (or `write`) the securable, called `label` in messages; None if it may.

    An OPEN one is open to every workspace. An ISOLATED one only to those in `bindings`
    (`workspace_id`, `binding_type`), and writable only through a READ_WRITE one.
    """
    if securable.get("isolation_mode") not in ISOLATED:
        return None
    found = {int(b["workspace_id"]): b["binding_type"] for b in bindings}
    kind = found.get(workspace_id)
    if kind is None:
        return f"{label} '{securable['name']}' is not accessible in current workspace."
    if write and kind != READ_WRITE:
        return f"{label} '{securable['name']}' is bound READ_ONLY to current workspace: writing is not allowed."
    return None


def merge(current: Sequence[Document], add: Sequence[Document], remove: Sequence[Document]) -> list[Document]:
    """`current` without `remove` and with `add`, one entry per workspace, by workspace id."""
    kept = {int(b["workspace_id"]): b for b in current}
    for gone in remove:
        kept.pop(int(gone["workspace_id"]), None)
    for new in add:
        number = int(new["workspace_id"])
        kept[number] = {"workspace_id": number, "binding_type": new.get("binding_type", READ_WRITE)}
    return [kept[number] for number in sorted(kept)]
