"""`mlops drift` on a served directory."""

import json
from typing import Any

import pytest
from click.testing import CliRunner

from cli.drift.kinds import DRIFTS
from cli.main import mlops
from tests.localcloud.core import Core


@pytest.fixture
def schemas(served: Core) -> Core:
    """The cloud with prod's catalog and two schemas; nothing else is deployed."""
    admin = served.admin()
    admin.catalogs.create("prod")
    admin.schemas.create("credit_silver", "prod", comment="clean")
    admin.schemas.create("credit_gold", "prod", comment="ready")
    return served


def _drift(commands: CliRunner, *arguments: str) -> list[dict[str, Any]]:
    result = commands.invoke(mlops, ["drift", "--env", "prod", "--format", "json", *arguments])
    assert result.exit_code == 0, result.stderr
    return list(json.loads(result.stdout))


def _comment(core: Core, schema: str) -> str | None:
    return core.admin().schemas.get(schema).comment


def test_a_drift_says_what_it_changed_and_is_put_back(commands: CliRunner, schemas: Core) -> None:
    """The first of its sort by name; the rest stays. Undone, it is as before."""
    [made] = _drift(commands, "comment")
    assert made == {
        "drift": "comment",
        "subject": "prod.credit_gold",
        "was": "ready",
        "is": "ready (changed by hand)",
        "noticed by": "a plan of the stacks by real Terraform",
    }
    assert _comment(schemas, "prod.credit_gold") == "ready (changed by hand)"
    assert _comment(schemas, "prod.credit_silver") == "clean"
    [undone] = _drift(commands, "comment", "--undo")
    assert (undone["was"], undone["is"]) == ("ready (changed by hand)", "ready")
    assert _comment(schemas, "prod.credit_gold") == "ready"


def test_everything_that_drifted_is_listed_and_put_back(commands: CliRunner, schemas: Core) -> None:
    """The list names every drift, and what has drifted by it; one command undoes all."""
    _drift(commands, "comment")
    _drift(commands, "grant")
    listed = {row["drift"]: row["drifted"] for row in _drift(commands)}
    assert listed.keys() == {each.name for each in DRIFTS}
    assert {name: subject for name, subject in listed.items() if subject} == {
        "comment": "prod.credit_gold",
        "grant": "prod.credit_gold",
    }
    assert schemas.admin().grants.get("SCHEMA", "prod.credit_gold").privilege_assignments is not None
    assert [row["drift"] for row in _drift(commands, "--undo")] == ["comment", "grant"]
    assert not schemas.admin().grants.get("SCHEMA", "prod.credit_gold").privilege_assignments
    assert {row["drifted"] for row in _drift(commands)} == {""}


def test_of_the_jobs_one_that_starts_by_itself_is_paused(commands: CliRunner, schemas: Core) -> None:
    """The first by name has neither a schedule nor a trigger, so the next one drifts."""
    task = {"task_key": "a", "python_wheel_task": {"package_name": "p", "entry_point": "e"}}
    schedule = {"quartz_cron_expression": "0 0 6 * * ?", "timezone_id": "UTC", "pause_status": "UNPAUSED"}
    for job in ({"name": "by-hand"}, {"name": "daily", "schedule": schedule}):
        schemas.admin().api_client.do("POST", "/api/2.2/jobs/create", body=job | {"tasks": [task]})
    [made] = _drift(commands, "schedule")
    assert (made["subject"], made["was"]) == ("daily", {"schedule": schedule})
    assert made["is"] == {"schedule": schedule | {"pause_status": "PAUSED"}}
    [undone] = _drift(commands, "schedule", "--undo")
    assert (undone["was"], undone["is"]) == (made["is"], made["was"])


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["rumour"], "drift 'rumour' is unknown; there are comment, grant, policy, revoke, schedule"),
        (["schedule"], "drift 'schedule': no such object is deployed. Load the stacks: mlops up"),
        (["revoke", "--undo"], "prod has no drift 'revoke'; it has: comment"),
        (["comment"], "prod.credit_gold already has the drift 'comment'. Put it back: mlops drift comment"),
    ],
)
def test_a_drift_that_makes_no_sense_is_refused(
    commands: CliRunner, schemas: Core, arguments: list[str], message: str
) -> None:
    """With what there is; nothing more is changed."""
    _drift(commands, "comment")
    result = commands.invoke(mlops, ["drift", "--env", "prod", *arguments])
    assert result.exit_code in (1, 2)
    assert message in result.stderr
    assert _comment(schemas, "prod.credit_gold") == "ready (changed by hand)"
