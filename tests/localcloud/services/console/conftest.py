"""The console of a served cloud without Spark and MLflow."""

import pytest

from tests.localcloud.core import Core
from tests.localcloud.services.console.site import Site


@pytest.fixture
def site(lake: Core) -> Site:
    """Its pages; nobody has signed in."""
    return Site(lake)
