"""The monthly cost of one resource: jobs, clusters, pools, warehouses and endpoints by size and hours."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from policies.review.costs.prices import Prices
from schedules import runs_per_month

Values = Mapping[str, Any]
BY_USE = "billed by use"


@dataclass(frozen=True, kw_only=True)
class Monthly:
    """Monthly cost between `low` and `high`; `unknown` are the parts without a price."""

    low: float = 0.0
    high: float = 0.0
    unknown: tuple[str, ...] = ()

    def __add__(self, other: "Monthly") -> "Monthly":
        unknown = tuple(dict.fromkeys((*self.unknown, *other.unknown)))
        return Monthly(low=self.low + other.low, high=self.high + other.high, unknown=unknown)

    def times(self, low: float, high: float) -> "Monthly":
        """This cost for between `low` and `high` units."""
        return Monthly(low=self.low * low, high=self.high * high, unknown=self.unknown)


def priced(price: float | None, what: str) -> Monthly:
    """A price, or a note that `what` has none."""
    return Monthly(unknown=(f"no price for {what}",)) if price is None else Monthly(low=price, high=price)


def _warehouse(values: Values, prices: Prices) -> Monthly:
    size = str(values.get("cluster_size"))
    serverless = values.get("enable_serverless_compute") is True
    kind = "serverless" if serverless else str(values.get("warehouse_type") or "PRO").lower()
    dbus, price = prices.warehouse_dbu_per_hour.get(size), prices.dbu.get(f"sql_{kind}")
    hourly = priced(None if dbus is None or price is None else dbus * price, f"a {kind} warehouse of size {size}")
    machines = Monthly() if serverless else Monthly(unknown=("machines of a warehouse that is not serverless",))
    clusters = [max(1.0, _number(values.get(name), 1)) for name in ("min_num_clusters", "max_num_clusters")]
    hours = prices.hours_per_month if _never(values.get("auto_stop_mins")) else prices.usage["warehouse_hours"]
    return hourly.times(clusters[0] * hours, clusters[1] * hours) + machines


def _cluster(values: Values, prices: Prices) -> Monthly:
    hours = prices.hours_per_month if _never(values.get("autotermination_minutes")) else prices.usage["cluster_hours"]
    return _hourly(values, prices, "all_purpose").times(hours, hours)


def _pool(values: Values, prices: Prices) -> Monthly:
    """A pool's idle machines cost their VM but no DBU."""
    idle = _number(values.get("min_idle_instances"), 0)
    name = str(values.get("node_type_id") or "")
    machine = priced(prices.node(name).vm_per_hour, f"machine {name or 'known after apply'}") if idle else Monthly()
    return machine.times(idle * prices.hours_per_month, idle * prices.hours_per_month)


def _job(values: Values, prices: Prices) -> Monthly:
    if _is_on(values, "continuous"):
        return _clusters(values, prices).times(prices.hours_per_month, prices.hours_per_month)
    if _is_on(values, "trigger"):
        return Monthly(unknown=("how often its trigger starts it",))
    schedule = next(iter(_blocks(values.get("schedule"))), None)
    if schedule is None or schedule.get("pause_status") == "PAUSED":
        return Monthly()
    runs = runs_per_month(str(schedule.get("quartz_cron_expression", "")), prices.hours_per_month)
    limit_s = _number(values.get("timeout_seconds"), 0)
    if runs is None or not limit_s:
        return Monthly(unknown=("how long it runs: it has no time limit",) if runs else ("how often it runs",))
    shortest_h = min(prices.usage["job_minutes_per_run"] / 60, limit_s / 3600)
    return _clusters(values, prices).times(runs * shortest_h, runs * limit_s / 3600)


def _is_on(values: Values, name: str) -> bool:
    """Whether a job has a block that starts it, and is not paused."""
    return any(block.get("pause_status") != "PAUSED" for block in _blocks(values.get(name)))


def _clusters(job: Values, prices: Prices) -> Monthly:
    """All clusters of a job, per hour."""
    tasks = list(_blocks(job.get("task")))
    tasks += [
        task for each in tasks for block in _blocks(each.get("for_each_task")) for task in _blocks(block.get("task"))
    ]
    makers = [*_blocks(job.get("job_cluster")), *tasks, job]
    clusters = [cluster for maker in makers for cluster in _blocks(maker.get("new_cluster"))]
    return sum((_hourly(cluster, prices, "jobs") for cluster in clusters), Monthly())


def _serving(values: Values, prices: Prices) -> Monthly:
    """Billed by use if every part scales to zero; a part that always runs has no price here, and is named."""
    del prices
    parts = [
        entity
        for config in _blocks(values.get("config"))
        for name in ("served_entities", "served_models")
        for entity in _blocks(config.get(name))
    ]
    return sum(map(_served, parts), Monthly()) if parts else Monthly(unknown=(BY_USE,))


def _served(entity: Values) -> Monthly:
    if entity.get("scale_to_zero_enabled") is True or any(_blocks(entity.get("external_model"))):
        return Monthly(unknown=(BY_USE,))
    words = [str(entity[name]) for name in ("workload_type", "workload_size") if entity.get(name)]
    least = _number(entity.get("min_provisioned_throughput"), 0)
    size = " ".join(words) or (f"{least:g} tokens a second" if least else "of unknown size")
    return Monthly(unknown=(f"serving {size} all day and night: it never scales to zero",))


def _hourly(cluster: Values, prices: Prices, workload: str) -> Monthly:
    """A cluster per hour: its driver, and between the minimum and maximum of workers."""
    scale = next(iter(_blocks(cluster.get("autoscale"))), {})
    fixed = _number(cluster.get("num_workers"), 0)
    workers = (_number(scale.get("min_workers"), fixed), _number(scale.get("max_workers"), fixed))
    worker = str(cluster.get("node_type_id") or "")
    driver = str(cluster.get("driver_node_type_id") or worker)
    many = _machine(worker, prices, workload).times(*workers) if workers[1] else Monthly()
    return _machine(driver, prices, workload) + many


def _machine(name: str, prices: Prices, workload: str) -> Monthly:
    if not name:
        return Monthly(unknown=("its machines are known after apply, or its pool's",))
    node, price = prices.node(name), prices.dbu.get(workload)
    dbus = None if node.dbu_per_hour is None or price is None else node.dbu_per_hour * price
    return priced(node.vm_per_hour, f"machine {name}") + priced(dbus, f"the DBUs of {name}")


def _blocks(value: Any) -> Iterator[Values]:
    found = value if isinstance(value, list) else [value]
    yield from (block for block in found if isinstance(block, dict))


def _number(value: Any, default: float) -> float:
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else default


def _never(minutes: Any) -> bool:
    """Whether a number of idle minutes means that it never stops."""
    return isinstance(minutes, int | float) and not isinstance(minutes, bool) and minutes == 0


# Attributes that determine size or run time.
SIZES = frozenset({
    "auto_stop_mins", "autoscale", "autotermination_minutes", "cluster_size", "config", "continuous",
    "enable_serverless_compute", "job_cluster", "max_num_clusters", "max_workers",
    "min_idle_instances", "min_num_clusters", "min_workers", "new_cluster", "num_workers",
    "pause_status", "quartz_cron_expression", "scale_to_zero_enabled", "schedule", "served_entities", "task",
    "timeout_seconds", "trigger", "warehouse_type",
})  # fmt: skip
ESTIMATES: Mapping[str, Callable[[Values, Prices], Monthly]] = {
    "databricks_cluster": _cluster,
    "databricks_instance_pool": _pool,
    "databricks_job": _job,
    "databricks_model_serving": _serving,
    "databricks_sql_endpoint": _warehouse,
}
