"""What a plan costs a month, by prices that this test states."""

from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml

from policies.errors import RulesError
from policies.review.costs.cost import Cost, cost
from policies.review.costs.price_list import Node
from policies.review.costs.prices import PRICES, Prices, read_prices
from policies.terraform.plan import read_plan
from tests.policies.review.plans import change, plan

PRICED = replace(
    read_prices(),
    dbu={"jobs": 0.3, "all_purpose": 0.5, "sql_serverless": 0.7, "sql_pro": 0.5},
    usage={"warehouse_hours": 100, "cluster_hours": 10, "job_minutes_per_run": 15},
    nodes={"D4": Node(vm_per_hour=0.2, dbu_per_hour=1.0), "T4": Node(vm_per_hour=0.5, dbu_per_hour=None)},
)


def _cost(*changes: dict[str, Any], prices: Prices = PRICED) -> Cost:
    return cost(read_plan("s", plan(*changes)), prices)


def _update(kind: str, before: dict[str, Any], after: dict[str, Any]) -> Cost:
    return _cost(change(f"{kind}.x", ["update"], before, after))


def test_a_larger_serverless_warehouse() -> None:
    """From 4 to 12 DBU an hour at 0.70, for 100 hours, times one to three clusters."""
    size = {"enable_serverless_compute": True, "min_num_clusters": 1, "max_num_clusters": 3}
    found = _update("databricks_sql_endpoint", size | {"cluster_size": "2X-Small"}, size | {"cluster_size": "Small"})
    assert (found.low, found.high) == (pytest.approx(8 * 0.7 * 100), pytest.approx(8 * 0.7 * 300))
    assert found.unknown == ()


def test_a_warehouse_of_a_size_without_a_price_is_unknown() -> None:
    """Not zero."""
    found = _update("databricks_sql_endpoint", {"cluster_size": "2X-Small"}, {"cluster_size": "Giant"})
    assert any("no price for a pro warehouse of size Giant" in text for text in found.unknown)


def test_a_cluster_counts_its_driver_and_its_workers() -> None:
    """Machines and DBUs: (0.2 + 1 x 0.5) an hour each; from one worker to two, for 10 hours."""
    found = _update(
        "databricks_cluster", {"node_type_id": "D4", "num_workers": 1}, {"node_type_id": "D4", "num_workers": 2}
    )
    assert (found.low, found.high) == (pytest.approx(7.0), pytest.approx(7.0))


def test_a_job_costs_between_its_shortest_and_its_longest_run() -> None:
    """Daily, 15 minutes to 2 hours, on a driver with one to four workers at 0.2 + 1 x 0.3."""
    job = {
        "schedule": [{"quartz_cron_expression": "0 0 2 * * ?", "pause_status": "UNPAUSED"}],
        "timeout_seconds": 7200,
        "job_cluster": [{"new_cluster": [{"node_type_id": "D4", "autoscale": [{"min_workers": 1, "max_workers": 4}]}]}],
    }
    found = _cost(change("databricks_job.x", ["create"], None, job))
    runs = 730 / 24
    assert found.low == pytest.approx(runs * 0.25 * 0.5 * 2)
    assert found.high == pytest.approx(runs * 2 * 0.5 * 5)
    # The list says how long its month is: one of 744 hours has 31 days.
    longer = _cost(change("databricks_job.x", ["create"], None, job), prices=replace(PRICED, hours_per_month=744))
    assert longer.high == pytest.approx(31 * 2 * 0.5 * 5)


def test_a_paused_job_and_a_grant_cost_nothing() -> None:
    """And are not listed."""
    paused = {"schedule": [{"quartz_cron_expression": "0 0 2 * * ?", "pause_status": "PAUSED"}]}
    job, grant = (
        change("databricks_job.x", ["create"], None, paused),
        change("databricks_grants.g", ["create"], None, {}),
    )
    assert _cost(job, grant).items == ()


def test_a_job_without_a_limit_is_unknown() -> None:
    """How long it runs cannot be told."""
    job = {"schedule": [{"quartz_cron_expression": "0 0 2 * * ?"}]}
    assert _cost(change("databricks_job.x", ["create"], None, job)).unknown == (
        "databricks_job.x: how long it runs: it has no time limit",
    )


def test_what_has_no_price_is_said_beside_what_has_one() -> None:
    """A machine whose DBUs are not in the file."""
    found = _cost(change("databricks_cluster.x", ["create"], None, {"node_type_id": "T4", "num_workers": 0}))
    assert (found.high, found.unknown) == (pytest.approx(5.0), ("databricks_cluster.x: no price for the DBUs of T4",))


def test_what_is_billed_by_use_is_unknown_where_it_comes_or_goes() -> None:
    """An endpoint that stays says nothing."""
    values = {"name": "e"}
    assert _cost(change("databricks_model_serving.x", ["create"], None, values)).unknown == (
        "databricks_model_serving.x: billed by use",
    )
    assert _cost(change("databricks_model_serving.x", ["update"], values, {"name": "f"})).items == ()


def test_azure_resources_by_the_hour() -> None:
    """A Premium firewall goes, a private endpoint comes."""
    found = _cost(
        change("azurerm_firewall.f", ["delete"], {"sku_tier": "Premium"}),
        change("azurerm_private_endpoint.p", ["create"], None, {"name": "p"}),
    )
    assert found.high == pytest.approx((0.01 - 1.75) * 730)


def test_a_type_that_the_price_file_does_not_know_is_unknown() -> None:
    """Not free. A grant is free, because the file says so."""
    found = _cost(change("acme_mainframe.m", ["create"], None, {"name": "m"}))
    assert found.unknown == ("acme_mainframe.m: its type is not in policies/prices.yaml",)


def test_a_resource_of_azure_costs_what_the_list_says() -> None:
    """By the hour, by the tier, and unknown where the list has no amount or use decides."""
    month = {
        "azurerm_firewall": ({"sku_tier": "Premium"}, 1.75 * 730),
        "azurerm_private_endpoint": ({}, 0.01 * 730),
    }
    for kind, (values, price) in month.items():
        found = _cost(change(f"{kind}.x", ["create"], None, values))
        assert (found.low, found.high) == (pytest.approx(price), pytest.approx(price))
    for kind in ("azurerm_key_vault_key", "azurerm_log_analytics_workspace", "azurerm_data_factory"):
        found = _cost(change(f"{kind}.x", ["create"], None, {}))
        assert (found.high, found.unknown) == (0, (f"{kind}.x: billed by use",))


def test_a_price_by_the_month_is_one_by_the_hour(tmp_path: Path) -> None:
    """73 a month of 730 hours are 0.1 an hour, 73 a month again."""
    content = yaml.safe_load(PRICES.read_text())
    content["fixed"].append(
        {"name": "Bastion", "type": "azurerm_bastion_host", "amount": 73, "per": "month"}
        | {"looked_up": date(2026, 11, 21), "source": "an agreement"}
    )
    (tmp_path / "prices.yaml").write_text(yaml.safe_dump(content))
    prices = read_prices(tmp_path / "prices.yaml")
    assert prices.hourly["azurerm_bastion_host"] == pytest.approx(0.1)
    assert _cost(change("azurerm_bastion_host.x", ["create"], None, {}), prices=prices).high == pytest.approx(73)


def test_what_is_only_forgotten_goes_on_costing() -> None:
    """Terraform no longer manages it, and it runs on."""
    assert _cost(change("databricks_sql_endpoint.x", ["forget"], {"cluster_size": "Large"})).items == ()


@pytest.mark.parametrize(
    ("section", "value", "message"),
    [
        ("dbu", {"jobs": "cheap"}, "dbu.jobs is 'cheap'; it should be a valid number"),
        ("dbu", {"jobs": True}, "dbu.jobs is True; it should be a valid number"),
        ("dbu", {"jobs": -1}, "dbu.jobs is -1; it should be greater than or equal to 0"),
        ("dbu", {"jobs": float("nan")}, "dbu.jobs is nan; it should be a finite number"),
        ("usage", {"warehouse_hours": 1, "cluster_hours": 1}, "usage.job_minutes_per_run is missing; usage needs it"),
        ("discount", 0.1, "the file has discount; allowed are as_of, currency"),
        ("free", "databricks_*", "free is 'databricks_\\*'; it should be a list"),
        ("nodes", {"D4": {"price": 1}}, "nodes.D4 has price; allowed are vm_per_hour, dbu_per_hour"),
    ],
)
def test_a_wrong_price_file_is_refused(tmp_path: Path, section: str, value: Any, message: str) -> None:
    """A price that cannot be used is an error, not zero."""
    content = yaml.safe_load(PRICES.read_text()) | {section: value}
    (tmp_path / "prices.yaml").write_text(yaml.safe_dump(content))
    with pytest.raises(RulesError, match=message):
        read_prices(tmp_path / "prices.yaml")


def test_every_mistake_of_a_price_file_is_named(tmp_path: Path) -> None:
    """Together, each with its place: an entry of a list by its number, counted from one."""
    content = yaml.safe_load(PRICES.read_text())
    del content["currency"], content["fixed"][1]["looked_up"]
    content["fixed"][0]["prize"] = 1
    name = content["fixed"][1]["name"]
    content["nodes"]["Standard_D8s_v3"] = {"vm_per_hour": "0.384"}
    path = tmp_path / "prices.yaml"
    path.write_text(yaml.safe_dump(content))
    with pytest.raises(RulesError) as error:
        read_prices(path)
    assert str(error.value).splitlines() == [
        f"{path}: currency is missing; the file needs it",
        f"{path}: nodes.Standard_D8s_v3.vm_per_hour is '0.384'; it should be a valid number",
        f"{path}: fixed.1 (Firewall, Premium) has prize; allowed are name, type, where, amount, per, looked_up, source",
        f"{path}: fixed.2 ({name}).looked_up is missing; fixed.2 ({name}) needs it",
    ]


_SMALL = {"enable_serverless_compute": True, "cluster_size": "2X-Small", "auto_stop_mins": 10}
_D4 = {"node_type_id": "D4", "num_workers": 0}


def test_what_never_stops_costs_every_hour_of_the_month() -> None:
    """730 hours in place of 100 for a warehouse of 4 DBU, and of 10 for a cluster of 0.7 an hour."""
    found = _update("databricks_sql_endpoint", _SMALL, _SMALL | {"auto_stop_mins": 0})
    assert (found.low, found.high) == (pytest.approx(4 * 0.7 * 630), pytest.approx(4 * 0.7 * 630))
    found = _update("databricks_cluster", _D4, _D4 | {"autotermination_minutes": 0})
    assert (found.low, found.high) == (pytest.approx(0.7 * 720), pytest.approx(0.7 * 720))


def test_a_continuous_job_runs_all_month_unless_it_is_paused() -> None:
    """A driver at 0.5 an hour for 730 hours; clusters of tasks inside `for_each_task` count too."""
    inner = {"for_each_task": [{"task": [{"new_cluster": [_D4]}]}]}
    job = {"continuous": [{"pause_status": "UNPAUSED"}], "task": [inner]}
    assert _cost(change("databricks_job.x", ["create"], None, job)).high == pytest.approx(0.5 * 730)
    paused = job | {"continuous": [{"pause_status": "PAUSED"}]}
    assert _cost(change("databricks_job.x", ["create"], None, paused)).items == ()


def test_a_job_that_a_trigger_starts_runs_nobody_knows_how_often() -> None:
    """Not zero."""
    job = {"trigger": [{"file_arrival": [{"url": "/Volumes/a"}]}], "task": [{"new_cluster": [_D4]}]}
    found = _cost(change("databricks_job.x", ["create"], None, job))
    assert found.unknown == ("databricks_job.x: how often its trigger starts it",)


def test_an_endpoint_that_never_scales_to_zero_is_named() -> None:
    """By use before; after it, what it serves on all day."""
    small = {"workload_type": "CPU", "workload_size": "Small", "scale_to_zero_enabled": True}
    large = {"workload_type": "GPU_LARGE", "workload_size": "Large", "scale_to_zero_enabled": False}
    found = _update(
        "databricks_model_serving",
        {"config": [{"served_entities": [small]}]},
        {"config": [{"served_entities": [large]}]},
    )
    assert found.unknown[-1] == (
        "databricks_model_serving.x: serving GPU_LARGE Large all day and night: it never scales to zero"
    )


def test_a_size_that_is_known_after_the_apply_is_no_zero() -> None:
    """The number of workers is computed: its price is said to be unknown."""
    found = _cost(
        change("databricks_cluster.x", ["update"], _D4, {"node_type_id": "D4"}, after_unknown={"num_workers": True}),
    )
    assert found.items == ()  # nothing in the configuration sets it
    uses = {"databricks_cluster.x": {"num_workers": "random_integer.n"}}
    item = change("databricks_cluster.x", ["update"], _D4, {"node_type_id": "D4"}, after_unknown={"num_workers": True})
    found = cost(read_plan("s", plan(item, uses=uses)), PRICED)
    assert found.unknown == ("databricks_cluster.x: num_workers is known after apply",)
