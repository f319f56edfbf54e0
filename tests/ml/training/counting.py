"""Trials that are counted as they are tried, and a search that is killed among them."""

from collections.abc import Sequence

from ml.problems.learning import Ends, Params
from ml.training.pruning import Rule
from ml.training.trials import Kept, tried_once
from ml.training.tuning import Batch, Candidate, FitAndScore, Numbered


def counting(fit_and_score: FitAndScore, kept: Kept, seen: list[int], *, killed_at: int | None = None) -> Batch:
    """Trials kept in a folder, whose numbers are noted in `seen`; killed when it is asked for the trial `killed_at`."""

    def batch(numbered: Sequence[Numbered], rule: Rule | None) -> list[Candidate]:
        done = []
        for number, params in numbered:
            if number == killed_at:
                raise KeyboardInterrupt

            def counted(params: Params, ends: Ends, number: int = number) -> tuple[float, Params]:
                seen.append(number)
                return fit_and_score(params, ends)

            done.append(tried_once(kept, counted, number, params, rule))
        return done

    return batch
