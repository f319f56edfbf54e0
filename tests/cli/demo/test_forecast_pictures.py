"""What the report shows of a fleet, from rows as SQL answers them."""

from typing import Any

import pytest

from cli.demo.forecast_pictures import chosen_chart, drifting, lately, series_charts, shown, steps_chart

pytestmark = pytest.mark.fast


def _rows(errors: dict[str, tuple[float, float]], origins: int = 20) -> list[dict[str, Any]]:
    """Rows of series by name: mean error before and in the newest fifth, which vary by a hundredth."""
    found = []
    for at in range(origins):
        late = at >= origins - origins // 5
        for name, (before, now) in errors.items():
            error = (now if late else before) + 0.01 * (at % 3)
            found.append(
                {
                    "series": name,
                    "origin": f"2024-05-{at + 1:02d}",
                    "error": str(error),
                    "bias": str(-error),
                    "level": str(20.0 if late else 10.0),
                }
            )
    return found


def test_series_whose_errors_grew_are_named_with_why() -> None:
    """The one that grew most first; one that did not, or by less than matters, is left out."""
    found = lately(_rows({"grown": (0.5, 1.0), "most": (0.5, 2.0), "same": (0.5, 0.5), "hardly": (0.5, 0.55)}))
    assert [row["series"] for row in drifting(found)] == ["most", "grown"]
    row = drifting(found)[1]
    assert (row["error_before"], row["error_lately"]) == (0.509, 1.01)
    assert row["why"] == "forecasts are 1.01 scales too low; its values are 2.00 times those before"


def test_a_series_with_too_few_origins_is_not_judged() -> None:
    """Three before and three lately are needed; without any series nothing drifts."""
    assert lately(_rows({"new": (0.5, 2.0)}, origins=5)) == []
    assert drifting([]) == []
    assert shown([]) == {}


def test_errors_that_never_differ_drift_if_they_are_larger() -> None:
    """As of a series that is forecast without an error, or always by the same."""
    rows = [
        {"series": name, "origin": f"2024-05-{at:02d}", "error": late if at > 16 else 0.5, "bias": 0.5, "level": 0.0}
        for name, late in (("same", 0.5), ("larger", 1.0))
        for at in range(1, 21)
    ]
    [row] = drifting(lately(rows))
    assert (row["series"], row["why"]) == ("larger", "forecasts are 0.50 scales too high")


def test_three_series_are_drawn_that_stand_for_the_others() -> None:
    """The largest, the middle and the smallest error lately."""
    found = lately(_rows({"a": (1, 0.2), "b": (1, 0.9), "c": (1, 0.5)}))
    assert list(shown(found).items()) == [
        ("b", "the largest error lately"),
        ("c", "a usual error lately"),
        ("a", "the smallest error lately"),
    ]
    assert list(shown(found[:1])) == ["a"]


def test_a_chart_of_a_series_has_its_points_in_order_and_what_is_not_known_yet() -> None:
    """Only of the series that is asked for."""
    row = {"origin": "2024-05-01T23:00:00", "step": "1", "forecast": "2", "low": "1", "high": "3"}
    rows = [{**row, "series": "a", "truth": "2.5"}, {**row, "series": "a", "truth": None}, {**row, "series": "b"}]
    [chart] = series_charts(rows, {"a": "a usual error lately"}, level=80, unit="kWh")
    assert chart.title == "a: a usual error lately"
    assert [(each.when, each.truth) for each in chart.points] == [("2024-05-01", 2.5), ("2024-05-01", None)]
    assert (chart.points[0].low, chart.points[0].forecast, chart.points[0].high) == (1.0, 2.0, 3.0)


def test_errors_are_in_the_order_of_steps() -> None:
    """As numbers: 2 before 10."""
    chart = steps_chart([{"step": "10", "error": "0.9", "naive": "1"}, {"step": "2", "error": "0.5", "naive": "1.1"}])
    assert chart.steps == (2, 10)
    assert chart.errors == {"forecast": (0.5, 0.9), "naive forecast": (1.1, 1.0)}


def test_shares_are_means_over_series() -> None:
    """Of mixtures and of single candidates; the fleet's words of an unknown series count as those of others."""
    chart = chosen_chart(
        [
            {"series": "a", "chosen": "0.60 smoothing + 0.40 tsb"},
            {"series": "b", "chosen": "naive"},
            {"series": "c", "chosen": "unknown series: 1.00 tsb"},
            {"series": "d", "chosen": "tsb"},
        ]
    )
    assert chart.shares == pytest.approx({"smoothing": 0.15, "tsb": 0.6, "naive": 0.25})
