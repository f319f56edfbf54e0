"""Fixtures of the local cloud's own tests."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.localcloud.core import Core, leave, start


@pytest.fixture
def core(tmp_path: Path) -> Iterator[Core]:
    """A fresh served cloud without Spark and MLflow; workspaces dev and prod."""
    served = start(tmp_path / "home")
    yield served
    leave(served)


@pytest.fixture
def lake(core: Core) -> Core:
    """`core` with catalog prod (isolated, bound to dev read-only), a schema, a table and a volume."""
    admin = core.admin()
    admin.catalogs.create("prod")
    admin.schemas.create("credit_gold", "prod")
    core.table("prod.credit_gold.scores")
    unity = f"{core.url('prod')}/api/2.1/unity-catalog"
    volume = {"catalog_name": "prod", "schema_name": "credit_gold", "name": "landing", "volume_type": "MANAGED"}
    core.call("POST", f"{unity}/volumes", json=volume)
    core.call("PATCH", f"{unity}/catalogs/prod", json={"isolation_mode": "ISOLATED"})
    dev = {"workspace_id": core.cloud.workspace("dev").workspace_id, "binding_type": "BINDING_TYPE_READ_ONLY"}
    core.call("PATCH", f"{unity}/bindings/catalog/prod", json={"add": [dev]})
    return core
