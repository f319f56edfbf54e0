"""People answer an alert of the deployed jobs: silenced for a time, settled, taken; each by the deployed job.

One story on the state that the demo leaves: month by month clients apply who are under more stress, and each test goes
on where the last one ended.
"""

import io
import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from localcloud.kernel import loopback
from ml.usecases.credit.demo.generate import Shift, generate
from ml.usecases.credit.demo.replay import replay
from tests.e2e.conftest import Mlops

pytestmark = [pytest.mark.long, pytest.mark.timeout(2400)]

KEY, MESSAGE = "drift:2025-07", "/Volumes/prod/credit_ops/alerts/drift-2025-07.json"
ANN, DANA = "ann@example.com", "dana@example.com"
_CLIENTS, _MONTHS = 1_000, 4
# The demo's clients have lower numbers.
_ABOVE = 100_000


@pytest.fixture(scope="module")
def month(mlops: Mlops, demo: object, tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], None]:
    """Brings one month: its applications arrive, are scored, and monitoring decides."""
    assert demo
    folder = tmp_path_factory.mktemp("months")
    raw = generate(_CLIENTS * _MONTHS, 11, shift=Shift(from_row=0, stress=2.0))
    replay(raw.assign(ID=raw["ID"] + _ABOVE), folder, first_month="2025-07", months=_MONTHS)

    def arrives(name: str) -> None:
        file = folder / "applications" / f"{name}.csv"
        place = f"/Volumes/prod/credit_bronze/landing/applications/{name}.csv"
        mlops.client().files.upload(place, io.BytesIO(file.read_bytes()))
        for stage in ("ingest", "scoring", "monitoring"):
            mlops("run", f"credit-{stage}", "--env", "prod")

    return arrives


@pytest.fixture(scope="module")
def people(mlops: Mlops, demo: object) -> dict[str, Mlops]:
    """The command as Ann of model-risk, who may answer alerts, and as Dana, a data scientist, who may look at jobs."""
    assert demo
    mlops("user", "add", ANN, "--group", "model-risk")
    mlops("user", "add", DANA, "--group", "data-scientists")
    return {who: replace(mlops, env=mlops.env | _signed_in(mlops, who)) for who in (ANN, DANA)}


def _signed_in(mlops: Mlops, who: str) -> dict[str, str]:
    found = mlops.endpoint()
    with loopback.client(timeout=60, headers={"Authorization": f"Bearer {found.admin_token}"}) as http:
        token = http.post(f"{found.account_url}/local/tokens", json={"as": who}).raise_for_status().json()["token"]
    return {"DATABRICKS_TOKEN": token, "DATABRICKS_AUTH_TYPE": "pat"}


def _answer(mlops: Mlops, action: str, *more: str, key: str = KEY, by: str = ANN, ok: bool = True) -> str:
    """What the command says; on standard error where it is refused."""
    done = mlops("alerts", action, "credit", key, "--by", by, "--reason", "a campaign", *more, ok=ok)
    assert ok or done.returncode != 0
    return done.stdout if ok else done.stderr


def _alert(mlops: Mlops) -> dict[str, Any]:
    rows = json.loads(mlops("alerts", "list", "credit", "--all", "--format", "json").stdout)
    [found] = [row for row in rows if row["key"] == KEY]
    return dict(found)


def _message(mlops: Mlops) -> str:
    """The first line of the newest message."""
    content = mlops.client().files.download(MESSAGE).contents
    assert content is not None
    return str(json.loads(content.read())["text"]).splitlines()[0]


def test_what_cannot_be_is_refused_and_not_recorded(
    mlops: Mlops, month: Callable[[str], None], people: dict[str, Mlops]
) -> None:
    """An unknown alert, a time that is over, and somebody who may not: each with what was given, and what to change."""
    month("2025-07")
    host = ("--host", mlops.endpoint().workspaces["prod"])
    unknown = _answer(mlops, "ack", key="drift:1999-01", ok=False)
    assert "there is no alert 'drift:1999-01'; name one that lasts: " in unknown
    assert KEY in unknown
    past = _answer(mlops, "snooze", "--until", "2025-07", ok=False)
    assert "until 2025-07: that period is decided on, so nothing would be silenced; give 2025-08 or a later one" in past
    misspelt = _answer(mlops, "snooze", "--until", "July", ok=False)
    assert "'July' is no month: write it as YYYY-MM" in misspelt
    stranger = _answer(people[DANA], "ack", *host, by=DANA, ok=False)
    assert "job 'credit-alerts' was refused: " in stranger
    assert "The use case's `access` in the environment's file says who may run it" in stranger
    assert (_alert(mlops)["status"], _alert(mlops)["handled_by"]) == ("open", None)
    assert mlops.sql("select * from prod.credit_ops.alert_actions") == []


def test_a_snoozed_alert_is_silent_until_its_time(
    mlops: Mlops, month: Callable[[str], None], people: dict[str, Mlops]
) -> None:
    """By Ann, who has the right: the table shows who, when, why and until when. In its month it is sent again."""
    _answer(people[ANN], "snooze", "--until", "2025-09", "--host", mlops.endpoint().workspaces["prod"])
    snoozed = _alert(mlops)
    assert (snoozed["status"], snoozed["handled_by"], snoozed["reason"]) == ("snoozed", ANN, "a campaign")
    assert (snoozed["snoozed_until"], snoozed["handled_at"] is None) == ("2025-09-01", False)
    month("2025-08")
    silent = _alert(mlops)
    assert (silent["status"], silent["last_period"]) == ("snoozed", "2025-08-01")
    assert silent["delivered_at"] == snoozed["delivered_at"]
    month("2025-09")
    back = _alert(mlops)
    assert (back["status"], back["snoozed_until"]) == ("open", None)
    assert back["delivered_at"] > snoozed["delivered_at"]
    assert _message(mlops).startswith("Back: credit in prod: drift of ")


def test_a_resolved_alert_whose_cause_persists_opens_anew(mlops: Mlops, month: Callable[[str], None]) -> None:
    """The month after it is open and sent once more."""
    _answer(mlops, "resolve")
    resolved = _alert(mlops)
    assert resolved["status"] == "resolved"
    month("2025-10")
    again = _alert(mlops)
    assert (again["status"], again["handled_by"]) == ("open", ANN)
    assert again["delivered_at"] > resolved["delivered_at"]
    assert _message(mlops).startswith("Back: ")


def test_an_acknowledged_alert_is_taken_and_every_answer_is_kept(mlops: Mlops) -> None:
    """The record has each: what, by whom, started by whom, and until when."""
    _answer(mlops, "ack")
    assert (_alert(mlops)["status"], _alert(mlops)["handled_by"]) == ("acknowledged", ANN)
    rows = mlops.sql(
        "select action, handled_by, recorded_by, until_period from prod.credit_ops.alert_actions order by handled_at"
    )
    assert [(row["action"], row["handled_by"], row["until_period"]) for row in rows] == [
        ("snooze", ANN, "2025-09-01"),
        ("resolve", ANN, None),
        ("acknowledge", ANN, None),
    ]
    assert rows[0]["recorded_by"] == ANN
    assert rows[1]["recorded_by"] != ANN
