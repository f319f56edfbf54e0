"""What `mlops history` tells, and which model a command is about."""

import json
import os
from typing import Any

import pytest

from cli.errors import CommandError
from cli.history import Span, Version, spans, story
from cli.model_records import versions
from cli.models import NamedModel, named_model
from ml.usecases import USE_CASES
from tests.localcloud.core import Core
from tests.ml.two_models import two_models

_TAGS = {
    "feature_table": "prod.credit_gold.client_features",
    "feature_table_version": "4",
    "fitted_first_period": "2023-01-01",
    "fitted_last_period": "2023-09-30",
    "reason": "drift",
}


def _move(start: int | None, end: int, cause: str, when: str) -> dict[str, Any]:
    shared = {"alias": "champion", "promoted_by": "ann", "reason": "complaints"}
    return shared | {"from_version": start, "to_version": str(end), "cause": cause, "promoted_at": when}


MOVES = [
    _move(None, 1, "gates", "day 1"),
    _move(1, 2, "gates", "day 2"),
    {**_move(None, 1, "gates", "day 2"), "alias": "previous"},
    _move(2, 1, "rollback", "day 3"),
    _move(1, 2, "rollback", "day 4"),
]


def _gate(version: int, gate: str, verdict: str, run_id: str, approved_by: list[str] | None = None) -> dict[str, Any]:
    return {
        "run_id": run_id,
        "version": str(version),
        "gate": gate,
        "verdict": verdict,
        "reason": f"why {gate}",
        "inputs": json.dumps({"approved_by": approved_by or []}),
        "thresholds": json.dumps({"sign_off": "automatic"}),
    }


def test_a_version_was_live_until_the_next_move_of_the_champion() -> None:
    """Every span with its end and why; other aliases do not count."""
    assert spans(1, MOVES) == [
        Span(start="day 1", end="day 2", why="replaced by ann: complaints; version 2 followed"),
        Span(start="day 3", end="day 4", why="rolled back by ann: complaints; version 2 followed"),
    ]
    assert spans(2, MOVES)[-1] == Span(start="day 4", end="", why="")
    assert spans(3, MOVES) == []
    assert spans(1, []) == []


def test_every_version_is_told_newest_first() -> None:
    """Data, verdicts of its newest run, signer, when live and why not any more; nothing is made up."""
    gates = [
        _gate(1, "sign_off", "pass", "10"),
        _gate(2, "comparison", "fail", "11"),
        _gate(2, "comparison", "pass", "12"),
        _gate(2, "sign_off", "pass", "12", ["bob"]),
        _gate(3, "comparison", "fail", "13"),
    ]
    versions = [
        Version(number=1, created="day 0", tags=_TAGS, aliases=("previous",)),
        Version(number=2, created="day 1", tags={}, aliases=("champion",)),
        Version(number=3, created="day 5", tags={}, aliases=()),
        Version(number=4, created="day 6", tags={}, aliases=()),
    ]
    comments = [{"version": "1", "commented_by": "ann", "comment": "too strict"}]
    rows = story(versions, gates, MOVES, comments)
    assert [row["version"] for row in rows] == [4, 3, 2, 1]
    assert [row["gates"] for row in rows] == ["not judged", "comparison failed: why comparison", "2 passed", "1 passed"]
    assert [row["signed_off_by"] for row in rows] == ["", "", "bob", "automatic, as declared"]
    assert rows[3] == {
        "version": 1,
        "is": "previous",
        "created": "day 0",
        "trained_on": "prod.credit_gold.client_features@4: 2023-01-01 to 2023-09-30",
        "why_trained": "drift",
        "gates": "1 passed",
        "signed_off_by": "automatic, as declared",
        "live": "day 1 to day 2; day 3 to day 4",
        "why_retired": "rolled back by ann: complaints; version 2 followed",
        "comments": "ann: too strict",
    }
    assert rows[2]["live"] == "day 2 to day 3; day 4 to now"


# What a refusal shows as an example.
FIRST = USE_CASES[min(USE_CASES)]


@pytest.mark.parametrize(
    ("text", "env", "found"),
    [
        ("credit", None, ("prod", "credit")),
        ("credit", "staging", ("staging", "credit")),
        ("staging.credit_ops.default_risk", None, ("staging", "credit")),
        ("prod.credit_ops.default_risk", "prod", ("prod", "credit")),
    ],
)
def test_a_model_is_named_by_use_case_or_in_full(text: str, env: str | None, found: tuple[str, str]) -> None:
    """The full name says the environment; a use case's is prod unless said otherwise."""
    model = named_model(text, env)
    assert model == NamedModel(env=found[0], use_case=found[1], name="default_risk")
    assert model.full_name == f"{found[0]}.credit_ops.default_risk"


@pytest.mark.parametrize(
    ("text", "env", "message"),
    [
        ("weather", None, f"model 'weather' is unknown; name it as {FIRST.name}(/\\w+)? or prod.{FIRST.name}_ops."),
        ("prod.credit_ops.other", None, "is unknown"),
        ("prod.credit_ops.default_risk", "dev", "belongs to environment 'prod', but --env is 'dev'"),
    ],
)
def test_an_unknown_model_is_refused_with_those_there_are(text: str, env: str | None, message: str) -> None:
    """A contradiction is refused too."""
    with pytest.raises(CommandError, match=message):
        named_model(text, env)


def test_of_several_models_one_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    """By USECASE/MODEL or in full; the use case's name may mean each of them, so they are listed."""
    monkeypatch.setitem(USE_CASES, "credit", two_models())
    second = named_model("credit/second", "dev")
    assert (second.full_name, second.job("training")) == ("dev.credit_ops.second", "credit-second-training")
    assert named_model("dev.credit_ops.second", None) == second
    assert named_model("credit/default_risk", None).job("rollback") == "credit-rollback"
    known = "credit/default_risk or prod.credit_ops.default_risk, credit/second or prod.credit_ops.second$"
    with pytest.raises(CommandError, match=f"use case 'credit' has several models; name it as {known}"):
        named_model("credit", None)


def test_versions_come_with_tags_and_aliases_from_unity_catalog(served: Core, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever workspace the shell's own variables name, which are as they were afterwards."""
    admin = served.admin()
    admin.catalogs.create("prod")
    admin.schemas.create("credit_ops", "prod")
    admin.registered_models.create(catalog_name="prod", schema_name="credit_ops", name="default_risk")
    model = named_model("credit", None)
    url = f"{served.url('prod')}/api/2.0/mlflow/unity-catalog/model-versions/create"
    for commit in ("abc", "def"):
        tags = [{"key": "git_commit", "value": commit}]
        answer = served.call("POST", url, json={"name": model.full_name, "source": "dbfs:/made", "tags": tags})
        assert answer.status_code == 200, answer.text
    admin.registered_models.set_alias(model.full_name, "champion", 2)
    shell = {"DATABRICKS_HOST": "https://adb-1.1.azuredatabricks.net", "DATABRICKS_CONFIG_PROFILE": "mine"}
    for name, value in shell.items():
        monkeypatch.setenv(name, value)
    monkeypatch.delenv("DATABRICKS_TOKEN", raising=False)
    found = {version.number: (version.tags, version.aliases) for version in versions(model)}
    assert found == {1: ({"git_commit": "abc"}, ()), 2: ({"git_commit": "def"}, ("champion",))}
    assert {name: os.environ.get(name) for name in (*shell, "DATABRICKS_TOKEN")} == {**shell, "DATABRICKS_TOKEN": None}


def test_a_model_that_is_not_there_is_named(served: Core) -> None:
    """By its full name, with what Unity Catalog says."""
    assert served.admin_token
    with pytest.raises(
        CommandError, match=r"model prod.credit_ops.default_risk cannot be read: RESOURCE_DOES_NOT_EXIST"
    ):
        versions(named_model("credit", None))
