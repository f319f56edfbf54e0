"""Which trials are not worth finishing: those that are worse than half of the others were after as many rounds.

That is the median stopping rule (Golovin et al. 2017, "Google Vizier: A Service for Black-Box Optimization", section
3.2.1), over the best loss so far. It follows from the losses alone, so a trial that is tried again, on a worker or
after a kill, ends where it ended.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from statistics import median

# The best loss so far on the tuning periods, after each round or epoch.
Curve = tuple[float, ...]


@dataclass(frozen=True, kw_only=True)
class Rule:
    """`finished`: the curves of trials that were not ended early. Until there are `after` of them none is hopeless."""

    after: int
    finished: tuple[Curve, ...] = ()

    def is_hopeless(self, curve: Sequence[float]) -> bool:
        """Whether a trial with this curve so far is worse than the median of the others after as many rounds."""
        if len(self.finished) < self.after:
            return False
        # What ended by itself had no better loss to come.
        others = [each[min(len(curve), len(each)) - 1] for each in self.finished if each]
        return bool(others) and curve[-1] > median(others)


@dataclass
class Watched:
    """One trial under way; called with its loss after each round or epoch, it says whether to end here.

    Without a `rule` no trial ends early, and nothing is kept.
    """

    rule: Rule | None
    curve: list[float] = field(default_factory=list)
    pruned: bool = False

    def __call__(self, loss: float) -> bool:
        """Hear of the next loss."""
        if self.rule is None:
            return False
        known = math.inf if math.isnan(loss) else loss
        self.curve.append(min([known, *self.curve[-1:]]))
        self.pruned = self.rule.is_hopeless(self.curve)
        return self.pruned
