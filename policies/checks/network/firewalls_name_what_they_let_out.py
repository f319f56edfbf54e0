"""A firewall that lets everything out is only a router."""

from ..engine.api import Block, Resource, Severity, Verdict, failed, rule, same, worst
from ..engine.values import Scalar

_RULES = ("application_rule_collection", "network_rule_collection")
_DESTINATIONS = ("destination_fqdns", "destination_addresses", "destination_urls")
_ANYWHERE = ("*", "0.0.0.0/0", "::/0", "Internet", "https://*", "http://*")


@rule(
    "CKV_MLOPS_62",
    Severity.HIGH,
    "azurerm_firewall_policy_rule_collection_group",
    rationale="One rule that allows `*` makes all other rules pointless: data can leave to anywhere.",
    fix="List the names, addresses or service tags that the platform needs.",
    control="Microsoft cloud security benchmark NS-3; exfiltration",
)
def firewalls_name_what_they_let_out(resource: Resource) -> Verdict:
    """Firewall rules name the destinations that they allow."""
    collections = [found for path in _RULES for found in resource.block.blocks(path)]
    return worst(_one(rule) for one in collections if not _denies(one) for rule in one.blocks("rule"))


def _denies(collection: Block) -> bool:
    action = collection.value("action")
    return action is not None and same(action, "Deny")


def _one(rule_: Block) -> Verdict:
    open_ = [value for path in _DESTINATIONS for value in rule_.values(path) if _is_anywhere(value)]
    return worst(failed(f"rule {rule_.value('name')} allows {value}; allowed: named destinations") for value in open_)


def _is_anywhere(value: Scalar) -> bool:
    return any(same(value, anywhere) for anywhere in _ANYWHERE)
