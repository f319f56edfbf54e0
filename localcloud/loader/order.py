"""The order of applying blocks: each after its references, workspace bindings as late as possible.

Terraform guarantees no more, and destroys in reverse order. So a block that needs a binding without depending on it is
destroyed after the binding: here always, in Terraform sometimes.
"""

from collections.abc import Iterator, Mapping, Sequence
from graphlib import CycleError, TopologicalSorter

from localcloud.loader.documents import Block
from localcloud.loader.errors import LoadError
from localcloud.loader.expressions import references

_BINDING = "databricks_workspace_binding."


def ordered(blocks: Sequence[Block], file: object) -> list[Block]:
    """`blocks`, each after its references and dependencies. Raises LoadError for a cycle or an unknown address."""
    by_address = {block.address: block for block in blocks}
    graph: dict[str, set[str]] = {}
    for block in blocks:
        needed = {*references(block.arguments), *block.depends_on}
        unknown = sorted(needed - by_address.keys())
        if unknown:
            raise LoadError(f"{file}: {block.address} refers to {', '.join(unknown)}, which the stack does not have")
        graph[block.address] = needed
    try:
        return [by_address[address] for address in _bindings_late(graph)]
    except CycleError as error:
        raise LoadError(f"{file}: these refer to each other in a circle: {' -> '.join(error.args[1])}") from error


def _bindings_late(graph: Mapping[str, set[str]]) -> Iterator[str]:
    sorter = TopologicalSorter(graph)
    sorter.prepare()
    waiting: list[str] = []
    while sorter.is_active():
        ready = sorter.get_ready()
        waiting += [address for address in ready if address.startswith(_BINDING)]
        for address in [each for each in ready if not each.startswith(_BINDING)] or [waiting.pop(0)]:
            yield address
            sorter.done(address)
