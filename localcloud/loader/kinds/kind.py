"""What every resource type says of itself."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from localcloud.loader.session import Session

Arguments = Mapping[str, Any]
Attributes = dict[str, Any]


@dataclass(frozen=True, kw_only=True)
class Call:
    """What one call works on: the session, where the stack's files lie, and the resolved arguments."""

    session: Session
    folder: Path
    arguments: Arguments

    def body(self, *names: str, **renamed: str) -> dict[str, Any]:
        """The arguments called `names` that are there, and others under the name that REST gives them."""
        found = {name: self.arguments[name] for name in names if name in self.arguments}
        return found | {rest: self.arguments[name] for rest, name in renamed.items() if name in self.arguments}


@dataclass(frozen=True, kw_only=True)
class Kind:
    """A resource type. `update` gets the attributes that `create` answered; without it a change replaces.

    `replace_on` names the arguments whose change always replaces the resource.
    """

    create: Callable[[Call], Attributes]
    update: Callable[[Call, Attributes], Attributes] | None = None
    delete: Callable[[Session, Attributes], object]
    replace_on: tuple[str, ...] = ("name",)


Read = Callable[[Call], Attributes]


def keep(_: Session, __: Attributes) -> None:
    """For what ends with the thing that it belongs to."""
