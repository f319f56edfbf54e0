"""What conformance changes of a document, and what it reads in a plan."""

import json
from typing import Any

import pytest

from cli.conformance.plans import Updated, updates
from cli.conformance.updates import UPDATES, edited
from tests.infra.provider_schema import SCHEMAS, schemas


def _document(**resources: dict[str, Any]) -> dict[str, Any]:
    return {"resource": {type_: {"one": arguments} for type_, arguments in resources.items()}}


def test_what_can_be_updated_is_changed() -> None:
    """Each type's arguments, and tags of everything in Azure; other resources stay, and so does the document given."""
    document = _document(
        databricks_job={"name": "ingest", "max_concurrent_runs": 1},
        azurerm_virtual_network={"name": "hub", "tags": {"team": "risk"}},
        azurerm_management_lock={"name": "hold"},
        databricks_group={"display_name": "readers"},
    )
    before = json.dumps(document)
    new, changed = edited(document)
    assert changed == {
        "databricks_job.one": ("description", "max_concurrent_runs", "tags"),
        "azurerm_virtual_network.one": ("tags",),
    }
    assert new["resource"]["databricks_job"]["one"]["max_concurrent_runs"] == 2
    assert new["resource"]["azurerm_virtual_network"]["one"]["tags"] == {"team": "risk", "conformance": "updated"}
    assert json.dumps(document) == before


@pytest.mark.parametrize(
    "arguments",
    [
        {"comment": "${var.comment}"},
        {"comment": "x", "lifecycle": {"ignore_changes": ["comment"]}},
        {"comment": "x", "lifecycle": {"ignore_changes": "all"}},
    ],
)
def test_what_no_change_can_reach_stays(arguments: dict[str, Any]) -> None:
    """A value that comes from elsewhere, and one whose changes are ignored."""
    assert edited(_document(databricks_schema={"name": "gold", **arguments}))[1] == {}


def test_a_plan_says_what_becomes_of_each() -> None:
    """In place, made anew, nothing; and what is touched without having been changed."""
    changed = {"t.updated": ("comment",), "t.replaced": ("comment",), "t.same": ("comment",)}
    actions = {
        "t.updated": ["update"],
        "t.replaced": ["delete", "create"],
        "t.same": ["no-op"],
        "t.other": ["update"],
        "t.quiet": ["no-op"],
        "data.t.read": ["read"],
    }
    plan = {"resource_changes": [{"address": name, "change": {"actions": each}} for name, each in actions.items()]}
    found = updates(json.dumps(plan), changed)
    assert [(each.address, each.outcome, each.passed) for each in found] == [
        ("t.other", "in place", False),
        ("t.replaced", "replaced", False),
        ("t.same", "no change", False),
        ("t.updated", "in place", True),
    ]
    assert found[3] == Updated(address="t.updated", arguments=("comment",), outcome="in place")


@pytest.mark.skipif(not SCHEMAS.is_dir(), reason="the providers' schemas are not beside the checkout")
def test_every_argument_is_one_that_can_be_given() -> None:
    """By the schemas of the providers' pinned versions: there, and neither computed alone nor deprecated."""
    known = schemas()["resource"]
    wrong = [
        f"{type_}.{argument}"
        for type_, changes in UPDATES.items()
        for argument in changes
        if not _settable(known[type_]["attributes"].get(argument, {}))
    ]
    assert wrong == []


def _settable(attribute: dict[str, Any]) -> bool:
    given = attribute.get("optional") or attribute.get("required")
    return bool(given) and not attribute.get("deprecated")
