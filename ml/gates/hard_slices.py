"""The hold-out slices that a version answers worse than the rest: reported, never a reason to refuse it."""

from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd

from ml.declarations import Model
from ml.evaluation.noise import CHANCE
from ml.evaluation.slices import plan, tally
from ml.evaluation.worst_slices import worst
from ml.problems.monitor import TWO_SIDED, Answered
from ml.problems.problem import Floats
from ml.problems.registry import problem_of_model
from ml.problems.searching import searched_columns

# More than this nobody reads.
_SHOWN = 5


@dataclass(frozen=True, kw_only=True)
class HardSlices:
    """`found`: figures of each, the surest first; `tried`: how many had enough rows; `measure`: the reported mean."""

    measure: str
    mean: float
    tried: int
    found: tuple[Mapping[str, object], ...]
    false_discoveries: float = CHANCE


def hard_slices(model: Model, rows: pd.DataFrame, truth: Floats, output: pd.DataFrame) -> HardSlices:
    """Slices of one or two columns that are worse than all other rows, beyond chance over all slices that are tried.

    Raises ValueError for answers that cannot be measured.
    """
    answered = Answered(truth=truth, answers=output.reset_index(drop=True), groups=pd.DataFrame())
    losses, columns = problem_of_model(model).losses(answered), searched_columns(model, rows).reset_index(drop=True)
    planned = plan(columns, losses, model.fairness_groups)
    counted = tally(planned, columns, losses)
    least = model.gates.compliance.min_group_rows
    search = worst(planned, counted, None, rate=CHANCE, least_rows=least, most=_SHOWN)
    return HardSlices(
        measure=losses.title,
        mean=counted.mean_of_all,
        tried=search.tried,
        found=tuple(
            {
                "slice": each.name,
                "rows": each.rows,
                "above_the_rest": each.excess,
                "lower": each.excess - TWO_SIDED * each.error,
                "upper": each.excess + TWO_SIDED * each.error,
                "by_column": dict(each.parts),
            }
            for each in search.found
        ),
    )
