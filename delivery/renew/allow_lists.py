"""`workspaces/platform.yaml`: the region's hosts that Databricks requires, from its documentation page."""

import re
from collections.abc import Callable, Sequence
from html.parser import HTMLParser

import httpx

from delivery.host import DeliveryError
from delivery.renew.listed import Platform
from settings.model import parse_model

PATH = "workspaces/platform.yaml"
URL = "https://learn.microsoft.com/en-us/azure/databricks/resources/ip-domain-region"
_TIMEOUT_S = 60
_HOST = re.compile(r"[a-z0-9-]+\.(?:(?:blob|dfs)\.core|servicebus)\.windows\.net")
Page = Callable[[str], str]


def page(url: str) -> str:
    """The page, from the network."""
    answer = httpx.get(url, timeout=_TIMEOUT_S, follow_redirects=True)
    answer.raise_for_status()
    return answer.text


class _Rows(HTMLParser):
    """The rows of every table: each a list of cells, as text."""

    def __init__(self) -> None:
        super().__init__()
        self.rows: list[list[str]] = []
        self._in_cell = False

    def handle_starttag(self, tag: str, attrs: Sequence[tuple[str, str | None]]) -> None:  # noqa: ARG002 - as inherited
        """A row or a cell begins; any other tag inside a cell separates words."""
        if tag == "tr":
            self.rows.append([])
        elif tag in ("td", "th") and self.rows:
            self.rows[-1].append("")
            self._in_cell = True
        else:
            self.handle_data(" ")

    def handle_endtag(self, tag: str) -> None:
        """A cell ends."""
        if tag in ("td", "th"):
            self._in_cell = False

    def handle_data(self, data: str) -> None:
        """Text of the cell."""
        if self._in_cell and self.rows and self.rows[-1]:
            self.rows[-1][-1] += data


def hosts(html: str, region: str) -> list[str]:
    """The hosts in rows whose first cell names the region, as `westeurope` or `West Europe`, in the page's order."""
    reader = _Rows()
    reader.feed(html)
    named = [row for row in reader.rows if row and row[0].replace(" ", "").strip().lower() == region]
    return list(dict.fromkeys(host for row in named for cell in row[1:] for host in _HOST.findall(cell.lower())))


def renewed(text: str, read: Page = page) -> str:
    """The file with today's hosts.

    Raises SettingsError with every mistake in it, DeliveryError if the page lists less than half of what it has.
    """
    platform = parse_model(PATH, text, Platform)
    if platform.hub is None:
        return text
    egress = platform.hub.egress
    found = hosts(read(URL), platform.azure.region)
    events = [host for host in found if host.endswith(".servicebus.windows.net")]
    storage = [host for host in found if host not in events]
    for name, listed, known in (
        ("databricks", storage, egress.databricks),
        ("telemetry", events, egress.telemetry),
    ):
        both = len(set(listed) & set(known))
        if both * 2 < len(known):
            raise DeliveryError(
                f"{URL} lists {both} of the {len(known)} hosts in hub.egress.{name}: its form may have changed, so "
                "nothing was replaced; compare by hand"
            )
        if set(listed) != set(known):
            text = _with_hosts(text, name, listed)
    return text


def _with_hosts(text: str, name: str, listed: Sequence[str]) -> str:
    block = re.compile(rf"(^    {name}:\n)(?:      - .*\n)+", re.MULTILINE)
    return block.sub(lambda found: found[1] + "".join(f"      - {host}\n" for host in listed), text)
