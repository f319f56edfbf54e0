"""Statistics of a series of verdicts: alarms that begin, their rate with an interval, and the detection delay."""

from collections.abc import Sequence

import numpy as np

from ml.evaluation.noise import Rate, bounds


def begun(series: Sequence[Sequence[bool]]) -> int:
    """Alarms: breaches without a breach in the previous period of the series."""
    return sum(now and (at == 0 or not one[at - 1]) for one in series for at, now in enumerate(one))


def share(happened: int, of: int) -> str:
    """The rate in percent, with the interval of Wilson 1927."""
    lower, upper = bounds(Rate(rows=of, rate=happened / of), 0.025)
    return f"{happened}: {happened / of:.2%} ({lower:.2%}..{upper:.2%})"


def delay(series: Sequence[Sequence[bool]]) -> str:
    """Periods until half of the series are detected, and the share that are by the sixth."""
    never = len(series[0]) + 1
    first = sorted(next((at for at, each in enumerate(one, 1) if each), never) for one in series)
    middle, by_six = first[len(first) // 2], np.mean([each <= 6 for each in first])
    return f"{f'over {never - 1}' if middle == never else middle} ({by_six:.0%} by the 6th)"
