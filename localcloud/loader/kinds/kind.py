"""The definition of a resource type."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from localcloud.loader.session import Session

Arguments = Mapping[str, Any]
Attributes = dict[str, Any]


@dataclass(frozen=True, kw_only=True)
class Call:
    """The context of one call: the session, the folder of the stack's files, and the resolved arguments."""

    session: Session
    folder: Path
    arguments: Arguments

    def body(self, *names: str, **renamed: str) -> dict[str, Any]:
        """The present arguments among `names`, and others under their REST names."""
        found = {name: self.arguments[name] for name in names if name in self.arguments}
        return found | {rest: self.arguments[name] for rest, name in renamed.items() if name in self.arguments}

    def rest(self, *left_out: str) -> dict[str, Any]:
        """Every argument except those."""
        return {name: value for name, value in self.arguments.items() if name not in left_out}


def nothing(_: Call) -> Attributes | None:
    """For objects that can safely be created twice, and so need not be found."""
    return None


def keep(_: Session, __: Attributes) -> None:
    """For objects that end with their parent."""


@dataclass(frozen=True, kw_only=True)
class Kind:
    """A resource type, as its calls.

    `create` returns the attributes that others may refer to, including `id`. `update` receives and returns them;
    without it a change replaces the resource. `delete` receives them with the previous arguments. `find` looks for a
    resource that an interrupted load created. A change of an argument in `replace_on` always replaces; `identity` are
    the arguments that identify a resource under another address.
    """

    create: Callable[[Call], Attributes]
    update: Callable[[Call, Attributes], Attributes] | None = None
    delete: Callable[[Session, Attributes], object]
    find: Callable[[Call], Attributes | None] = nothing
    replace_on: tuple[str, ...] = ()
    identity: tuple[str, ...] = ("name",)


Read = Callable[[Call], Attributes]
