"""Tables of the catalog `system`: jobs and their runs; tables without data here have columns and no rows.

Source: Azure Databricks, "System tables reference". Only admins read them.
"""

from collections.abc import Callable, Iterator

from localcloud.kernel.cloud import Cloud
from localcloud.kernel.identity import Caller
from localcloud.services.jobs.records import is_final
from localcloud.services.sql.information_schema import Row, values

# As the table spells what the API spells otherwise.
_RESULTS = {"SUCCESS": "SUCCEEDED", "TIMEDOUT": "TIMED_OUT", "CANCELED": "CANCELLED"}
_USAGE = "STRUCT<job_id: STRING, job_name: STRING, warehouse_id: STRING, endpoint_name: STRING>"
_PRICE = "STRUCT<default: DECIMAL(38, 18), effective_list: STRUCT<default: DECIMAL(38, 18)>>"
_COLUMNS: dict[str, dict[str, str]] = {
    "lakeflow.jobs": {"workspace_id": "STRING", "job_id": "STRING", "name": "STRING"}
    | {"change_time": "TIMESTAMP", "delete_time": "TIMESTAMP"},
    "lakeflow.job_run_timeline": {"workspace_id": "STRING", "job_id": "STRING", "run_id": "STRING"}
    | {"period_start_time": "TIMESTAMP", "period_end_time": "TIMESTAMP", "trigger_type": "STRING"}
    | {"run_type": "STRING", "run_name": "STRING", "result_state": "STRING", "termination_code": "STRING"},
    "billing.usage": {"workspace_id": "STRING", "sku_name": "STRING", "cloud": "STRING", "usage_date": "DATE"}
    | {"usage_start_time": "TIMESTAMP", "usage_end_time": "TIMESTAMP", "usage_quantity": "DECIMAL(38, 18)"}
    | {"custom_tags": "MAP<STRING, STRING>", "usage_metadata": _USAGE},
    "billing.list_prices": {"sku_name": "STRING", "cloud": "STRING", "currency_code": "STRING", "pricing": _PRICE}
    | {"price_start_time": "TIMESTAMP", "price_end_time": "TIMESTAMP"},
    "access.audit": {"workspace_id": "STRING", "event_time": "TIMESTAMP", "event_date": "DATE"}
    | {"service_name": "STRING", "action_name": "STRING", "user_identity": "STRUCT<email: STRING>"}
    | {"request_params": "MAP<STRING, STRING>", "response": "STRUCT<status_code: INT, error_message: STRING>"},
}


def covers(full_name: str) -> bool:
    """Whether a three-level name is a table of the catalog `system`."""
    return full_name.partition(".")[2] in _COLUMNS and full_name.startswith("system.")


def query(cloud: Cloud, caller: Caller, full_name: str) -> str:
    """The table as a SELECT. Raises `ApiError` 403 unless the caller is an admin."""
    caller.require_admin("read system tables")
    table = full_name.partition(".")[2]
    kept = _ROWS.get(table)
    return values(_COLUMNS[table], kept(cloud) if kept else ())


def _jobs(cloud: Cloud) -> Iterator[Row]:
    for job in cloud.store.all("job"):
        name = job["settings"].get("name", "Untitled")
        yield (_workspace(cloud, job["workspace"]), str(job["job_id"]), name, job["created_ms"], None)


def _runs(cloud: Cloud) -> Iterator[Row]:
    for run in cloud.store.all("job_run"):
        ended = run["end_ms"] if is_final(run) else None
        times = (run["start_ms"] or run["created_ms"], ended)
        result = _RESULTS.get(run["result"], run["result"])
        kinds = (run["trigger"], run["type"], run["name"], result, run["code"] or None)
        yield (_workspace(cloud, run["workspace"]), str(run["job_id"]), str(run["run_id"]), *times, *kinds)


def _workspace(cloud: Cloud, name: str) -> str:
    return str(cloud.workspace(name).workspace_id)


_ROWS: dict[str, Callable[[Cloud], Iterator[Row]]] = {"lakeflow.jobs": _jobs, "lakeflow.job_run_timeline": _runs}
