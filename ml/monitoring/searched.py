"""Every slice of the hold-out, counted once for many periods. Pure."""

from dataclasses import dataclass

from ml.declarations import Model
from ml.evaluation.slices import Plan, Tally, plan, tally
from ml.problems.monitor import Answered
from ml.problems.registry import problem_of_model
from ml.problems.searching import searched_columns


@dataclass(frozen=True, kw_only=True, eq=False)
class Searched:
    """The slices of the hold-out's rows, and each one's losses there."""

    plan: Plan
    before: Tally


def searched(model: Model, holdout: Answered) -> Searched | None:
    """All slices of the hold-out's rows with a known outcome; None if there are none."""
    if not len(holdout.truth):
        return None
    losses, columns = problem_of_model(model).losses(holdout), searched_columns(model, holdout.features)
    planned = plan(columns, losses, model.fairness_groups)
    return Searched(plan=planned, before=tally(planned, columns, losses))
