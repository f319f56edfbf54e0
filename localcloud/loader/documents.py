"""Reads `cdktf.out`: the stacks in order, and the blocks of each."""

import json
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from localcloud.loader.errors import LoadError
from localcloud.loader.ignored import ALL

# Terraform's own arguments; everything else belongs to the resource.
_META = {"//", "provider", "depends_on", "lifecycle", "provisioner", "connection", "count", "for_each"}
_UNSUPPORTED = {"count", "for_each", "provisioner"}


@dataclass(frozen=True, kw_only=True)
class Block:
    """One resource or data source. `address` is Terraform's: `type.name`, or `data.type.name`.

    `conditions` are (expression over `self`, message if it is false): its lifecycle's postconditions. `import_id` is
    the id of an existing object that an `import` block takes over.
    """

    address: str
    type: str
    is_data: bool
    arguments: dict[str, Any]
    depends_on: tuple[str, ...]
    ignore_changes: tuple[str, ...]
    create_before_destroy: bool
    prevent_destroy: bool
    conditions: tuple[tuple[str, str], ...] = ()
    import_id: str | None = None


@dataclass(frozen=True, kw_only=True)
class Stack:
    """One synthesized stack: its blocks and its folder.

    `host` is that of its Databricks provider, empty without Databricks resources. `forgotten` addresses
    leave the state without being destroyed (`removed` blocks).
    """

    name: str
    file: Path
    host: str
    blocks: tuple[Block, ...]
    forgotten: frozenset[str] = frozenset()

    @property
    def is_account(self) -> bool:
        """Whether its provider is the account's."""
        return self.host.startswith("https://accounts.")

    @property
    def by_account_admin(self) -> bool:
        """Whether an account admin deploys it: the account's stacks, and grants that only metastore admins can make."""
        return self.is_account or self.name.endswith("-rights")

    @property
    def deployer(self) -> str:
        """Display name of the service principal that deploys a workspace's stacks: the environment's pipeline."""
        return f"{self.workspace}-deployer"

    @property
    def in_workspace(self) -> bool:
        """Whether its provider is a workspace's."""
        return bool(self.host) and not self.is_account

    @property
    def workspace(self) -> str:
        """The environment that its name starts with: `prod` of `prod-ml`."""
        return self.name.rsplit("-", 1)[0]


def read_stacks(out_dir: Path) -> list[Stack]:
    """Every stack of the manifest, dependencies first. Raises LoadError for an unreadable one."""
    manifest = _read(out_dir / "manifest.json")
    stacks = [
        _stack(name, out_dir / entry["synthesizedStackPath"]) for name, entry in manifest.get("stacks", {}).items()
    ]
    return sorted(stacks, key=lambda stack: (_stage(stack.name), stack.name))


def _stage(name: str) -> int:
    """The position of a stack in the deployment order."""
    order = ("metastore", "platform", "account", "rights", "workspace", "ml", "masks", "serving")
    stage = name.rsplit("-", 1)[-1]
    return order.index(stage) if stage in order else len(order)


def _stack(name: str, file: Path) -> Stack:
    document = _read(file)
    provider = document.get("provider", {}).get("databricks", [])
    imports = {entry["to"]: entry["id"] for entry in document.get("import", [])}
    blocks = [
        _block(file, kind, type_, label, body)
        for kind in ("data", "resource")
        for type_, labelled in document.get(kind, {}).items()
        for label, body in labelled.items()
    ]
    # Stacks with Azure's own resources are left out: there is no Azure Resource Manager here.
    azure = "azurerm" in document.get("provider", {})
    host = "" if azure else next((entry["host"] for entry in provider if "host" in entry), "")
    taken_over = tuple(replace(block, import_id=imports.get(block.address)) for block in blocks)
    return Stack(name=name, file=file, host=host, blocks=taken_over, forgotten=_forgotten(document))


def _forgotten(document: dict[str, Any]) -> frozenset[str]:
    kept = (block for block in document.get("removed", ()) if not block.get("lifecycle", {}).get("destroy", True))
    return frozenset(block["from"] for block in kept)


def _block(file: Path, kind: str, type_: str, label: str, body: dict[str, Any]) -> Block:
    address = f"data.{type_}.{label}" if kind == "data" else f"{type_}.{label}"
    unsupported = sorted(_UNSUPPORTED & body.keys())
    if unsupported:
        raise LoadError(f"{file}: {address} uses {', '.join(unsupported)}, which the local cloud cannot load")
    lifecycle = body.get("lifecycle", {})
    ignored = lifecycle.get("ignore_changes", [])
    return Block(
        address=address,
        type=type_,
        is_data=kind == "data",
        arguments={name: value for name, value in body.items() if name not in _META},
        depends_on=tuple(body.get("depends_on", ())),
        ignore_changes=(ALL,) if ignored == ALL else tuple(ignored),
        create_before_destroy=lifecycle.get("create_before_destroy", False),
        prevent_destroy=lifecycle.get("prevent_destroy", False),
        conditions=tuple((each["condition"], each["error_message"]) for each in lifecycle.get("postcondition", [])),
    )


def _read(path: Path) -> dict[str, Any]:
    try:
        found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise LoadError(f"{path} does not exist. Synthesize the stacks first: mlops synth") from error
    except ValueError as error:
        raise LoadError(f"{path} is not JSON ({error}). Synthesize the stacks again: mlops synth") from error
    return found
