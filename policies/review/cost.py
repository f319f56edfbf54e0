"""What a plan adds to or takes from a month's bill: DBUs and machines, as a range, with what is not known said."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Any

from policies.review.plan import Action, Change, Plan
from policies.review.prices import Prices
from schedules import runs_per_month

Values = Mapping[str, Any]
_HOURS_PER_MONTH = 730
BY_USE = "billed by use"


@dataclass(frozen=True, kw_only=True)
class Monthly:
    """Cost a month between `low` and `high`; `unknown` are the parts that have no price."""

    low: float = 0.0
    high: float = 0.0
    unknown: tuple[str, ...] = ()

    def __add__(self, other: "Monthly") -> "Monthly":
        unknown = tuple(dict.fromkeys((*self.unknown, *other.unknown)))
        return Monthly(low=self.low + other.low, high=self.high + other.high, unknown=unknown)

    def times(self, low: float, high: float) -> "Monthly":
        """This cost for between `low` and `high` units."""
        return Monthly(low=self.low * low, high=self.high * high, unknown=self.unknown)


@dataclass(frozen=True, kw_only=True)
class CostChange:
    """The difference that one resource makes. Both ends go the same way: the least used month against the least used
    one, the most used against the most used.
    """

    address: str
    low: float
    high: float
    unknown: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Cost:
    """The difference of a whole plan, a month, at the prices of `as_of`."""

    currency: str
    as_of: str
    region: str
    low: float
    high: float
    items: tuple[CostChange, ...]

    @property
    def unknown(self) -> tuple[str, ...]:
        """`address: what has no price`, for every such part."""
        return tuple(f"{item.address}: {text}" for item in self.items for text in item.unknown)


def cost(plan: Plan, prices: Prices) -> Cost:
    """What applying the plan changes. Resources that cost nothing by themselves (grants, policies) are left out."""
    items = tuple(item for change in plan.changes if (item := _difference(change, prices)) is not None)
    return Cost(
        currency=prices.currency,
        as_of=prices.as_of,
        region=prices.region,
        low=sum(item.low for item in items),
        high=sum(item.high for item in items),
        items=items,
    )


def _difference(change: Change, prices: Prices) -> CostChange | None:
    before, after = (monthly(change.type, values, prices) for values in (change.before, change.after))
    if change.action is Action.FORGET:  # it lives on, and so does its cost
        after = before
    unknown = tuple(dict.fromkeys((*before.unknown, *after.unknown)))
    low, high = after.low - before.low, after.high - before.high
    # What a resource costs by use may change only when it comes or goes, as far as a plan can tell.
    if not (low or high or (unknown and before != after)):
        return None
    return CostChange(address=change.address, low=min(low, high), high=max(low, high), unknown=unknown)


def monthly(kind: str, values: Any, prices: Prices) -> Monthly:
    """What a resource of type `kind` costs a month; nothing where it does not exist."""
    if not isinstance(values, Mapping):
        return Monthly()
    if kind in prices.by_use:
        return Monthly(unknown=(BY_USE,))
    if kind in prices.hourly:
        return _at(prices.hourly[kind]).times(_HOURS_PER_MONTH, _HOURS_PER_MONTH)
    if kind in prices.hourly_by:
        attribute, by_value = prices.hourly_by[kind]
        price = by_value.get(str(values.get(attribute)))
        return _priced(price, f"{attribute} {values.get(attribute)}").times(_HOURS_PER_MONTH, _HOURS_PER_MONTH)
    estimate = _ESTIMATES.get(kind)
    if estimate:
        return estimate(values, prices)
    free = any(fnmatchcase(kind, pattern) for pattern in prices.free)
    return Monthly() if free else Monthly(unknown=("its type is not in policies/prices.yaml",))


def _at(price: float) -> Monthly:
    return Monthly(low=price, high=price)


def _priced(price: float | None, what: str) -> Monthly:
    return Monthly(unknown=(f"no price for {what}",)) if price is None else _at(price)


def _warehouse(values: Values, prices: Prices) -> Monthly:
    size = str(values.get("cluster_size"))
    serverless = values.get("enable_serverless_compute") is True
    kind = "serverless" if serverless else str(values.get("warehouse_type") or "PRO").lower()
    dbus, price = prices.warehouse_dbu_per_hour.get(size), prices.dbu.get(f"sql_{kind}")
    hourly = _priced(None if dbus is None or price is None else dbus * price, f"a {kind} warehouse of size {size}")
    machines = Monthly() if serverless else Monthly(unknown=("machines of a warehouse that is not serverless",))
    clusters = [max(1.0, _number(values.get(name), 1)) for name in ("min_num_clusters", "max_num_clusters")]
    hours = prices.usage["warehouse_hours"]
    return hourly.times(clusters[0] * hours, clusters[1] * hours) + machines


def _cluster(values: Values, prices: Prices) -> Monthly:
    hours = prices.usage["cluster_hours"]
    return _hourly(values, prices, "all_purpose").times(hours, hours)


def _pool(values: Values, prices: Prices) -> Monthly:
    """A pool's idle machines cost their VM and no DBU."""
    idle = _number(values.get("min_idle_instances"), 0)
    name = str(values.get("node_type_id") or "")
    machine = _priced(prices.node(name).vm_per_hour, f"machine {name or 'known after apply'}") if idle else Monthly()
    return machine.times(idle * _HOURS_PER_MONTH, idle * _HOURS_PER_MONTH)


def _job(values: Values, prices: Prices) -> Monthly:
    schedule = next(iter(_blocks(values.get("schedule"))), None)
    if schedule is None or schedule.get("pause_status") == "PAUSED":
        return Monthly()
    runs = runs_per_month(str(schedule.get("quartz_cron_expression", "")))
    limit_s = _number(values.get("timeout_seconds"), 0)
    if runs is None or not limit_s:
        return Monthly(unknown=("how long it runs: it has no time limit",) if runs else ("how often it runs",))
    clusters = [block for item in _blocks(values.get("job_cluster")) for block in _blocks(item.get("new_cluster"))]
    clusters += [block for item in _blocks(values.get("task")) for block in _blocks(item.get("new_cluster"))]
    hourly = sum((_hourly(cluster, prices, "jobs") for cluster in clusters), Monthly())
    shortest_h = min(prices.usage["job_minutes_per_run"] / 60, limit_s / 3600)
    return hourly.times(runs * shortest_h, runs * limit_s / 3600)


def _hourly(cluster: Values, prices: Prices, workload: str) -> Monthly:
    """A cluster per hour: its driver, and between the least and the most workers."""
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
    return _priced(node.vm_per_hour, f"machine {name}") + _priced(dbus, f"the DBUs of {name}")


def _blocks(value: Any) -> Iterator[Values]:
    found = value if isinstance(value, list) else [value]
    yield from (block for block in found if isinstance(block, Mapping))


def _number(value: Any, default: float) -> float:
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else default


_ESTIMATES: Mapping[str, Callable[[Values, Prices], Monthly]] = {
    "databricks_cluster": _cluster,
    "databricks_instance_pool": _pool,
    "databricks_job": _job,
    "databricks_sql_endpoint": _warehouse,
}
