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

    def rest(self, *left_out: str) -> dict[str, Any]:
        """Every argument but those."""
        return {name: value for name, value in self.arguments.items() if name not in left_out}


def nothing(_: Call) -> Attributes | None:
    """For what can be made twice without harm, and so need not be found."""
    return None


def keep(_: Session, __: Attributes) -> None:
    """For what ends with the thing that it belongs to."""


@dataclass(frozen=True, kw_only=True)
class Kind:
    """A resource type, as calls.

    `create` answers the attributes that others may refer to, `id` among them. `update` gets those back and
    answers them anew; without it a change replaces the resource. `delete` gets them with the arguments as they
    were. `find` looks for a resource that an interrupted load has made. A change of an argument in `replace_on`
    always replaces; `identity` are the arguments by which a resource is known again under another address.
    """

    create: Callable[[Call], Attributes]
    update: Callable[[Call, Attributes], Attributes] | None = None
    delete: Callable[[Session, Attributes], object]
    find: Callable[[Call], Attributes | None] = nothing
    replace_on: tuple[str, ...] = ()
    identity: tuple[str, ...] = ("name",)


Read = Callable[[Call], Attributes]
