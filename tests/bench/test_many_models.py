"""What the bench of many models compares, and says."""

import pytest

from bench.many_models import FREQUENCY, HORIZON, MODELS, ORIGINS, section, series
from ml.problems.forecasting.backtest import fit_chunk

pytestmark = pytest.mark.fast


def test_every_series_is_fitted_by_every_model_at_every_origin() -> None:
    """So all sides do the same: no series is left to fewer models, none fails, and a number draws the same ones."""
    values = series(6)
    assert [list(one) for one in series(3)] == [list(one) for one in values[:3]]
    for fit in fit_chunk(values, HORIZON, FREQUENCY):
        assert fit.names == MODELS
        assert len(fit.origins) == ORIGINS + 1
        assert fit.reasons == ()


def test_it_says_whether_the_bounds_hold() -> None:
    """At the numbers that have one, of processor time; how long Spark took to start stands apart."""
    spark = {"fits_s": 13.0, "processor_s": 26.0, "peak_mib": 300.0, "start_s": 9.0, "first_s": 4.0}
    of_1000 = {
        "statsforecast": {"fits_s": 10.0, "processor_s": 20.0, "peak_mib": 400.0},
        "mlops forecast": {"fits_s": 15.0, "processor_s": 24.0, "peak_mib": 310.0},
        "Spark's workers": spark,
    }
    said = section({500: of_1000, 1_000: of_1000})
    assert "| 1,000 | mlops forecast | 15.0 | 24.0 | 24 | 1.20 | 1.50 | 310 |" in said
    assert "Spark took 9.0 s to start and its first worker 4.0 s" in said[1]
    assert "Spark was left out." in section({1_000: {name: of_1000[name] for name in list(of_1000)[:2]}})[1]
    assert said[-1] == (
        "mlops forecast at 1,000 series: 1.20 times, within the bound of 1.25. "
        "Spark's workers at 1,000 series: 1.30 times, above the bound of 1.25."
    )
