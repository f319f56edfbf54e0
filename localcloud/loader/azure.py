"""Workspaces in Azure's stack: created by it, or existing before and read by it.

There is no Azure Resource Manager here, so that stack itself is left out. For an existing workspace, the stack's data
source reads the properties from its registration (`POST /local/workspaces`, `azure`), which must meet the conditions.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from localcloud.loader import conditions
from localcloud.loader.documents import Block, Stack
from localcloud.loader.session import Session

_TYPE = "azurerm_databricks_workspace"


def known(account: Session, stack: Stack, found: Iterable[Stack], unchecked: list[str]) -> dict[str, Any]:
    """The known properties of the workspace of `stack`, for its registration.

    `unchecked` gets the name of an adopted one without properties. Raises LoadError for one that fails a condition.
    """
    for platform in found:
        for block in platform.blocks if platform.name == f"{stack.workspace}-platform" else ():
            if block.type == _TYPE:
                return _read(account, stack, platform, block, unchecked) if block.is_data else _made(block.arguments)
    return {}


def _made(arguments: Mapping[str, Any]) -> dict[str, Any]:
    """Its region, and its root storage if that is behind a firewall."""
    closed = arguments.get("default_storage_firewall_enabled")
    name = arguments["custom_parameters"]["storage_account_name"] if closed else ""
    region = str(arguments.get("location", "${"))
    return {"private_root_storage": name, **({} if "${" in region else {"region": region})}


def _read(account: Session, stack: Stack, platform: Stack, block: Block, unchecked: list[str]) -> dict[str, Any]:
    listed = account.get("/local/workspaces")["workspaces"]
    existing = next((each["azure"] for each in listed if each["name"] == stack.workspace), None)
    if not existing:
        if stack.workspace not in unchecked:
            unchecked.append(stack.workspace)
        return {}
    conditions.require(block, platform.file, {block.address: existing}.__getitem__)
    return {"region": existing["location"]}
