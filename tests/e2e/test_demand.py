"""The story of `mlops demo demand`: daily invoices to forecasts of every series, and a jump that a retraining answers.

It needs nothing of the platform but its folder and its lines in `workspaces/`.
"""

import json
from typing import Any

import pandas as pd
import pytest

from ml.usecases.demand.demo.generate import FAULTS, generate
from tests.e2e.conftest import Mlops

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
    verdicts = {row["what"]: row["verdict"] for row in demand["What the story must come to"]}
    assert set(verdicts.values()) == {"pass"}
    assert {
        "a quiet week leads to nothing",
        "the jump is seen in its own week, and not before",
        "a training is asked for once, when there is something to learn",
        "the version that has seen the jump goes live",
    } <= set(verdicts)


def test_money_is_the_same_from_the_files_to_gold(mlops: Mlops, demand: Sections, sent: pd.DataFrame) -> None:
    """Every faulty line is in quarantine, every other one in silver and in gold, to the penny."""
    [quarantined] = mlops.sql("select count(*) as n from prod.demand_silver.sales_quarantine")
    assert int(quarantined["n"]) == sent["wrong"].sum()
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
