"""A masked table is read on dedicated compute only where serverless compute reaches the workspace's root storage."""

from collections.abc import Callable
from typing import Any

import pytest
from databricks.sdk.errors import BadRequest, PermissionDenied

from localcloud.services.network.reach import CONFIGURATION, RULE, WORKSPACE
from localcloud.services.unity import hiding
from ml.tables import Tables
from ml.tables.backends import Past
from ml.tables.unity_rest import UnityRestBackend
from tests.localcloud.core import HOSTS, Core
from tests.localcloud.masks import ROOT, mask

TABLE = "prod.credit_gold.scores"


@pytest.fixture
def masked(lake: Core) -> Core:
    """`lake` with a column of the table masked for everybody, and prod's root storage behind its firewall."""
    mask(lake, TABLE)
    return lake


def _endpoints(core: Core, *parts: str) -> None:
    number = core.cloud.workspace("prod").workspace_id
    core.cloud.store.put(CONFIGURATION, "c", {"network_connectivity_config_id": "c"})
    core.cloud.store.put(WORKSPACE, str(number), {"workspace_id": number, "network_connectivity_config_id": "c"})
    for part in parts:
        rule = {"network_connectivity_config_id": "c", "group_id": part, "resource_id": f"/x/storageAccounts/{ROOT}"}
        core.cloud.store.put(RULE, part, rule)


def _read(core: Core) -> Any:
    table_id = core.cloud.store.require("table", TABLE)["id"]
    url = f"{core.url('prod')}/api/2.1/unity-catalog/temporary-table-credentials"
    return core.call("POST", url, json={"table_id": table_id, "operation": "READ"})


@pytest.mark.parametrize(
    ("parts", "missing"), [((), "no blob and no dfs endpoint"), (("blob",), "no dfs endpoint"), (("dfs",), "no blob")]
)
def test_without_endpoints_of_the_root_storage_the_read_is_refused(
    masked: Core, parts: tuple[str, ...], missing: str
) -> None:
    """The message names the missing parts and the fix."""
    _endpoints(masked, *parts)
    answer = _read(masked)
    assert answer.status_code == 403
    assert f"reaches {missing}" in answer.json()["message"]
    assert f"the root storage '{ROOT}'. Add private endpoint rules" in answer.json()["message"]


def test_with_both_it_is_filtered(masked: Core) -> None:
    """The query shows nulls in the place of the masked column."""
    _endpoints(masked, "blob", "dfs")
    assert "AS INT) AS `age`" in _read(masked).json()["query"].replace("int", "INT")


@pytest.mark.parametrize(
    ("read", "condition"),
    [
        (lambda tables: tables.version(TABLE), "ROW_LEVEL_SECURITY_COLUMN_MASK_FEATURE_NOT_SUPPORTED.DESCRIBE_HISTORY"),
        (lambda tables: tables.read(TABLE, 3), "FGAC_TIME_TRAVEL_NOT_SUPPORTED.DEDICATED_COMPUTE"),
        (
            lambda tables: tables.changes(TABLE, 1, 3),
            "ROW_LEVEL_SECURITY_COLUMN_MASK_FEATURE_NOT_SUPPORTED.TIME_TRAVEL",
        ),
    ],
    ids=["history", "version", "changes"],
)
def test_the_past_of_a_masked_table_is_refused(masked: Core, read: Callable[[Tables], Any], condition: str) -> None:
    """By Databricks' error condition, at the table door of a task, before Spark is asked for anything."""
    _endpoints(masked, "blob", "dfs")
    tables = Tables(None, UnityRestBackend(masked.admin().api_client))  # type: ignore[arg-type]  # refused before Spark
    with pytest.raises(BadRequest) as error:
        read(tables)
    assert f"[{condition}] columns or rows of '{TABLE}' are hidden from the caller" in str(error.value)


def test_a_masked_table_takes_no_insert_select(masked: Core) -> None:
    """The door's writes begin with the right to write, which the caller does not get."""
    _endpoints(masked, "blob", "dfs")
    with pytest.raises(
        PermissionDenied, match="takes MERGE and a DataFrame's append from such a caller, and no INSERT"
    ):
        UnityRestBackend(masked.admin().api_client).relation(TABLE, write=True)


def test_the_past_of_other_tables_is_read(masked: Core) -> None:
    """Nothing is hidden, so nothing is refused."""
    masked.cloud.store.delete(hiding.POLICY, "prod.credit_gold.hide")
    backend = UnityRestBackend(masked.admin().api_client)
    assert [backend.relation(TABLE, write=False, past=past) for past in Past] == [
        f"delta.`{masked.cloud.warehouse}/prod/credit_gold/scores`"
    ] * len(Past)


def test_a_table_without_masks_needs_none(masked: Core) -> None:
    """Nothing is filtered, so nothing is handed over."""
    masked.cloud.store.delete(hiding.POLICY, "prod.credit_gold.hide")
    assert _read(masked).status_code == 200


def test_a_root_storage_that_answers_everybody_needs_none(masked: Core) -> None:
    """As in the profile without private endpoints."""
    body = {"name": "prod", "host": HOSTS["prod"], "private_root_storage": ""}
    masked.call("POST", f"{masked.account_url}/local/workspaces", json=body)
    assert _read(masked).status_code == 200
