"""A validated Terraform plan for the review: a part that is not understood is an error, never "no changes".

Source: HashiCorp, "JSON Output Format": a new minor version only adds properties, a new major version is refused.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from policies.errors import PlanError
from policies.json_file import Document
from policies.terraform.change import Change, read_change
from policies.terraform.configuration import Configuration, read_configuration
from policies.terraform.effects import not_shown, not_understood

_MAJOR = 1


@dataclass(frozen=True, kw_only=True)
class Plan:
    """One stack's plan.

    `resources` are all of them, `changes` those that are touched; `notes` are facts about the plan itself that a
    reviewer must know. `uncovered` are outputs that were sensitive and no longer are.
    """

    stack: str
    terraform_version: str
    resources: tuple[Change, ...]
    drift: tuple[Change, ...]
    configuration: Configuration
    document: Document = field(repr=False)
    outputs: tuple[str, ...] = ()
    uncovered: tuple[str, ...] = ()
    errored: bool = False
    notes: tuple[str, ...] = ()

    @cached_property
    def changes(self) -> tuple[Change, ...]:
        """The resources that applying the plan changes, in the plan's order."""
        return tuple(change for change in self.resources if change.changes_something)

    @property
    def incomplete(self) -> bool:
        """Whether the plan itself says that it is incomplete."""
        return self.errored or bool(self.notes)


def read_plan(stack: str, document: Document) -> Plan:
    """The plan in `document`, which is called `stack`. Raises PlanError if it is not a plan."""
    try:
        return _read(stack, document)
    except (AttributeError, KeyError, TypeError, RecursionError) as error:
        raise PlanError(f"{stack}: a part of the plan has another form than Terraform writes ({error!r})") from error


def _read(stack: str, document: Document) -> Plan:
    version = _version(stack, document)
    resources = tuple(read_change(stack, item) for item in _list(stack, document, "resource_changes"))
    _check_whole(stack, document, resources)
    configuration = read_configuration(document.get("configuration"))
    touched = [change for change in resources if change.changes_something]
    return Plan(
        stack=stack,
        terraform_version=str(document.get("terraform_version", "")),
        resources=resources,
        drift=tuple(read_change(stack, item) for item in _list(stack, document, "resource_drift")),
        configuration=configuration,
        document=document,
        outputs=tuple(_changed_outputs(stack, document)),
        uncovered=tuple(_uncovered_outputs(document)),
        errored=document.get("errored") is True,
        notes=(*_notes(stack, document, version, resources), *not_understood(touched, configuration)),
    )


def _version(stack: str, document: Document) -> tuple[int, int]:
    given = document.get("format_version")
    major, _, minor = str(given).partition(".")
    if not (isinstance(given, str) and major.isdigit() and minor.isdigit()):
        raise PlanError(f"{stack}: is not a Terraform plan: format_version is {str(given)[:40]!r}; {_HOW}")
    if int(major) != _MAJOR:
        raise PlanError(f"{stack}: plan format {given[:40]} is not known; {_MAJOR}.x is. Use a newer review")
    if "planned_values" not in document:
        raise PlanError(f"{stack}: is not a plan: planned_values is missing (a state does not have it); {_HOW}")
    return int(major), int(minor)


_HOW = "write one with: terraform show -json PLAN > plan.json"
_KNOWN_MINOR = 2


def _notes(stack: str, document: Document, version: tuple[int, int], changes: Sequence[Change]) -> Iterator[str]:
    if version[1] > _KNOWN_MINOR:
        yield f"plan format 1.{version[1]} is newer than 1.{_KNOWN_MINOR}, which is known: its additions are not shown"
    if document.get("complete") is False:
        yield "Terraform calls this plan incomplete: a further plan and apply will be needed"
    yield from not_shown(document)
    if document.get("errored") is True:
        yield "Terraform ended with an error: this plan is incomplete, and the policy scan has not judged it"
    failed = [item for item in _list(stack, document, "checks") if item.get("status") in ("fail", "error")]
    if failed:
        yield f"{len(failed)} checks of the configuration fail"
    quiet = not any(change.changes_something for change in changes)
    explained = bool(_list(stack, document, "resource_drift")) or any(_changed_outputs(stack, document))
    if document.get("applyable") is True and quiet and not explained:
        yield "Terraform would apply something that the plan's JSON does not show"


def _list(stack: str, document: Document, name: str) -> list[Mapping[str, Any]]:
    found = document.get(name)
    if found is None:
        return []
    if not (isinstance(found, list) and all(isinstance(item, dict) for item in found)):
        raise PlanError(f"{stack}: {name} is not a list of objects; the plan was changed or is not a plan")
    return found


def _check_whole(stack: str, document: Document, changes: Sequence[Change]) -> None:
    """Checks that every planned resource is among the changes: Terraform lists unchanged ones too."""
    planned = document["planned_values"]
    if document.get("resource_changes") is None and isinstance(planned, dict) and planned.get("root_module"):
        raise PlanError(f"{stack}: resource_changes is not a list, but resources are planned: the plan was truncated")
    listed = {change.address for change in changes}
    missing = [address for address in _planned(document["planned_values"]) if address not in listed]
    if missing:
        raise PlanError(
            f"{stack}: {len(missing)} planned resources have no entry in resource_changes (first: {missing[0][:80]}); "
            "the plan was cut down. Review what terraform show -json wrote"
        )


def _planned(values: Any) -> Iterator[str]:
    """Addresses of the managed resources that exist after the plan, in all modules."""
    modules = [values.get("root_module")] if isinstance(values, dict) else []
    while modules:
        module = modules.pop()
        if not isinstance(module, dict):
            continue
        modules.extend(module.get("child_modules") or ())
        yield from (item["address"] for item in module.get("resources") or () if item.get("mode") == "managed")


def _changed_outputs(stack: str, document: Document) -> Iterator[str]:
    found = document.get("output_changes") or {}
    if not isinstance(found, dict):
        raise PlanError(f"{stack}: output_changes is not an object; the plan was changed or is not a plan")
    yield from (name for name, change in found.items() if change.get("actions") != ["no-op"])


def _uncovered_outputs(document: Document) -> Iterator[str]:
    for name, change in (document.get("output_changes") or {}).items():
        if change.get("before_sensitive") and not change.get("after_sensitive") and change.get("after") is not None:
            yield name
