"""The story of `mlops demo energy`: hours of eight sites, and a jump that is seen and needs no training.

It needs nothing of the platform but its folder and its lines in `workspaces/`.
"""

import json
from typing import Any

import pytest

from tests.e2e.conftest import Mlops

pytestmark = [pytest.mark.long, pytest.mark.timeout(2400)]

Sections = dict[str, list[dict[str, Any]]]


@pytest.fixture(scope="module")
def energy(mlops: Mlops) -> Sections:
    """What `mlops demo energy` says at its end, beside whatever else lies in the same local cloud."""
    sections: Sections = json.loads(mlops("demo", "energy", "--format", "json").stdout)
    return sections


def test_everything_that_the_story_must_show_holds(energy: Sections) -> None:
    """What the engine asks of every story, and the three things that a jump on a known day must lead to."""
    verdicts = {row["what"]: row["verdict"] for row in energy["Checks of the story"]}
    assert set(verdicts.values()) == {"pass"}
    assert {
        "a quiet day leads to nothing",
        "the jump is seen on its own day, and not before",
        "a week later the same version forecasts as it promised",
    } <= set(verdicts)


def test_every_hour_of_tomorrow_has_a_forecast_between_its_bounds(mlops: Mlops, energy: Sections) -> None:
    """Each example is answered, the wider bounds hold the narrower ones, and none is below nothing."""
    [found] = mlops.sql(
        "select count(*) as n, count_if(0 <= lo_95 and lo_95 <= lo_80 and lo_80 <= forecast and forecast <= hi_80 "
        "and hi_80 <= hi_95) as fit, count(distinct series_step, origin) as examples from prod.energy_gold.predictions"
    )
    [asked] = mlops.sql("select count(*) as n from prod.energy_gold.energy_examples")
    assert found["n"] == found["fit"]
    assert found["examples"] == asked["n"]


def test_the_weather_is_known_of_every_hour_that_is_asked_about(mlops: Mlops, energy: Sections) -> None:
    """It was delivered the day before; the first origins are of the eighth day."""
    [found] = mlops.sql(
        "select count_if(temperature is null or warmer is null) as n, cast(min(origin) as string) as first "
        "from prod.energy_gold.energy_examples"
    )
    assert (found["n"], found["first"][:13]) == ("0", "2024-02-12 23")
