"""Small plans in Terraform's JSON form, for tests."""

from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from policies.review.costs.prices import Prices, read_prices
from policies.review.decision.rules import Rule, read_rules
from policies.review.decision.verdict import Finding
from policies.review.review import Review, Reviewer

REAL_PLANS = Path(__file__).resolve().parents[4] / "shared" / "data" / "plans"

# What the configuration refers to, by address and attribute.
Uses = Mapping[str, Mapping[str, str]]

needs_real_plans = pytest.mark.skipif(
    not REAL_PLANS.is_dir(), reason=f"the real plans are not beside this checkout ({REAL_PLANS})"
)


def change(address: str, actions: Sequence[str], before: Any = None, after: Any = None, **more: Any) -> dict[str, Any]:
    """One entry of `resource_changes`. `more` goes into its `change`; `item` into the entry itself."""
    item = more.pop("item", {})
    kind, _, name = address.partition(".")
    inner = {"actions": list(actions), "before": before, "after": after, "after_unknown": {}}
    marks = {"before_sensitive": {}, "after_sensitive": {}}
    return {
        "address": address,
        "mode": "managed",
        "type": kind,
        "name": name,
        "change": inner | marks | more,
    } | item


def plan(*changes: Mapping[str, Any], uses: Uses | None = None, **more: Any) -> dict[str, Any]:
    """A plan of `changes`. `uses` gives, by address and attribute, what the configuration refers to."""
    stays = [item for item in changes if item["change"]["after"] is not None]
    return {
        "format_version": "1.2",
        "terraform_version": "1.11.4",
        "planned_values": {"root_module": {"resources": [_planned(item) for item in stays]}},
        "resource_changes": list(changes),
        "configuration": {"root_module": {"resources": [_configured(item, uses or {}) for item in changes]}},
        "applyable": True,
        "complete": True,
        "errored": False,
    } | more


def _planned(item: Mapping[str, Any]) -> dict[str, Any]:
    return {"address": item["address"], "mode": "managed", "type": item["type"], "values": item["change"]["after"]}


def _configured(item: Mapping[str, Any], uses: Uses) -> dict[str, Any]:
    settings = {name: {"constant_value": value} for name, value in (item["change"]["after"] or {}).items()}
    references = {name: {"references": [target]} for name, target in uses.get(item["address"], {}).items()}
    return {"address": item["address"], "mode": "managed", "type": item["type"], "expressions": settings | references}


def reviewer(*findings: Finding) -> Reviewer:
    """A reviewer with the shipped rules and prices, to whom the scan says `findings`."""
    rules, prices = _shipped()
    return Reviewer(rules=rules, prices=prices, findings_of=lambda _plan: findings)


@cache
def _shipped() -> tuple[tuple[Rule, ...], Prices]:
    """They take longer to read than to apply."""
    return read_rules(), read_prices()


def reviewed(*changes: Mapping[str, Any], **more: Any) -> Review:
    """The review of a plan of `changes`, which no policy objects to."""
    return reviewer().review("prod-ml", plan(*changes, **more))
