"""Parses ids of Azure Resource Manager."""

from dataclasses import dataclass

_GROUP, _TYPED, _CHILD = 5, 9, 11


@dataclass(frozen=True, kw_only=True)
class ResourceId:
    """The parts of an id. `name` is the resource's own; `parent` is the id of the resource that contains a child."""

    text: str
    subscription_id: str
    group: str
    name: str
    parent: str | None = None

    @property
    def group_id(self) -> str:
        """The id of its resource group."""
        return f"/subscriptions/{self.subscription_id}/resourceGroups/{self.group}"


def parsed(text: str) -> ResourceId:
    """The parts of the id of a resource group, a resource or a child of one. Raises ValueError for anything else."""
    steps = text.split("/")
    if len(steps) not in (_GROUP, _TYPED, _CHILD) or steps[1].lower() != "subscriptions":
        raise ValueError(f"{text!r} is no id of Azure Resource Manager: copy it from the portal's JSON view")
    parent = "/".join(steps[:_TYPED]) if len(steps) == _CHILD else None
    return ResourceId(text=text, subscription_id=steps[2], group=steps[4], name=steps[-1], parent=parent)
