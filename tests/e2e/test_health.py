"""The story of `mlops demo health`: a regression on 442 patients, from daily files to months that cannot tell.

It needs nothing of the platform but its folder and its lines in `workspaces/`: two models, no endpoint, masked columns.
"""

import json
from pathlib import Path
from typing import Any

import pytest

from cli.registry import registry
from ml.versions.training_run import HOLDOUT
from tests.e2e.conftest import Mlops
from tests.e2e.notebooks import Branch, NotebookFailedError, branch_of

pytestmark = [pytest.mark.long, pytest.mark.timeout(2400)]

Sections = dict[str, list[dict[str, Any]]]
_OPS = "prod.health_ops"
SCIENTIST = "dana@example.com"


@pytest.fixture(scope="module")
def health(mlops: Mlops) -> Sections:
    """What `mlops demo health` says at its end, beside whatever else lies in the same local cloud."""
    sections: Sections = json.loads(mlops("demo", "health", "--format", "json").stdout)
    return sections


def test_everything_that_the_story_must_show_holds(health: Sections) -> None:
    """What the engine asks of every story, and the four things that few patients must lead to."""
    verdicts = {row["what"]: row["verdict"] for row in health["Checks of the story"]}
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
    assert "it must be better by more than chance: these rows detect an improvement from about" in judged["reason"]


@pytest.fixture(scope="module")
def scientist(mlops: Mlops, health: Sections, tmp_path_factory: pytest.TempPathFactory) -> Branch:
    """The notebooks, brought to dev by a data scientist."""
    mlops("user", "add", SCIENTIST, "--group", "data-scientists")
    return branch_of(mlops, SCIENTIST, tmp_path_factory.mktemp("remote"))


@pytest.fixture(scope="module")
def first_version(mlops: Mlops, health: Sections) -> tuple[str, dict[str, float]]:
    """The tags of the first version as JSON, and its measures on the hold-out as its run has them."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("MLOPS_HOME", mlops.env["MLOPS_HOME"])
        with registry("prod") as client:
            version = client.get_model_version("prod.health_ops.progression", "1")
            run = client.get_run(version.run_id)
    measured = {name.removeprefix(HOLDOUT): value for name, value in run.data.metrics.items()}
    return json.dumps(version.tags), measured


def test_the_health_data_is_explored_with_what_a_data_scientist_may_see(scientist: Branch) -> None:
    """In gold age and sex have no value; silver, which has them, is refused."""
    assert scientist.run("explore_health") == {
        "rows": 442,
        "empty": ["sex", "age_band"],
        "lowest_to_highest": ["below 25", "25 to 30", "30 and more"],
    }
    with pytest.raises(NotebookFailedError, match=r"PermissionDenied: .*USE SCHEMA on Schema 'prod\.health_silver'"):
        scientist.run("explore_health", layer="silver", table="visits")


def test_a_first_model_is_fitted_without_masked_columns(scientist: Branch) -> None:
    """It beats who always says the same, and its run is in the experiment that the group shares."""
    found = scientist.run("first_model")
    assert not {"age", "sex", "age_band"} & set(found["features"])
    assert found["measure"] == "root_mean_squared_error"
    assert found["trees"] < found["always_the_same"]
    experiment = scientist.client.experiments.get_by_name("/mlops/dev/health-training").experiment
    assert experiment
    named = {"experiment_ids": [str(experiment.experiment_id)], "filter": "attributes.run_name = 'first model'"}
    [run] = scientist.client.experiments.search_runs(**named)
    assert run.data
    assert {str(each.key): each.value for each in run.data.metrics or []} == {
        f"root_mean_squared_error_{name}": found[name] for name in ("trees", "always_the_same")
    }


def test_a_production_run_is_reproduced_from_the_tables_of_then(
    mlops: Mlops, first_version: tuple[str, dict[str, float]], tmp_path: Path
) -> None:
    """By dev's training: months came since, and its measures are the version's own."""
    tags, measured = first_version
    found = branch_of(mlops, "dev-health-training", tmp_path / "remote").run("reproduce_a_run", tags=tags)
    assert (found["holdout_rows"], found["same_code"]) == (measured["rows"], True)
    assert found["measures"] == pytest.approx({name: measured[name] for name in found["measures"]}, rel=1e-9)


def test_the_past_of_a_masked_table_is_refused_to_a_data_scientist(
    scientist: Branch, first_version: tuple[str, dict[str, float]]
) -> None:
    """It would show what the mask hides."""
    with pytest.raises(NotebookFailedError, match="FGAC_TIME_TRAVEL_NOT_SUPPORTED"):
        scientist.run("reproduce_a_run", tags=first_version[0])
