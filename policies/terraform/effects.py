"""Effects of an apply that are not among the resource changes, as notes.

Source: HashiCorp, "JSON Output Format", with the actions of Terraform 1.14.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from policies.json_file import Document
from policies.terraform.configuration import Configuration

if TYPE_CHECKING:
    from policies.terraform.change import Change

# Properties that Terraform and OpenTofu write besides resource changes, without further effects.
_PARTS = frozenset({
    "format_version", "terraform_version", "variables", "planned_values", "proposed_unknown", "resource_drift",
    "resource_changes", "output_changes", "prior_state", "configuration", "relevant_attributes", "checks", "timestamp",
    "applyable", "complete", "errored",
})  # fmt: skip
_EFFECTS: Mapping[str, str] = {
    "deferred_changes": "changes are deferred to a later plan and not shown",
    "action_invocations": "actions are invoked, whose effect no plan shows",
    "deferred_action_invocations": "invocations of actions are deferred to a later plan",
}


# Providers whose resources are supported, and those that touch nothing outside the state.
_KNOWN = ("azapi", "azuread", "azurerm", "databricks")
_HARMLESS = ("random", "time", "tls")


def not_understood(changes: Iterable["Change"], configuration: Configuration) -> Iterator[str]:
    """Changing resources of unsupported providers, and those that also run commands."""
    strange: dict[str, list[str]] = {}
    for change in changes:
        provider = change.type.partition("_")[0]
        configured = configuration.of(change.address)
        if provider not in (*_KNOWN, *_HARMLESS):
            strange.setdefault(provider, []).append(change.address)
        if configured is not None and configured.provisioners:
            kinds = ", ".join(sorted(set(configured.provisioners)))
            yield f"{change.address[:80]} runs provisioners ({kinds[:80]}), whose effect no plan shows"
    for provider, addresses in strange.items():
        shown = ", ".join(address[:80] for address in addresses[:5])
        what = f"{len(addresses)} changes are of provider {provider[:40]}"
        yield f"{what}, which this review does not understand: {shown}"


def not_shown(document: Document) -> Iterator[str]:
    """The parts of a plan that have an effect but are not resource changes, and unknown parts."""
    for name, effect in _EFFECTS.items():
        found = document.get(name)
        if found:
            entries = found if isinstance(found, list) else [found]
            yield f"{len(entries)} {effect}: {', '.join(_addresses(entries)) or 'without an address'}"
    for name, found in document.items():
        if name not in _PARTS and name not in _EFFECTS and found not in (None, [], {}, False):
            yield f"the plan has a part {name[:40]!r} that this review does not know, and does not show"


def _addresses(entries: Sequence[Any]) -> Iterator[str]:
    for entry in entries[:5]:
        inside = [entry, *(entry.values() if isinstance(entry, Mapping) else ())]
        found = [item.get("address") for item in inside if isinstance(item, Mapping)]
        yield from (text[:80] for text in found[:2] if isinstance(text, str))
