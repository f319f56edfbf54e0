"""The candidates that are served, against values worked by hand and against statsforecast."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from statsforecast import models

from ml.problems.forecasting import served
from ml.problems.forecasting.served import Asked, Floats

NAN = float("nan")


def _asked(past: list[float], ahead: int = 1, season: int = 1) -> Asked:
    return Asked(past=np.array([past], dtype=float), ahead=np.array([ahead]), season=season)


def test_naive_repeats_the_same_place_of_the_last_season() -> None:
    """Season 4: one and four steps ahead; a younger series repeats its newest value; season 1 repeats the newest."""
    past = [1.0, 2.0, 3.0, 4.0, 5.0, 6.0]
    assert [served.naive(_asked(past, ahead, 4))[0] for ahead in (1, 2, 3, 4, 5)] == [3.0, 4.0, 5.0, 6.0, 3.0]
    assert served.naive(_asked([NAN, NAN, NAN, NAN, NAN, 6.0], 1, 4))[0] == 6.0
    assert served.naive(_asked(past, 3))[0] == 6.0


def test_the_scale_is_the_root_mean_square_of_changes_over_a_season() -> None:
    """Changes 1, 3 and 2 after two unknown periods: sqrt(14 / 3); never under the least; none known: the least."""
    past = np.array([[NAN, NAN, 1.0, 2.0, 5.0, 3.0], [4.0] * 6, [NAN] * 5 + [9.0]])
    assert served.scale(past, 1, 0.5) == pytest.approx([(14 / 3) ** 0.5, 0.5, 0.5])


def test_means_count_what_is_known() -> None:
    """The newest two of three known; of season 2, every second value."""
    past = [NAN, 2.0, 4.0, 9.0]
    assert served.mean_of_newest(_asked(past), mean_periods=2)[0] == 6.5
    assert served.mean_of_newest(_asked(past), mean_periods=4)[0] == 5.0
    assert served.seasonal_mean(_asked([1.0, 2.0, 3.0, 6.0], 1, 2))[0] == 2.0
    assert served.seasonal_mean(_asked([NAN, 2.0, 3.0, 6.0], 1, 2))[0] == 3.0
    assert served.seasonal_mean(_asked([1.0, 2.0, 3.0, 6.0], 2, 2))[0] == 4.0


def test_two_seasons_are_the_last_of_the_longer_one_moved_by_the_newest_of_the_shorter_one() -> None:
    """Season 4 with 2 in it: 8, 9 after 1, 2 a season before are 7 more each, of which half is added to 3 and 4."""
    past = np.array([[1.0, 2.0, 3.0, 4.0, 8.0, 9.0]] * 2)
    asked = Asked(past=past, ahead=np.array([1, 2]), season=4, inner=2)
    assert list(served.inner_naive(asked)) == [8.0, 9.0]
    assert list(served.two_seasons(asked, level_share=0.5)) == [3.0 + 3.5, 4.0 + 3.5]
    past[:, 0] = NAN
    assert list(served.two_seasons(asked, level_share=1.0)) == [3.0 + 7.0, 4.0 + 7.0]


def test_smoothing_and_the_damped_trend_worked_by_hand() -> None:
    """Levels 10, 12, 9 at 0.5; a trend of 0.5 * (15 - 10) after 10, 20, forecast 15 + 2.5 * 0.8, and * (0.8 + 0.64)."""
    assert served.smoothing(_asked([10.0, 14.0, 6.0]), ses_alpha=0.5)[0] == 9.0
    assert served.smoothing(_asked([NAN, 10.0, NAN, 14.0]), ses_alpha=0.5)[0] == 12.0
    given = {"trend_alpha": 0.5, "trend_beta": 0.5, "trend_phi": 0.8}
    assert served.damped_trend(_asked([10.0, 20.0]), **given)[0] == pytest.approx(17.0)
    assert served.damped_trend(_asked([10.0, 20.0], 2), **given)[0] == pytest.approx(15 + 2.5 * (0.8 + 0.64))


def test_theta_adds_half_of_the_trend() -> None:
    """1, 2, 3 at 0.5: level 2.25, slope 1, and 0.5 * (step - 1 + (1 - 0.5 ** 3) / 0.5)."""
    assert served.theta(_asked([1.0, 2.0, 3.0]), theta_alpha=0.5)[0] == pytest.approx(2.25 + 0.5 * 1.75)
    assert served.theta(_asked([NAN, 1.0, 2.0, 3.0], 3), theta_alpha=0.5)[0] == pytest.approx(2.25 + 0.5 * 3.75)


def test_seldom_sold_is_size_over_interval_and_size_times_share() -> None:
    """Sold 4 in period 2 and 8 in period 5: size 6 and interval 2.5 at 0.5; share 0, 0.5, 0.25, 0.125, 0.5625."""
    past = [0.0, 4.0, 0.0, 0.0, 8.0]
    assert served.croston(_asked(past), croston_alpha=0.5)[0] == pytest.approx(0.75 * 6 / 2.5)
    assert served.tsb(_asked(past), tsb_size=0.5, tsb_share=0.5)[0] == pytest.approx(6 * 0.5625)
    nothing = _asked([0.0] * 5)
    assert served.croston(nothing, croston_alpha=0.1)[0] == served.tsb(nothing, tsb_size=0.1, tsb_share=0.1)[0] == 0.0


@pytest.mark.parametrize(
    ("ours", "given", "theirs"),
    [
        (served.smoothing, {"ses_alpha": 0.3}, models.SimpleExponentialSmoothing(alpha=0.3)),
        (served.croston, {"croston_alpha": 0.1}, models.CrostonSBA()),
        (served.tsb, {"tsb_size": 0.2, "tsb_share": 0.1}, models.TSB(alpha_d=0.2, alpha_p=0.1)),
    ],
    ids=["smoothing", "croston", "tsb"],
)
def test_candidates_agree_with_the_library(ours: Callable[..., Floats], given: dict[str, float], theirs: Any) -> None:
    """statsforecast, series by series, on 20 series of 26 weeks that are mostly zero; ours answers all at once."""
    rng = np.random.default_rng(1)
    past = rng.poisson(3, (20, 26)) * (rng.random((20, 26)) < 0.4).astype(float)
    expected = [float(theirs.forecast(y=row, h=1)["mean"][0]) for row in past]
    found = ours(Asked(past=past, ahead=np.ones(20, dtype=np.int64), season=1), **given)
    assert found == pytest.approx(expected, rel=1e-6)


def test_parameters_may_differ_by_row() -> None:
    """Each row with its own equals each alone."""
    past = np.array([[1.0, 5.0, 2.0], [1.0, 5.0, 2.0]])
    found = served.smoothing(
        Asked(past=past, ahead=np.ones(2, dtype=np.int64), season=1), ses_alpha=np.array([0.1, 0.9])
    )
    assert found == pytest.approx([1.46, 2.26])
