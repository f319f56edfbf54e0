"""The story of `mlops demo demand`: daily invoices to forecasts of every series, and a jump that a retraining answers.

It needs nothing of the platform but its folder and its lines in `workspaces/`.
"""

import json
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from cli.demo.landing import irregular_files
from ml.usecases.demand.demo.generate import FAULTS, generate
from ml.usecases.demand.demo.replay import replay
from tests.e2e.conftest import Mlops
from tests.e2e.notebooks import branch_of

pytestmark = [pytest.mark.long, pytest.mark.timeout(2400)]

Sections = dict[str, list[dict[str, Any]]]


@pytest.fixture(scope="module")
def demand(mlops: Mlops) -> Sections:
    """What `mlops demo demand` says at its end, beside whatever else lies in the same local cloud."""
    sections: Sections = json.loads(mlops("demo", "demand", "--format", "json").stdout)
    return sections


@pytest.fixture(scope="module")
def sent() -> pd.DataFrame:
    """Every generated line, with whether it has one of the faults."""
    raw = generate()
    lines = raw[raw["StartsOn"] == ""]
    return lines.assign(wrong=sum((lines[fault.column] == fault.value).astype(int) for fault in FAULTS) > 0)


def test_everything_that_the_story_must_show_holds(demand: Sections) -> None:
    """What the engine asks of every story, and the four things that a jump in a known week must lead to."""
    verdicts = {row["what"]: row["verdict"] for row in demand["Checks of the story"]}
    assert set(verdicts.values()) == {"pass"}
    assert {
        "a quiet week leads to nothing",
        "the jump is seen in its own week, and not before",
        "a training is asked for once, when there is something to learn",
        "the version that has seen the jump goes live",
    } <= set(verdicts)


@pytest.fixture(scope="module")
def irregular(sent: pd.DataFrame, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """The files of the history that come late, wrong at first, and again."""
    written = replay(sent, tmp_path_factory.mktemp("replayed"))
    history = sorted(path for path in written if path.parent.name == "sales" and path.stem < "2011-09-12")
    return dict(zip(("late", "wrong", "again"), irregular_files(history), strict=True))


def test_late_repeated_and_corrected_files_count_once(
    mlops: Mlops, demand: Sections, irregular: dict[str, Path]
) -> None:
    """The late one is loaded a delivery after its neighbours, the corrected one twice, and the repeated one once."""
    rows = mlops.sql("select source_file, verdict from prod.demand_ops.ingest_files where verdict <> 'checked'")
    told = {
        what: sorted(row["verdict"] for row in rows if str(row["source_file"]).endswith(f"/sales/{path.name}"))
        for what, path in irregular.items()
    }
    assert told["late"] == ["loaded"]
    assert [each for each in told["wrong"] if each == "loaded"] == ["loaded", "loaded"]
    assert told["again"] == ["already_loaded", "loaded"]


def test_money_is_the_same_from_the_files_to_gold(
    mlops: Mlops, demand: Sections, sent: pd.DataFrame, irregular: dict[str, Path]
) -> None:
    """Every faulty line is in quarantine, every other one in silver and in gold, to the penny.

    So is every line of the file that came wrong: the corrected one replaced it.
    """
    [quarantined] = mlops.sql("select count(*) as n from prod.demand_silver.sales_quarantine")
    assert int(quarantined["n"]) == sent["wrong"].sum() + len(pd.read_csv(irregular["wrong"], dtype=str))
    clean = sent[~sent["wrong"]]
    pence = (clean["Quantity"].astype(int) * clean["UnitPrice"].astype(float) * 100).round().astype(int)
    [gold] = mlops.sql("select sum(amount_pence) as pence, sum(lines) as n from prod.demand_gold.weekly_revenue")
    assert (int(gold["pence"]), int(gold["n"])) == (pence.sum(), len(clean))


def test_every_example_has_a_forecast_between_its_bounds(mlops: Mlops, demand: Sections) -> None:
    """The wider bounds hold the narrower ones, and none is below nothing."""
    [found] = mlops.sql(
        "select count(*) as n, count_if(0 <= lo_95 and lo_95 <= lo_80 and lo_80 <= forecast and forecast <= hi_80 "
        "and hi_80 <= hi_95) as fit, count(distinct series_step, origin) as examples from prod.demand_gold.predictions"
    )
    [asked] = mlops.sql("select count(*) as n from prod.demand_gold.demand_examples")
    assert found["n"] == found["fit"]
    assert found["examples"] == asked["n"]


def test_a_notebook_forecasts_the_largest_series(mlops: Mlops, demand: Sections, tmp_path: Path) -> None:
    """As a data scientist of dev: four weeks of each of three, whichever forecaster was the best in its backtest."""
    mlops("user", "add", "dana@example.com", "--group", "data-scientists")
    found = branch_of(mlops, "dana@example.com", tmp_path / "remote").run("forecast_demand", most_series="3")
    assert (found["series"], found["forecasts"]) == (3, 12)
