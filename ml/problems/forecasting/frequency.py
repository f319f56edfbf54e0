"""Frequencies of observation: their seasons and candidates."""

from collections.abc import Sequence
from dataclasses import dataclass

from ml.problems.forecasting.errors import ForecastError


@dataclass(frozen=True, kw_only=True)
class Frequency:
    """One spacing of observations. Lengths are in steps.

    Attributes:
        name: the name for the command line.
        aliases: pandas' aliases, in lower case and without an anchor.
        seconds: the length of a step, or 0 if it is counted in months.
        months: the length of a step in months, or 0.
        seasons: lengths of its seasons, shortest first; each is used only if the history allows.
        naive_season: the season of Naive2 and of the scale of MASE, as in the M4 competition.
        candidates: names in `candidates.CANDIDATES`, all fitted on every series.
        lags: lags of the regression, in addition to the previous step.
        difference: lag of the differences that trees are fitted on.
        changes: lag of the differences that a regression is fitted on.
        origins: number of rolling origins in the backtest if the history allows.
    """

    name: str
    aliases: tuple[str, ...]
    seconds: int = 0
    months: int = 0
    seasons: tuple[int, ...]
    naive_season: int
    candidates: tuple[str, ...]
    lags: tuple[int, ...]
    difference: int = 1
    changes: int = 1
    origins: int


_SEASONAL = ("SeasonalNaive", "AutoETS", "AutoTheta", "AutoCES", "AutoARIMA")
_DECOMPOSED = ("MSTL-AutoETS", "MSTL-AutoARIMA", "MSTL-AutoTheta")
# Candidates for series that are mostly zero.
INTERMITTENT = ("Mean", "CrostonSBA", "TSB", "SES")
# The models over all series: trees, and a linear regression.
TREES, POOLED = "LightGBM", "PooledAutoregression"
OVER_ALL = (TREES, POOLED)
_REGRESSIONS = ("Autoregression", "LogAutoregression", "ChangeAutoregression")

HOURLY = Frequency(
    name="hourly",
    aliases=("h",),
    seconds=3600,
    seasons=(24, 168),
    naive_season=24,
    candidates=(
        *("SeasonalNaive", "SeasonalMean", "MSTL-AutoARIMA", "MSTL-AutoTheta", *_REGRESSIONS, "MFLES"),
        *OVER_ALL,
    ),
    lags=(2, 3, 23, 24, 25, 48, 72, 144, 167, 168, 169, 336),
    difference=168,
    changes=24,
    origins=2,
)
DAILY = Frequency(
    name="daily",
    aliases=("d",),
    seconds=86_400,
    seasons=(7, 365),
    naive_season=1,
    candidates=("SeasonalNaive", "AutoETS", "AutoTheta", "AutoCES", *_DECOMPOSED, "Autoregression", "MFLES", TREES),
    lags=(2, 3, 6, 7, 8, 14, 21, 28, 364, 365),
    difference=7,
    origins=3,
)
WEEKLY = Frequency(
    name="weekly",
    aliases=("w",),
    seconds=604_800,
    seasons=(52,),
    naive_season=1,
    candidates=(
        *("Naive", "CES", "ARIMA", "AutoCES", "AutoTheta", "MSTL-AutoARIMA", *_REGRESSIONS, "MFLES"),
        *OVER_ALL,
    ),
    lags=(2, 3, 4, 8, 13, 26, 51, 52, 53, 104),
    origins=3,
)
MONTHLY = Frequency(
    name="monthly",
    aliases=("m", "ms", "me"),
    months=1,
    seasons=(12,),
    naive_season=12,
    candidates=(*_SEASONAL, TREES),
    lags=(2, 3, 6, 11, 12, 13, 24),
    origins=3,
)
QUARTERLY = Frequency(
    name="quarterly",
    aliases=("q", "qs", "qe"),
    months=3,
    seasons=(4,),
    naive_season=4,
    candidates=(*_SEASONAL, TREES),
    lags=(2, 3, 4, 5, 8),
    origins=3,
)
YEARLY = Frequency(
    name="yearly",
    aliases=("y", "ys", "ye", "a", "as"),
    months=12,
    seasons=(1,),
    naive_season=1,
    candidates=("Naive", "ETS", "Theta", "CES", "ARIMA", TREES),
    lags=(2, 3),
    origins=2,
)
FREQUENCIES: Sequence[Frequency] = (HOURLY, DAILY, WEEKLY, MONTHLY, QUARTERLY, YEARLY)


def frequency(text: str) -> Frequency:
    """The frequency called `text`: hourly … yearly, or a pandas alias of one. Raises ForecastError for any other."""
    wanted = text.lower().split("-")[0]
    for each in FREQUENCIES:
        if wanted == each.name or wanted in each.aliases:
            return each
    known = ", ".join(f"{each.name} ({each.aliases[0]})" for each in FREQUENCIES)
    raise ForecastError(f"frequency {text!r} is not known: give one of {known}")
