"""Every type of resource and every role that a stack declares is answered by the local cloud's REST."""

import re
from pathlib import Path
from typing import Any, cast

import infra
from localcloud.app import create_app
from localcloud.parity import served
from localcloud.services.azure.types import KINDS
from tests.infra.conftest import read_documents
from tests.localcloud.declared_types import AZURE, LEFT_OUT, ROUTES, unknown_roles

# `azurerm.key_vault` in the stacks' code is the type `azurerm_key_vault`.
_BINDING = re.compile(r"\b(azurerm|databricks)\.([a-z]\w+)")


def _sources() -> str:
    [folder] = infra.__path__
    return "\n".join(path.read_text(encoding="utf-8") for path in Path(folder).rglob("*.py"))


def _declared() -> set[str]:
    """The types that the stacks' code names: of all stacks, whichever a workspace's file turns on."""
    named = {f"{provider}_{name}" for provider, name in _BINDING.findall(_sources())}
    return {each for each in named if not each.startswith(("azurerm_data_azurerm", "databricks_data_databricks"))} - {
        "azurerm_provider",
        "databricks_provider",
    }


def _types(documents: dict[str, dict[str, Any]]) -> set[str]:
    return {type_ for document in documents.values() for type_ in document.get("resource", {})}


def test_every_declared_type_has_its_rest(stacks_dir: Path) -> None:
    """By Azure Resource Manager's types and by Databricks' routes, not only by the loader."""
    declared = _declared()
    assert _types(read_documents(stacks_dir)) <= declared
    assert declared - LEFT_OUT == set(AZURE) | set(ROUTES)
    assert {type_ for type_ in AZURE.values() if type_.lower() not in KINDS} == set()
    routes = {f"{method} {path}" for method, path in served(create_app(cast(Any, None)).routes)}
    assert set(ROUTES.values()) - routes == set()


def test_every_role_that_is_given_is_there(stacks_dir: Path) -> None:
    """The built-in ones by Azure's names; the others are declared beside."""
    documents = read_documents(stacks_dir).values()
    resources = [document.get("resource", {}) for document in documents]
    assert unknown_roles(resources) == set()
    assert any("azurerm_role_assignment" in each for each in resources)
