"""Names of the candidates that a forecast tries for each series."""

# Functions of the past that need no library.
CANDIDATES = (
    "naive",
    "mean",
    "seasonal_mean",
    "inner_naive",
    "two_seasons",
    "smoothing",
    "damped_trend",
    "theta",
    "croston",
    "tsb",
)
# Models of `statsforecast`.
LIBRARY_CANDIDATES = ("auto_ets", "auto_theta", "auto_ces", "auto_arima", "mstl")
