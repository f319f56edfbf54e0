"""A plan's change of one resource: the action, the values before and after, and Terraform's notes on them."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from policies.errors import PlanError


class Action(StrEnum):
    """The action on one resource."""

    CREATE = "create"
    UPDATE = "update"
    REPLACE = "replace"
    DELETE = "destroy"
    FORGET = "forget"
    IMPORT = "import"
    MOVE = "move"
    READ = "read"
    NO_OP = "no-op"
    UNKNOWN = "unknown"


_ACTIONS: Mapping[tuple[str, ...], Action] = {
    ("no-op",): Action.NO_OP,
    ("read",): Action.READ,
    ("create",): Action.CREATE,
    ("update",): Action.UPDATE,
    ("delete",): Action.DELETE,
    ("delete", "create"): Action.REPLACE,
    ("create", "delete"): Action.REPLACE,
    ("forget",): Action.FORGET,
    # Replaced, while the old object continues to exist outside Terraform.
    ("create", "forget"): Action.FORGET,
}


@dataclass(frozen=True, kw_only=True)
class Change:
    """One resource: its values before and after, with marks for unknown and for sensitive ones.

    `forced_by` are the attributes that need a replacement, `reason` is Terraform's own word for the action.
    """

    address: str
    type: str
    mode: str
    action: Action
    before: Any
    after: Any
    unknown: Any = None
    before_sensitive: Any = None
    after_sensitive: Any = None
    forced_by: tuple[str, ...] = ()
    reason: str = ""
    imported: bool = False
    moved_from: str = ""
    deposed: str = ""
    name: str = ""

    @property
    def values(self) -> Mapping[str, Any]:
        """The attributes after the apply, or those before if it goes away."""
        found = self.after if isinstance(self.after, Mapping) else self.before
        return found if isinstance(found, Mapping) else {}

    @property
    def changes_something(self) -> bool:
        """Whether applying the plan changes it."""
        return self.mode == "managed" and (self.action is not Action.NO_OP or self.imported or bool(self.moved_from))


def read_change(stack: str, item: Mapping[str, Any]) -> Change:
    """The change in an item of `resource_changes` or `resource_drift`. Raises PlanError for another form."""
    address, change = item.get("address"), item.get("change")
    if not (isinstance(address, str) and isinstance(item.get("type"), str) and isinstance(change, dict)):
        raise PlanError(f"{stack}: a resource has no address, type or change ({str(address)[:80]}); the plan is broken")
    actions = change.get("actions")
    if not isinstance(actions, list) or not actions:
        raise PlanError(f"{stack}: {address[:80]} has no actions; the plan is broken")
    previous = item.get("previous_address")
    return Change(
        address=address,
        type=item["type"],
        mode=str(item.get("mode", "managed")),
        action=_ACTIONS.get(tuple(map(str, actions)), Action.UNKNOWN),
        before=change.get("before"),
        after=change.get("after"),
        unknown=change.get("after_unknown"),
        before_sensitive=change.get("before_sensitive"),
        after_sensitive=change.get("after_sensitive"),
        forced_by=tuple(path_text(path) for path in change.get("replace_paths") or ()),
        reason=str(item.get("action_reason") or ""),
        imported=change.get("importing") is not None,
        moved_from=str(previous) if previous and previous != address else "",
        deposed=str(item.get("deposed") or ""),
        name=str(item.get("name") or address.partition("[")[0].rpartition(".")[2]),
    )


def path_text(path: Any) -> str:
    """`["task", 0, "new_cluster"]` as `task[0].new_cluster`."""
    steps = path if isinstance(path, list) else [path]
    text = "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in steps)
    return text.removeprefix(".")
