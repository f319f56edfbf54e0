"""Database instances through the real SDK: each is an online store by another name."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from databricks.sdk.errors import BadRequest, NotFound
from databricks.sdk.service.database import DatabaseInstance

from tests.localcloud.core import Core, start, stop


@pytest.fixture
def core(tmp_path: Path) -> Iterator[Core]:
    """An empty local cloud."""
    served = start(tmp_path / "home")
    yield served
    stop(served)


def test_an_instance_is_an_online_store(core: Core) -> None:
    """What publishes finds it under its name, with one read replica per node beside the first."""
    admin = core.admin()
    made = admin.database.create_database_instance(DatabaseInstance(name="prod-online", capacity="CU_1", node_count=3))
    store = admin.feature_store.get_online_store("prod-online")
    assert (store.capacity, store.read_replica_count) == ("CU_1", 2)
    assert (made.response.name, made.response.effective_node_count) == ("prod-online", 3)
    assert [one.name for one in admin.database.list_database_instances()] == ["prod-online"]
    assert admin.database.get_database_instance("prod-online").node_count == 3
    admin.database.update_database_instance(
        "prod-online", DatabaseInstance(name="prod-online", capacity="CU_2"), update_mask="capacity"
    )
    assert admin.feature_store.get_online_store("prod-online").capacity == "CU_2"
    admin.database.delete_database_instance("prod-online")
    with pytest.raises(NotFound):
        admin.feature_store.get_online_store("prod-online")


def test_an_instance_has_a_node_that_writes(core: Core) -> None:
    """And a size that exists."""
    admin = core.admin()
    with pytest.raises(BadRequest, match="node_count is 0"):
        admin.database.create_database_instance(DatabaseInstance(name="a", capacity="CU_1", node_count=0))
    with pytest.raises(BadRequest, match="capacity 'CU_3' is not one of"):
        admin.database.create_database_instance(DatabaseInstance(name="a", capacity="CU_3"))
