"""Draws the platform into docs/architecture.md, from the stacks themselves: `python -m infra.drawing`."""

import json
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from infra.main import synth
from infra.wheel import ROOT

PAGE = ROOT / "docs" / "architecture.md"
START, END = "<!-- drawn by python -m infra.drawing -->", "<!-- end of the drawing -->"
Documents = Mapping[str, Mapping[str, Any]]
_LINE = "<br/>"


def drawing(documents: Documents) -> str:
    """The platform as a Mermaid flowchart; `documents` are the stacks' by name."""
    names = sorted(stack.removesuffix("-platform") for stack in documents if stack.endswith("-platform"))
    lines = ["flowchart TB", *_lake(documents, names)]
    for name in names:
        lines += _environment(documents, name)
    lines += _hub(documents, names)
    return "\n".join(lines)


def _all(documents: Documents, stack: str, type_: str) -> list[Mapping[str, Any]]:
    found: Mapping[str, Mapping[str, Any]] = documents.get(stack, {}).get("resource", {}).get(type_, {})
    return list(found.values())


def _node(environment: str, part: str) -> str:
    """Mermaid takes no dashes in the names of nodes."""
    return f"{environment.replace('-', '_')}_{part}"


def _lake(documents: Documents, names: list[str]) -> Iterator[str]:
    """One metastore, with a catalog per environment on a storage account of its own."""
    [metastore] = _all(documents, "account", "databricks_metastore")
    yield f'  subgraph lake["one lake: metastore {metastore["name"]}"]'
    for name in names:
        [catalog] = _all(documents, f"{name}-workspace", "databricks_catalog")
        [account] = _all(documents, f"{name}-platform", "azurerm_storage_account")
        containers = [each["name"] for each in _all(documents, f"{name}-platform", "azurerm_storage_container")]
        text = [f"catalog {catalog['name']}", f"account {account['name']}", ", ".join(containers)]
        yield f'    {_node(name, "catalog")}[("{_LINE.join(text)}")]'
    yield "  end"


def _environment(documents: Documents, name: str) -> Iterator[str]:
    """A network with a workspace in it, what it reads and writes, and what it reaches privately."""
    stack = f"{name}-platform"
    [vnet] = _all(documents, stack, "azurerm_virtual_network")
    [workspace] = _all(documents, stack, "azurerm_databricks_workspace")
    [vault] = _all(documents, stack, "azurerm_key_vault")
    jobs = len(_all(documents, f"{name}-ml", "databricks_job"))
    text = [f"workspace {workspace['name']}", f"{jobs} jobs", *_serving(documents, name)]
    yield f'  subgraph {_node(name, "network")}["{name}: network {vnet["address_space"][0]}"]'
    yield f'    {_node(name, "workspace")}["{_LINE.join(text)}"]'
    yield f'    {_node(name, "vault")}[["vault {vault["name"]}"]]'
    yield "  end"
    yield f"  {_node(name, 'workspace')} -->|keys, secrets| {_node(name, 'vault')}"
    for binding in _all(documents, f"{name}-workspace", "databricks_workspace_binding"):
        if binding["securable_type"] == "catalog":
            yield _binding(documents, name, binding)


def _serving(documents: Documents, name: str) -> list[str]:
    endpoints = _all(documents, f"{name}-serving", "databricks_model_serving")
    return [f"serves {', '.join(each['name'] for each in endpoints)}"] if endpoints else []


def _binding(documents: Documents, owner: str, binding: Mapping[str, Any]) -> str:
    """An arrow from the workspace that the catalog of `owner` is bound to."""
    who = _owner_of(documents, binding["workspace_id"])
    if binding["binding_type"] == "BINDING_TYPE_READ_ONLY":
        return f"  {_node(who, 'workspace')} -.->|reads only| {_node(owner, 'catalog')}"
    return f"  {_node(who, 'workspace')} ==>|reads, writes| {_node(owner, 'catalog')}"


def _owner_of(documents: Documents, workspace_id: int) -> str:
    """The environment whose own catalog is bound to the workspace with this number."""
    for stack in documents:
        bindings = documents[stack].get("resource", {}).get("databricks_workspace_binding", {})
        own = bindings.get("catalog-binding-own")
        if own and own["workspace_id"] == workspace_id:
            return stack.removesuffix("-workspace")
    raise ValueError(f"no catalog is bound as its own to workspace {workspace_id}")


def _hub(documents: Documents, names: list[str]) -> Iterator[str]:
    """The one way out, where there is one, and what each network reaches by private endpoints."""
    hub = "hub"
    if not _all(documents, hub, "azurerm_firewall"):
        return
    [vnet] = _all(documents, hub, "azurerm_virtual_network")
    [firewall] = _all(documents, hub, "azurerm_firewall")
    zones = len(_all(documents, hub, "azurerm_private_dns_zone"))
    yield f'  subgraph hub["hub: network {vnet["address_space"][0]}"]'
    yield f'    firewall{{{{"firewall, {firewall["sku_tier"]}"}}}}'
    yield f'    names["{zones} DNS zones, Log Analytics, runners"]'
    yield "  end"
    for name in names:
        endpoints = len(_all(documents, f"{name}-platform", "azurerm_private_endpoint"))
        yield f"  {_node(name, 'network')} ---|peered, {endpoints} private endpoints| hub"
    yield '  firewall -->|named hosts only| internet(["internet"])'


def write(page: Path, text: str) -> None:
    """Puts the drawing between the marks of `page`. Raises ValueError where it has none."""
    content = page.read_text(encoding="utf-8")
    if START not in content or END not in content:
        raise ValueError(f"{page.name} lacks the lines {START!r} and {END!r}: put them where the drawing belongs")
    before, rest = content.split(START, 1)
    after = rest.split(END, 1)[1]
    page.write_text(f"{before}{START}\n```mermaid\n{text}\n```\n{END}{after}", encoding="utf-8")


def shipped() -> Documents:
    """The documents of the shipped workspaces."""
    with tempfile.TemporaryDirectory() as folder:
        synth(Path(folder))
        files = sorted(Path(folder).glob("stacks/*/cdk.tf.json"))
        return {file.parent.name: json.loads(file.read_text(encoding="utf-8")) for file in files}


if __name__ == "__main__":
    write(PAGE, drawing(shipped()))
    print(PAGE.relative_to(ROOT))
