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


def _one(documents: Documents, stack: str, type_: str) -> tuple[Mapping[str, Any], str]:
    """(arguments, suffix for its name) of the only resource of a type: created by the stack, or adopted."""
    made = _all(documents, stack, type_)
    if made:
        [found] = made
        return found, ""
    [adopted] = documents[stack]["data"][type_].values()
    return adopted, ", adopted"


def _metastore(documents: Documents) -> str:
    """Its name, from the stack that creates or imports it; for an adopted one its id, because a stack has no more."""
    made = [each for stack in documents for each in _all(documents, stack, "databricks_metastore")]
    if made:
        return str(made[0]["name"])
    assigned = _all(documents, "account", "databricks_metastore_assignment")
    return f"{assigned[0]['metastore_id']}, adopted"


def _ranges(vnet: Mapping[str, Any]) -> str:
    """A network's first range; for an adopted network, only its owner knows it."""
    return str(vnet["address_space"][0]) if "address_space" in vnet else f"{vnet['name']}, adopted"


def _node(environment: str, part: str) -> str:
    """A node id for Mermaid, which allows no dashes."""
    return f"{environment.replace('-', '_')}_{part}"


def _lake(documents: Documents, names: list[str]) -> Iterator[str]:
    """One metastore, with a catalog per environment on its own storage account."""
    yield f'  subgraph lake["one lake: metastore {_metastore(documents)}"]'
    for name in names:
        catalog, catalogs = _one(documents, f"{name}-workspace", "databricks_catalog")
        account, accounts = _one(documents, f"{name}-platform", "azurerm_storage_account")
        containers = [each["name"] for each in _all(documents, f"{name}-platform", "azurerm_storage_container")]
        text = [f"catalog {catalog['name']}{catalogs}", f"account {account['name']}{accounts}", ", ".join(containers)]
        yield f'    {_node(name, "catalog")}[("{_LINE.join(text)}")]'
    yield "  end"


def _environment(documents: Documents, name: str) -> Iterator[str]:
    """A network with its workspace, the data that it reads and writes, and its private connections."""
    stack = f"{name}-platform"
    vnet, _ = _one(documents, stack, "azurerm_virtual_network")
    workspace, workspaces = _one(documents, stack, "azurerm_databricks_workspace")
    vault, vaults = _one(documents, stack, "azurerm_key_vault")
    jobs = len(_all(documents, f"{name}-ml", "databricks_job"))
    text = [f"workspace {workspace['name']}{workspaces}", f"{jobs} jobs", *_serving(documents, name)]
    yield f'  subgraph {_node(name, "network")}["{name}: network {_ranges(vnet)}"]'
    yield f'    {_node(name, "workspace")}["{_LINE.join(text)}"]'
    yield f'    {_node(name, "vault")}[["vault {vault["name"]}{vaults}"]]'
    yield "  end"
    yield f"  {_node(name, 'workspace')} -->|keys, secrets| {_node(name, 'vault')}"
    for binding in _all(documents, f"{name}-workspace", "databricks_workspace_binding"):
        who = _owner_of(documents, binding["workspace_id"])
        if binding["securable_type"] == "catalog" and who:
            yield _binding(name, who, binding)


def _serving(documents: Documents, name: str) -> list[str]:
    endpoints = _all(documents, f"{name}-serving", "databricks_model_serving")
    return [f"serves {', '.join(each['name'] for each in endpoints)}"] if endpoints else []


def _binding(owner: str, who: str, binding: Mapping[str, Any]) -> str:
    """An arrow from the workspace of `who` to the catalog of `owner` that is bound to it."""
    if binding["binding_type"] == "BINDING_TYPE_READ_ONLY":
        return f"  {_node(who, 'workspace')} -.->|reads only| {_node(owner, 'catalog')}"
    return f"  {_node(who, 'workspace')} ==>|reads, writes| {_node(owner, 'catalog')}"


def _owner_of(documents: Documents, workspace_id: int) -> str | None:
    """The environment whose own catalog is bound to the workspace with this number; None if that catalog is adopted."""
    for stack in documents:
        bindings = documents[stack].get("resource", {}).get("databricks_workspace_binding", {})
        own = bindings.get("catalog-binding-own")
        if own and own["workspace_id"] == workspace_id:
            return stack.removesuffix("-workspace")
    return None


def _hub(documents: Documents, names: list[str]) -> Iterator[str]:
    """The one way out, if there is one, and each network's private endpoints."""
    hub = "hub"
    if hub not in documents:
        return
    vnet, _ = _one(documents, hub, "azurerm_virtual_network")
    firewall, _ = _one(documents, hub, "azurerm_firewall")
    zones = len(_all(documents, hub, "azurerm_private_dns_zone") or documents[hub]["data"]["azurerm_private_dns_zone"])
    yield f'  subgraph hub["hub: network {_ranges(vnet)}"]'
    yield f'    firewall{{{{"firewall, {firewall.get("sku_tier", "adopted")}"}}}}'
    yield f'    names["{zones} DNS zones, Log Analytics, runners"]'
    yield "  end"
    for name in names:
        endpoints = len(_all(documents, f"{name}-platform", "azurerm_private_endpoint"))
        yield f"  {_node(name, 'network')} ---|peered, {endpoints} private endpoints| hub"
    yield '  firewall -->|named hosts only| internet(["internet"])'


def write(page: Path, text: str) -> None:
    """Put the drawing between the marks of `page`. Raises ValueError if it has none."""
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
