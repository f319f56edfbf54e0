"""Builds the checks' documents from checkov's parse: a graph for HCL and plans, definitions for CDKTF's JSON."""

import os
from collections.abc import Iterator, Mapping
from pathlib import PurePath
from typing import Any

from .document import Document, Resource
from .values import Block, arguments
from .versions import versions_in

# Documents by their source, so that each is built once and not once per check.
_of_graphs: dict[tuple[int, str], tuple[Any, Document]] = {}
_of_files: dict[str, Document] = {}
_loads: list[bool] = []


def is_first_load() -> bool:
    """Whether the pack is loaded for the first time in this process."""
    first = not _loads
    _loads.append(True)
    return first


def resource_of(conf: dict[str, Any], type_: str, entity_path: str, graph: Any) -> Resource:
    """The resource that checkov passes to a check. `entity_path` is `file:type:name`."""
    file, _, rest = entity_path.partition(f":{type_}:")
    address = str(conf.get("__address__") or f"{type_}.{rest}")
    document = _of_files.get(file) or (_of_graph(graph, file) if graph is not None else Document(whole=False))
    # Two root folders that call a module by the same name give one address with two sets of values.
    found = next((item for item in document.resources if item.address == address and _is_of(item, conf)), None)
    return found or Resource(address, type_, _bare(rest), Block(conf), document)


def _is_of(item: Resource, conf: Mapping[str, Any]) -> bool:
    """Whether the resource has the values that checkov passes."""
    return arguments(item.block.raw_values) == arguments(conf)


def provider_of(conf: dict[str, Any], name: str) -> Resource:
    """The block of a provider that checkov passes to a check, as a resource of the type `provider.<name>`."""
    return Resource(f"provider.{name}", f"provider.{name}", name, Block(conf), Document(whole=False))


def remember(definitions: Mapping[str, Mapping[str, Any]], root: str | None) -> None:
    """Keep the documents of CDKTF's JSON under the paths that checkov passes to checks."""
    _of_files.clear()
    for path, definition in definitions.items():
        _of_files[f"/{os.path.relpath(path, root)}"] = _of_definition(definition)


def _of_definition(definition: Mapping[str, Any]) -> Document:
    hosts = tuple(_hosts(definition.get("provider", [])))
    document = Document(hosts=hosts, stack=_stack_name(definition))
    for kind, key, prefix in ((document.resources, "resource", ""), (document.data, "data", "data.")):
        for entity in definition.get(key, []):
            for type_, by_name in _named(entity):
                for name, conf in _named(by_name):
                    document.add(kind, f"{prefix}{type_}.{name}", type_, name, Block(conf))
    document.versions = versions_in(definition.get("terraform", []))
    return document


def _of_graph(graph: Any, file: str) -> Document:
    """The resources of the graph in the folder of `file`, or in modules that it calls."""
    folder = str(PurePath(file).parent)
    key = (id(graph), folder)
    if key not in _of_graphs:
        # The graph is kept with its document, because an id is unique only as long as the graph exists.
        _of_graphs[key] = (graph, _read_graph([_attributes(node) for node in graph.nodes()], file))
    return _of_graphs[key][1]


def _read_graph(nodes: list[dict[str, Any]], file: str) -> Document:
    is_plan = any("__change_actions__" in node for node in nodes)
    folders = _folders({str(node.get("file_path_", "")) for node in nodes}, file)
    document = Document(has_lifecycle=not is_plan)
    hosts, demands = [], []
    for node in nodes:
        address = str(node.get("__address__", ""))
        if str(PurePath(str(node.get("file_path_", ""))).parent) not in folders and not address.startswith("module."):
            continue
        if node.get("block_type_") == "provider":
            hosts += [str(value) for value in Block(node).values("host")]
        if node.get("block_type_") == "terraform":
            demands.append(node.get("config_", {}))
        for type_, name, conf in _blocks(node):
            of_data = node.get("block_type_") == "data"
            kind = document.data if of_data else document.resources
            document.add(kind, f"data.{type_}.{name}" if of_data else address, type_, _bare(name), Block(conf))
    document.hosts, document.versions = tuple(hosts), versions_in(demands)
    return document


def _folders(paths: set[str], file: str) -> set[str]:
    """Folders that `file` may mean: checkov gives it relative to the scanned path, perhaps with `..`."""
    meant = [path for path in paths if path.endswith(file)]
    return {str(PurePath(path).parent) for path in meant or paths if path.endswith(PurePath(file).name)}


def _attributes(node: Any) -> dict[str, Any]:
    """A node of either graph library: checkov's attributes, alone or with the node's number."""
    return dict(node[1] if isinstance(node, tuple) else node)


def _blocks(node: Mapping[str, Any]) -> Iterator[tuple[str, str, Mapping[str, Any]]]:
    if node.get("block_type_") in ("resource", "data"):
        for type_, by_name in _named(node.get("config_", {})):
            for name, conf in _named(by_name):
                yield type_, name, conf


def _hosts(providers: list[Any]) -> Iterator[str]:
    for provider in providers:
        for name, confs in _named(provider) if isinstance(provider, Mapping) else ():
            if name == "databricks":
                yield from (str(host) for host in Block({"all": confs}).values("all.host"))


def _stack_name(definition: Mapping[str, Any]) -> str:
    return str(Block(definition).value("//.metadata.stackName") or "")


def _named(raw: Any) -> Iterator[tuple[str, Any]]:
    """The content of a mapping, without the notes that a parser adds."""
    if isinstance(raw, Mapping):
        yield from ((key, value) for key, value in raw.items() if isinstance(value, Mapping | list) and key != "//")


def _bare(name: str) -> str:
    """The name without the index of `count` or `for_each`."""
    return name.partition("[")[0]
