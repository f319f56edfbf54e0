"""Trials that are not worth finishing: those worse than half of the others at the same round.

This is the median stopping rule (Golovin et al. 2017, "Google Vizier: A Service for Black-Box Optimization", section
3.2.1), over the best loss so far. It depends only on the losses, so a repeated trial, on a worker or
after a kill, ends at the same round.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from statistics import median

# The best loss so far on the tuning periods, after each round or epoch.
Curve = tuple[float, ...]


@dataclass(frozen=True, kw_only=True)
class Rule:
    """`finished`: the curves of trials that were not pruned. With fewer than `after` of them no trial is pruned."""

    after: int
    finished: tuple[Curve, ...] = ()

    def is_hopeless(self, curve: Sequence[float]) -> bool:
        """Whether a trial with this curve so far is worse than the median of the others at the same round."""
        if len(self.finished) < self.after:
            return False
        # What ended by itself had no better loss to come.
        others = [each[min(len(curve), len(each)) - 1] for each in self.finished if each]
        return bool(others) and curve[-1] > median(others)


@dataclass
class Watched:
    """A running trial; called with its loss after each round or epoch, it returns whether to stop.

    Without a `rule` no trial is pruned, and no curve is kept.
    """

    rule: Rule | None
    curve: list[float] = field(default_factory=list)
    pruned: bool = False

    def __call__(self, loss: float) -> bool:
        """Take the next loss; return whether to stop."""
        if self.rule is None:
            return False
        known = math.inf if math.isnan(loss) else loss
        self.curve.append(min([known, *self.curve[-1:]]))
        self.pruned = self.rule.is_hopeless(self.curve)
        return self.pruned
