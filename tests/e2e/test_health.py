"""The story of `mlops demo health`: a regression on 442 patients, from daily files to months that cannot tell.

It needs nothing of the platform but its folder and its lines in `workspaces/`: two models, no endpoint, masked columns.
"""

import json
from typing import Any

import pytest

from tests.e2e.conftest import Mlops

pytestmark = [pytest.mark.long, pytest.mark.timeout(2400)]

Sections = dict[str, list[dict[str, Any]]]
_OPS = "prod.health_ops"


@pytest.fixture(scope="module")
def health(mlops: Mlops) -> Sections:
    """What `mlops demo health` says at its end, beside whatever else lies in the same local cloud."""
    sections: Sections = json.loads(mlops("demo", "health", "--format", "json").stdout)
    return sections


def test_everything_that_the_story_must_show_holds(health: Sections) -> None:
    """What the engine asks of every story, and the four things that few patients must lead to."""
    verdicts = {row["what"]: row["verdict"] for row in health["What the story must come to"]}
    assert set(verdicts.values()) == {"pass"}
    assert {
        "the first version is live within its limit, with an interval as wide as its rows",
        "no month has patients enough to say whether it changed",
        "a month that cannot tell is recorded as unknown, and alerts nobody",
        "no version is replaced by luck",
    } <= set(verdicts)


def test_every_patient_is_scored_within_bounds(mlops: Mlops, health: Sections) -> None:
    """442 patients came in daily files, none was lost, and each has a prediction between its bounds."""
    [files] = mlops.sql("select count(distinct _source_file) as files, count(*) as n from prod.health_bronze.visits")
    assert (files["files"], files["n"]) == ("130", "442")
    [scored] = mlops.sql(
        "select count(distinct patient_id) as n, count_if(lower < prediction and prediction < upper) as inside, "
        "count(*) as answers from prod.health_gold.predictions"
    )
    assert scored["n"] == "442"
    assert scored["inside"] == scored["answers"]


def test_the_first_version_passed_four_gates_by_its_own_measure(mlops: Mlops, health: Sections) -> None:
    """In points of progression, with an interval: below 66, which one in 200 that knows nothing would reach."""
    rows = mlops.sql(
        f"select gate, verdict, reason from {_OPS}.gate_results where version = 1 and model like '%progression'"
    )
    assert {row["gate"]: row["verdict"] for row in rows} == dict.fromkeys(
        ("comparison", "compliance", "infrastructure", "sign_off"), "pass"
    )
    [comparison] = [row["reason"] for row in rows if row["gate"] == "comparison"]
    assert "root mean squared error" in comparison
    assert "no champion is live, so only the absolute limits apply" in comparison


def test_age_and_sex_read_as_null(mlops: Mlops, health: Sections) -> None:
    """To the administrator too, in every table that has them."""
    for table, column in (("silver.visits", "age"), ("silver.visits", "sex"), ("gold.visit_features", "age_band")):
        layer, name = table.split(".")
        [seen] = mlops.sql(f"select count({column}) as n, count(*) as there from prod.health_{layer}.{name}")
        assert (seen["n"], seen["there"]) == ("0", "442")


def test_a_month_of_thirty_patients_cannot_tell(mlops: Mlops, health: Sections) -> None:
    """Its drift is unknown, with the rows that it lacks; that is recorded, and nobody is alerted."""
    rows = mlops.sql(f"select distinct verdict from {_OPS}.metrics where metric = 'psi' and not in_training")
    assert [row["verdict"] for row in rows] == ["unknown"]
    assert {row["action"] for row in mlops.sql(f"select action from {_OPS}.decisions")} == {"nothing"}


def test_a_second_version_does_not_replace_the_first_by_luck(mlops: Mlops, health: Sections) -> None:
    """Somebody trains again on three months more: it is not better by more than chance, and nothing moves."""
    mlops("run", "health-training", "--env", "prod")
    rows = {
        row["version"]: row for row in json.loads(mlops("history", "health/progression", "--format", "json").stdout)
    }
    assert rows[1]["is"] == "champion"
    [judged] = mlops.sql(
        f"select verdict, reason from {_OPS}.gate_results "
        "where model like '%progression' and version = 2 and gate = 'comparison'"
    )
    assert judged["verdict"] == "fail"
    assert "it must be better by more than chance: these rows show an improvement from about" in judged["reason"]
