"""Azure's public retail prices, which need no sign-in: `https://prices.azure.com/api/retail/prices`."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

import httpx

URL = "https://prices.azure.com/api/retail/prices"
_TIMEOUT_S = 60
# Fetches one address and returns its JSON.
Fetch = Callable[[str, Mapping[str, str]], Mapping[str, Any]]


def fetch(url: str, query: Mapping[str, str]) -> Mapping[str, Any]:
    """One page, from the network."""
    answer = httpx.get(url, params=query or None, timeout=_TIMEOUT_S, follow_redirects=True)
    answer.raise_for_status()
    found: Mapping[str, Any] = answer.json()
    return found


def machines(region: str, name: str, ask: Fetch = fetch) -> Iterator[tuple[str, float]]:
    """(node type, dollars an hour) of every Linux machine of the region whose type contains `name`, pay as you go."""
    wanted = (
        f"serviceName eq 'Virtual Machines' and armRegionName eq '{region}' "
        f"and priceType eq 'Consumption' and contains(armSkuName, '{name}')"
    )
    page = ask(URL, {"$filter": wanted})
    while True:
        for item in page["Items"]:
            if _counts(item):
                yield str(item["armSkuName"]), float(item["retailPrice"])
        following = page.get("NextPageLink")
        if not following:
            return
        page = ask(following, {})


def _counts(item: Mapping[str, Any]) -> bool:
    """Excludes prices for Windows, spot capacity or a dedicated service."""
    spare = any(word in item["skuName"] for word in ("Spot", "Low Priority"))
    windows = "Windows" in item["productName"] or "CloudServices" in item["productName"]
    return not spare and not windows and item["unitOfMeasure"] == "1 Hour"
