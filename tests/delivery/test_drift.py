"""One ticket per environment about drift, on either host."""

import json
from pathlib import Path
from typing import Any

import pytest

from delivery.drift import apply, read, report
from delivery.host import DeliveryError, Host

both = pytest.mark.parametrize("environment", ["github", "azure-devops"], indirect=True)
QUIET: dict[str, Any] = {"stack": "prod-ml", "drift": [], "changes": [], "errored": False}
BY_HAND = {
    "address": "databricks_job.scoring",
    "action": "update",
    "differences": [{"path": "schedule[0].pause_status"}],
    "undone": True,
}


def test_what_a_plan_would_change_is_reported() -> None:
    """By hand with its attributes, once; else that the deployment is not as the commit says. A quiet stack is not."""
    changes = [
        {"address": "databricks_job.scoring", "action": "update"},
        {"address": "databricks_grants.gold", "action": "create"},
    ]
    loud = {"stack": "prod-workspace", "drift": [BY_HAND], "changes": changes, "errored": False}
    assert report([QUIET, loud]) == (
        "### prod-workspace\n"
        "- `databricks_job.scoring` was changed outside Terraform (update: `schedule[0].pause_status`); an apply "
        "undoes it\n- `databricks_grants.gold` is not as the deployed commit says: create"
    )
    assert report([QUIET]) == ""


def test_a_plan_that_failed_is_no_silence() -> None:
    """It may hide drift."""
    assert "ended with an error" in report([{**QUIET, "errored": True}])


@both
def test_one_ticket_follows_the_drift(place: Host) -> None:
    """Opened, changed, closed, and opened anew; another environment's ticket is its own."""
    done = [apply(place, "prod", text) for text in ("a", "b", "", "", "c")]
    number = place.open_tickets("drift")[0].id
    assert done == [
        "prod: drift, ticket opened",
        "prod: drift, ticket 1 changed",
        "prod: no drift, ticket closed",
        "prod: no drift",
        "prod: drift, ticket opened",
    ]
    assert apply(place, "dev", "d") == "dev: drift, ticket opened"
    assert [ticket.title for ticket in place.open_tickets("drift")] == ["Drift in prod", "Drift in dev"]
    assert number == "2"


def test_reviews_are_read_strictly(tmp_path: Path) -> None:
    """No review is no proof that nothing drifted."""
    with pytest.raises(DeliveryError, match="no review; run make drift first"):
        read(tmp_path)
    (tmp_path / "prod-ml.json").write_text(json.dumps({"stack": "prod-ml"}))
    with pytest.raises(DeliveryError, match=r"prod-ml\.json: lacks changes, drift, errored"):
        read(tmp_path)
    (tmp_path / "prod-ml.json").write_text(json.dumps(QUIET))
    assert read(tmp_path) == [QUIET]
