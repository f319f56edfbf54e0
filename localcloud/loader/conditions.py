"""Postconditions: requirements on a block that was read or created; a failure ends the load with their message."""

from pathlib import Path

from localcloud.loader.documents import Block
from localcloud.loader.errors import ExpressionError, LoadError
from localcloud.loader.expressions import SELF, Lookup, resolve


def require(block: Block, file: Path, values: Lookup) -> None:
    """Raise LoadError if a postcondition of `block` fails; `values` has all blocks' values, including its own."""

    def lookup(address: str) -> dict[str, object]:
        return values(block.address if address == SELF else address)

    for condition, message in block.conditions:
        try:
            holds = resolve(condition, lookup)
            said = message if holds is True else resolve(message, lookup)
        except (ExpressionError, KeyError) as error:
            raise LoadError(f"{file}: {block.address}: {condition}: {error}") from error
        if holds is not True:
            raise LoadError(f"{file}: {block.address}: {said}")
