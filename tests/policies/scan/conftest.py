"""A stack with known mistakes."""

import json
from pathlib import Path
from typing import Any

import pytest

# One failure of this platform's checks, and several of checkov's, on one account; a vault of the same name beside it.
FLAWED: dict[str, Any] = {
    "resource": {
        "azurerm_storage_account": {
            "lake": {
                "name": "lake",
                "default_to_oauth_authentication": True,
                "https_traffic_only_enabled": False,
                "infrastructure_encryption_enabled": True,
                "lifecycle": {"prevent_destroy": True},
                "min_tls_version": "TLS1_0",
            }
        },
        "azurerm_resource_group": {"lake": {"name": "lake", "location": "westeurope"}},
    }
}


@pytest.fixture(scope="module")
def flawed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of stacks with one stack, `x-platform`, as CDKTF writes it. It is only read."""
    folder = tmp_path_factory.mktemp("flawed")
    file = folder / "stacks" / "x-platform" / "cdk.tf.json"
    file.parent.mkdir(parents=True)
    file.write_text(json.dumps(FLAWED, indent=2))
    return folder
