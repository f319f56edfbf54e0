"""The order in which blocks are applied: each after those it refers to."""

from collections.abc import Sequence
from graphlib import CycleError, TopologicalSorter

from localcloud.loader.documents import Block
from localcloud.loader.errors import LoadError
from localcloud.loader.expressions import references


def ordered(blocks: Sequence[Block], file: object) -> list[Block]:
    """`blocks` with each after what it refers to or depends on. Raises LoadError for a cycle or an unknown address."""
    by_address = {block.address: block for block in blocks}
    graph: dict[str, set[str]] = {}
    for block in blocks:
        needed = {*references(block.arguments), *block.depends_on}
        unknown = sorted(needed - by_address.keys())
        if unknown:
            raise LoadError(f"{file}: {block.address} refers to {', '.join(unknown)}, which the stack does not have")
        graph[block.address] = needed
    try:
        return [by_address[address] for address in TopologicalSorter(graph).static_order()]
    except CycleError as error:
        raise LoadError(f"{file}: these refer to each other in a circle: {' -> '.join(error.args[1])}") from error
