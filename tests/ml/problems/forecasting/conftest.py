"""A runtime lacks the libraries of the extra `forecasting`: there, the tests of what uses them are left out."""

from importlib.util import find_spec

collect_ignore = (
    []
    if find_spec("statsforecast")
    else [
        "test_backtest.py",
        "test_fleet.py",
        "test_killed.py",
        "test_known.py",
        "test_declared_candidates.py",
        "test_spread.py",
    ]
)
