"""Writes docs/costs.md: `python -m infra.costs`."""

from infra.costs.page import page
from infra.costs.prices import read_prices
from infra.costs.profiles import cheaper_firewall, documents, without_hub
from infra.main import WORKSPACES
from infra.spec import load
from infra.wheel import ROOT

if __name__ == "__main__":
    spec = load(WORKSPACES)
    profiles = {
        "private": spec,
        "private, firewall Standard": cheaper_firewall(spec),
        "ip-allow-list": without_hub(spec),
    }
    made = {name: documents(each) for name, each in profiles.items()}
    file = ROOT / "docs" / "costs.md"
    file.write_text(page(made, [each.name for each in spec.environments], read_prices()), encoding="utf-8")
    print(file.relative_to(ROOT))
