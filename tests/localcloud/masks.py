"""A table with a masked column, in a workspace whose root storage is behind its firewall."""

from localcloud.services.unity import hiding
from tests.localcloud.core import HOSTS, Core

ROOT = "mlopsprodroot"


def mask(core: Core, table: str) -> None:
    """Give `table` (prod's) the columns `age` and `score`, hide `age` from everybody, and close prod's root storage."""
    store, schema = core.cloud.store, table.rpartition(".")[0]
    columns = [{"name": "age", "type_text": "int"}, {"name": "score", "type_text": "double"}]
    store.put("table", table, {**store.require("table", table), "columns": columns})
    keys = {"_key": "k", "_below": table}
    store.put(hiding.TAG, f"{table}.age", {**keys, "tags": {"sensitive": "int"}})
    body = {"input_params": {"parameters": [{"name": "value"}]}, "routine_definition": "CAST(NULL AS INT)"}
    store.put(hiding.FUNCTION, f"{schema}.hide_int", {**keys, **body})
    policy = {
        "on_securable_fullname": schema,
        "to_principals": ["account users"],
        "policy_type": hiding.MASK,
        "match_columns": [{"condition": "hasTagValue('sensitive', 'int')"}],
        "column_mask": {"function_name": f"{schema}.hide_int"},
    }
    store.put(hiding.POLICY, f"{schema}.hide", {**keys, **policy})
    workspace = {"name": "prod", "host": HOSTS["prod"], "private_root_storage": ROOT}
    answer = core.call("POST", f"{core.account_url}/local/workspaces", json=workspace)
    assert answer.status_code == 200, answer.text
