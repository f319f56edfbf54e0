"""Lists that go out of date are looked up, and only their values change. The pages are made up in the real form."""

import re
from collections.abc import Callable, Mapping
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml

from delivery.host import DeliveryError
from delivery.renew import allow_lists, node_types, prices
from delivery.renew.__main__ import main
from settings.problems import SettingsError

TODAY = date(2027, 3, 1)


def _item(node: str, price: float, **other: str) -> dict[str, Any]:
    named = {"skuName": node, "productName": "Virtual Machines Dads Series", "unitOfMeasure": "1 Hour"}
    return {"armSkuName": node, "retailPrice": price, **named, **other}


class Shop:
    """Answers as the price list does: by region and part of the name, one item a page."""

    def __init__(self, sold: Mapping[str, list[dict[str, Any]]]) -> None:
        self.sold = sold

    def __call__(self, url: str, query: Mapping[str, str]) -> dict[str, Any]:
        """One page."""
        wanted = query.get("$filter", url)
        region = re.search(r"armRegionName eq '(\w+)'", wanted)
        name = re.search(r"contains\(armSkuName, '(\w+)'\)", wanted)
        assert region is not None
        assert name is not None
        found = [each for each in self.sold.get(region[1], []) if name[1] in each["armSkuName"]]
        start = int(url.partition("#skip=")[2].partition("&")[0] or 0)
        following = f"next#skip={start + 1}&{wanted}" if start + 1 < len(found) else None
        return {"Items": found[start : start + 1], "NextPageLink": following}


def test_only_prices_that_changed_are_written(root: Path) -> None:
    """With the day. Windows, spare capacity and what is no machine do not count, nor does a longer name."""
    text = (root / prices.PATH).read_text()
    before = yaml.safe_load(text)
    sold = [_item(node, values["vm_per_hour"]) for node, values in before["nodes"].items()]
    assert prices.renewed(text, TODAY, Shop({"eastus": sold})) == text
    node = "Standard_D4ads_v5"
    odd = [
        _item(node, 0.01, skuName=f"{node} Spot"),
        _item(node, 0.02, productName="Virtual Machines Dads Series Windows"),
        _item(node, 0.03, unitOfMeasure="1/Month"),
        _item(f"{node}x", 0.04),
    ]
    dearer = [_item(each["armSkuName"], 0.25) if each["armSkuName"] == node else each for each in sold]
    after = prices.renewed(text, TODAY, Shop({"eastus": [*odd, *dearer]}))
    lines = zip(text.splitlines(), after.splitlines(), strict=True)
    assert [new for old, new in lines if old != new] == ["as_of: 2027-03-01", f"  {node}: {{vm_per_hour: 0.25}}"]


def test_a_machine_that_is_priced_no_longer_changes_nothing(root: Path) -> None:
    """A person decides what takes its place."""
    with pytest.raises(DeliveryError, match=r"Standard_D4ads_v5, .* has no Linux price in eastus"):
        prices.renewed((root / prices.PATH).read_text(), TODAY, Shop({}))


def _sold_as_in(text: str) -> dict[str, list[dict[str, Any]]]:
    """Every surveyed region sells one machine of each series that the table gives it, and another one."""
    table = yaml.safe_load(text)
    sold: dict[str, list[dict[str, Any]]] = {
        region: [_item("Standard_NC1_other", 1)] for survey in table["surveys"] for region in survey["regions"]
    }
    for series in table["series"]:
        node = series["nodes"].replace(r"\d+", "24").replace("i?", "").replace("m?", "")
        for region in series["regions"]:
            sold[region].append(_item(node, 1))
    return sold


def test_regions_that_sell_a_machine_are_written(root: Path) -> None:
    """Nothing while they are the same; else that series, the surveys' date and source, and the file is still read."""
    text = (root / node_types.PATH).read_text()
    sold = _sold_as_in(text)
    assert node_types.renewed(text, TODAY, Shop(sold)) == text
    sold["westeurope"] = [each for each in sold["westeurope"] if "T4_v3" not in each["armSkuName"]]
    sold["westcentralus"].append(_item("Standard_NC4as_T4_v3", 1))
    after = node_types.renewed(text, TODAY, Shop(sold))
    before, renewed = yaml.safe_load(text), yaml.safe_load(after)
    t4 = set(before["series"][0]["regions"]) - {"westeurope"} | {"westcentralus"}
    assert set(renewed["series"][0]["regions"]) == t4
    assert renewed["series"][1:] == before["series"][1:]
    assert {survey["as_of"] for survey in renewed["surveys"]} == {"2027-03"}
    assert max(map(len, after.splitlines())) <= 120


def test_a_region_without_any_gpu_machine_is_an_empty_answer(root: Path) -> None:
    """It would read as: sold nowhere."""
    text = (root / node_types.PATH).read_text()
    sold = _sold_as_in(text)
    sold["uksouth"] = []
    with pytest.raises(DeliveryError, match="uksouth lists no GPU machine"):
        node_types.renewed(text, TODAY, Shop(sold))


def _page(hosts: list[str], region: str = "West Europe") -> str:
    listed = "<br/>".join(hosts)
    return (
        "<table><tr><th>Region</th><th>Domains</th></tr>"
        f"<tr><td>{region}</td><td><p>{listed}</p></td></tr>"
        "<tr><td>West Europe 2</td><td>other.blob.core.windows.net</td></tr></table>"
    )


def test_hosts_of_the_region_replace_those_of_the_file(root: Path) -> None:
    """Storage in one list, event hubs in the other; comments, other lists and the rest stay as they are."""
    text = (root / allow_lists.PATH).read_text()
    egress = yaml.safe_load(text)["hub"]["egress"]
    known = [*egress["databricks"], *egress["telemetry"]]
    assert allow_lists.renewed(text, lambda _: _page(known)) == text
    new = ["arprodwesteua25.blob.core.windows.net", "prod-we3-observabilityeventhubs.servicebus.windows.net"]
    after = allow_lists.renewed(text, lambda _: _page([*known[1:], *new], region="westeurope"))
    renewed = yaml.safe_load(after)["hub"]["egress"]
    assert renewed["databricks"] == [*egress["databricks"][1:], new[0]]
    assert renewed["telemetry"] == [*egress["telemetry"], new[1]]
    assert (renewed["internet"], renewed["runners"]) == (egress["internet"], egress["runners"])
    assert [line for line in text.splitlines() if "#" in line] == [line for line in after.splitlines() if "#" in line]


def test_a_page_in_another_form_closes_no_host(root: Path) -> None:
    """It lists next to nothing of what is known, so it was not understood."""
    with pytest.raises(DeliveryError, match=r"lists 0 of the \d+ hosts in hub.egress.databricks"):
        allow_lists.renewed((root / allow_lists.PATH).read_text(), lambda _: "<html>moved</html>")


def test_an_unknown_list_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    """With those there are."""
    assert main(["moon"]) == 2
    assert capsys.readouterr().err == "given moon; allowed are prices, node-types, allow-lists\n"


def test_every_mistake_in_a_list_is_said_with_its_line() -> None:
    """Before anything is looked up: what was given, what is allowed and what to change."""
    wrong = "region: West Europe\nnodes:\n  Standard_D4ads_v5: {vm_per_hour: cheap}\n  Standard_D8ads_v5: 0.4\n"
    with pytest.raises(SettingsError) as refused:
        prices.renewed(wrong, TODAY, Shop({}))
    assert [str(problem) for problem in refused.value.problems] == [
        "policies/prices.yaml:1: region: given 'West Europe'; allowed an Azure region, such as westeurope; correct it",
        "policies/prices.yaml:3: nodes.Standard_D4ads_v5.vm_per_hour: given 'cheap'; allowed a price an hour, in the "
        "list's currency; input should be a valid number, unable to parse string as a number",
        "policies/prices.yaml:4: nodes.Standard_D8ads_v5: given 0.4; allowed One machine of the price list; write a "
        "mapping of settings",
    ]


@pytest.mark.parametrize(
    ("renewed", "settings"),
    [
        (lambda text: node_types.renewed(text, TODAY, Shop({})), ["surveys", "series"]),
        (lambda text: allow_lists.renewed(text, lambda _: ""), ["azure", "hub.egress"]),
    ],
)
def test_a_list_that_lacks_what_is_renewed_is_refused(renewed: Callable[[str], str], settings: list[str]) -> None:
    """All that is missing together."""
    with pytest.raises(SettingsError) as refused:
        renewed("hub: {}\n")
    assert sorted(problem.setting for problem in refused.value.problems) == sorted(settings)
    assert {problem.given for problem in refused.value.problems} == {"nothing"}


def test_a_machine_without_a_price_is_left_alone() -> None:
    """A list may know its DBUs alone."""
    text = "as_of: 2026-04-30\nregion: eastus\nnodes:\n  Standard_X: {dbu_per_hour: 1.5}\n"
    assert prices.renewed(text, TODAY, Shop({})) == text
