"""Estimates from before outcomes are known, and their comparison with the outcomes."""

from collections.abc import Callable
from dataclasses import replace

from ml.problems.finding import Finding, number
from ml.problems.monitor import TWO_SIDED, Answered, Figure

RETRAINS = False

# From this share of known outcomes on, the reason includes the realised figure.
_PAIRED_SHARE = 0.5


def with_truth(found: Finding, period: Answered, realised: Callable[[Answered], Figure]) -> Finding:
    """`found`, with the realised figure in its reason once most outcomes are known."""
    known = period.known
    if len(known.truth) < max(2, _PAIRED_SHARE * len(period.truth)):
        return found
    true = realised(known)
    return replace(found, reason=f"{found.reason}; {number(true.value)} +- {number(TWO_SIDED * true.error)} came true")
