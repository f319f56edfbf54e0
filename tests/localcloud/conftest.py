"""Fixtures of the local cloud's own tests."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.localcloud import witness
from tests.localcloud.core import Core, leave, start

witness.watch()


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    """Note what passed."""
    witness.passed(report)


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Write the witnesses, or fail if one of them no longer calls its route."""
    if os.environ.get("RECORD_WITNESSES"):
        witness.record()
    elif silent := witness.silent():
        print("\nWitnesses that are none any more (make parity):", *silent, sep="\n")
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


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
