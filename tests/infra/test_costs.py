"""Costs are counted in the stacks: nothing that they make is left out, and what is unknown is said to be."""

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from infra.costs.estimate import CostError, estimate
from infra.costs.page import page
from infra.costs.prices import FILE, read_prices
from infra.costs.profiles import cheaper_firewall, without_hub
from infra.costs.profiles import documents as profile_documents
from infra.main import WORKSPACES
from infra.spec import load
from infra.wheel import ROOT
from tests.infra.conftest import Documents
from tests.infra.networks import network_documents

PRICES = read_prices()


def _stack(**resources: list[dict[str, Any]]) -> dict[str, Any]:
    return {"resource": {type_: dict(enumerate(instances)) for type_, instances in resources.items()}}


STACKS = {
    "hub": _stack(azurerm_firewall=[{"sku_tier": "Premium"}], azurerm_private_dns_zone=[{}, {}]),
    "dev-platform": _stack(azurerm_private_endpoint=[{}, {}, {}], azurerm_subnet=[{}]),
    "dev-fraud-platform": _stack(azurerm_private_endpoint=[{}]),
}


def test_a_month_is_counted_by_kind_and_stack() -> None:
    """One firewall at 1.75 an hour is 1277.50 a month, an endpoint 7.30; a zone's price is not known."""
    found = {line.price.name: (line.monthly, dict(line.counts)) for line in estimate(STACKS, PRICES)}
    assert found == {
        "Firewall, Premium": (Decimal("1277.50"), {"hub": 1}),
        "Private endpoint": (Decimal("7.30"), {"dev-platform": 3, "dev-fraud-platform": 1}),
        "Private DNS zone": (None, {"hub": 2}),
    }


def test_the_page_sums_what_is_known_and_names_what_is_not() -> None:
    """Each stack counts for its environment, the hub for all; the sum has the known prices."""
    text = page({"private": STACKS}, ["dev", "dev-fraud"], PRICES)
    assert "| shared | 1,278 |\n| dev | 22 |\n| dev-fraud | 7 |\n| **all, at least** | **1,307** |" in text
    assert "| Private DNS zone | unknown | 2 |  |  |" in text
    assert "| Private endpoint | 7.30 |  | 3 | 1 |" in text
    assert "| Traffic through a private endpoint | 0.01 | GB |" in text
    assert "NAT" not in text


def test_what_nobody_priced_is_not_passed_over() -> None:
    """A new kind of resource stops the page until its price, or that it has none, is written down."""
    stacks = STACKS | {"prod-platform": _stack(azurerm_bastion_host=[{}])}
    with pytest.raises(CostError, match="azurerm_bastion_host, which"):
        estimate(stacks, PRICES)


def test_a_profile_changes_what_is_made(tmp_path: Path) -> None:
    """The cheaper firewall saves 365 a month; without a hub each environment has a NAT gateway in its place."""
    spec = load(WORKSPACES)
    totals = {}
    for name, each in {"private": spec, "standard": cheaper_firewall(spec), "listed": without_hub(spec)}.items():
        lines = estimate(network_documents(each, tmp_path / name), PRICES)
        totals[name] = {line.price.name: sum(map(line.cost, line.counts)) for line in lines if line.monthly}
    assert totals == {
        "private": {
            "Firewall, Premium": Decimal("1277.50"),
            "Private endpoint": Decimal("7.30"),
            "Public address": Decimal("3.650"),
        },
        "standard": {
            "Firewall, Standard": Decimal("912.50"),
            "Private endpoint": Decimal("7.30"),
            "Public address": Decimal("3.650"),
        },
        "listed": {"NAT gateway": Decimal("98.550"), "Public address": Decimal("10.950")},
    }


def test_the_page_is_of_what_is_shipped(shipped: Documents, tmp_path: Path) -> None:
    """docs/costs.md is current; else write it anew: `python -m infra.costs`. Only the hub knows the firewall's tier."""
    spec = load(WORKSPACES)
    hub = network_documents(cheaper_firewall(spec), tmp_path)["hub"]
    profiles = {
        "private": shipped,
        "private, firewall Standard": {**shipped, "hub": hub},
        "ip-allow-list": profile_documents(without_hub(spec)),
    }
    text = (ROOT / "docs" / "costs.md").read_text(encoding="utf-8")
    assert page(profiles, [each.name for each in spec.environments], PRICES) == text


def test_prices_say_of_which_day_and_from_where(tmp_path: Path) -> None:
    """Every price has its source; a list without a date is refused."""
    assert all(price.source for price in (*PRICES.fixed, *PRICES.per_use))
    undated = tmp_path / "prices.yaml"
    undated.write_text(FILE.read_text(encoding="utf-8").replace("    looked_up: 2026-11-21\n", "", 1), encoding="utf-8")
    with pytest.raises(ValueError, match="looked_up"):
        read_prices(undated)
