"""Demand's story: a year of invoices, five quiet weeks, then a customer who more than doubles every series."""

from ml.usecases.demand.demo.checks import checks
from ml.usecases.demand.demo.generate import generate
from ml.usecases.demand.demo.replay import in_pence, read, replay
from ml.usecases.story import Irregular, Story

_DELIVERIES = ("2011-W36", "2011-W40", "2011-W47", "2011-W49")

STORY = Story(
    generate=generate,
    read=read,
    replay=replay,
    # All generated lines: a part of a series would be a different series.
    sample_rows=6_000,
    deliveries=_DELIVERIES,
    shift_period="2011-W42",
    # The newest fifth of the weeks that can be forecast.
    holdout_start="2011-W41",
    checks=checks(
        quiet=("2011-W37", "2011-W38", "2011-W39", "2011-W40"),
        shift="2011-W42",
        retrained="2011-W47",
    ),
    rolls_back_part=True,
    irregular=Irregular(feed="sales", spoil=in_pence),
)
