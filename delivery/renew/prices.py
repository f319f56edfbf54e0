"""`policies/prices.yaml`: the hourly price of each machine type, and the day of the look-up."""

import re
from datetime import date

from delivery.host import DeliveryError
from delivery.renew.listed import PriceList
from delivery.renew.retail import Fetch, fetch, machines
from settings.model import parse_model

PATH = "policies/prices.yaml"


def renewed(text: str, today: date, ask: Fetch = fetch) -> str:
    """The file with today's prices of the nodes that have one.

    Raises SettingsError with every mistake in it, DeliveryError if one of them no longer has a price.
    """
    listed = parse_model(PATH, text, PriceList)
    known = {node: each.vm_per_hour for node, each in listed.nodes.items() if each.vm_per_hour is not None}
    found = {node: _price(listed.region, node, ask) for node in known}
    missing = sorted(node for node, price in found.items() if price is None)
    if missing:
        raise DeliveryError(f"{PATH}: {', '.join(missing)} has no Linux price in {listed.region}; take it out")
    changed = {node: price for node, price in found.items() if price != known[node]}
    for node, price in changed.items():
        text = re.sub(rf"(^  {node}: \{{vm_per_hour: )[0-9.]+", rf"\g<1>{price:g}", text, flags=re.MULTILINE)
    return re.sub(r"^as_of: .*$", f"as_of: {today}", text, flags=re.MULTILINE) if changed else text


def _price(region: str, node: str, ask: Fetch) -> float | None:
    """The lowest of Azure's prices: it lists one machine type under several products."""
    listed = [price for name, price in machines(region, node, ask) if name == node]
    return min(listed, default=None)
