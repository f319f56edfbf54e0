"""`infra/spec/node_types.yaml`: the regions of each GPU machine type."""

import re
import textwrap
from datetime import date

from delivery.host import DeliveryError
from delivery.renew.listed import NodeTypes
from delivery.renew.retail import Fetch, fetch, machines
from settings.model import parse_model

PATH = "infra/spec/node_types.yaml"
_WIDTH = 120


def renewed(text: str, today: date, ask: Fetch = fetch) -> str:
    """The file with today's regions of each series.

    Raises SettingsError with every mistake in it, DeliveryError if a surveyed region has no GPU machine.
    """
    table = parse_model(PATH, text, NodeTypes)
    surveyed = [region for survey in table.surveys for region in survey.regions]
    sold = {region: {node for node, _ in machines(region, "Standard_N", ask)} for region in surveyed}
    silent = sorted(region for region, nodes in sold.items() if not nodes)
    if silent:
        raise DeliveryError(f"{PATH}: {', '.join(silent)} lists no GPU machine; ask again, or correct the region")
    before = text
    for series in table.series:
        regions = [r for r in surveyed if any(re.fullmatch(series.nodes, node) for node in sold[r])]
        if set(regions) != set(series.regions):
            text = _with_regions(text, series.nodes, regions)
    if text == before:
        return text
    text = re.sub(r'as_of: "[^"]*".*', f'as_of: "{today:%Y-%m}"', text)
    return re.sub(r"source: .*", "source: Azure's retail prices, looked up by `make renew LIST=node-types`", text)


def _with_regions(text: str, nodes: str, regions: list[str]) -> str:
    body = textwrap.fill(
        ", ".join(regions) + "]", width=_WIDTH, initial_indent="    regions: [", subsequent_indent=" " * 14
    )
    block = re.compile(rf"(^  - nodes: {re.escape(nodes)}\n)    regions: \[[^\]]*\]", re.MULTILINE)
    return block.sub(lambda found: found[1] + body, text)
