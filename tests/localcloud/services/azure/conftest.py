"""Azure with one resource group."""

import pytest

from tests.localcloud.core import Core
from tests.localcloud.services.azure.client import GROUP, WEST, Azure


@pytest.fixture
def azure(core: Core) -> Azure:
    """The administrator's Azure, with the resource group `mlops` in westeurope."""
    made = Azure(core)
    made.put(GROUP, {**WEST, "tags": {"environment": "prod"}})
    return made
