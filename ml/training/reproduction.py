"""A version trained again from its pinned tables, and measured on its hold-out; nothing is registered."""

import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from ml.examples import dataset
from ml.parameters import Common
from ml.problems.learning import Succeeding
from ml.tables import Tables
from ml.training import plan, registry
from ml.training.candidates import candidates
from ml.training.fingerprint import code_sha256
from ml.training.learn import learn
from ml.training.plan import Plan, Task
from ml.versions import contract
from ml.versions.lineage import Lineage
from ml.versions.scorer import Scorer

# It makes no version.
RETRAINS = False


@dataclass(frozen=True, kw_only=True)
class Reproduced:
    """`rows`: the examples at that time, `holdout_rows` of them held out; `measures`: as the run's `holdout_<name>`.

    `same_code`: whether the modules that decide a model are unchanged since the version was trained.
    """

    rows: int
    holdout_rows: int
    same_code: bool
    measures: Mapping[str, float]


def reproduce(tables: Tables, common: Common, lineage: Lineage) -> Reproduced:
    """Repeat the training of `lineage`, in the catalog of `common`.

    If a model replaces the live one in parts, every part is fitted; kept parts are not fetched. Raises the table door's
    error if the caller may not read a table's history, or if it is gone.
    """
    task = Task(
        common=common,
        source_catalog=lineage.source_catalog,
        git_commit=lineage.git_commit,
        sample_rows=lineage.sample_rows,
        reason="reproduction",
        holdout_start=lineage.holdout_first_period,
    )
    with plan.planned(tables, task, lineage.pinned) as planned:
        return Reproduced(
            rows=planned.available_rows,
            holdout_rows=planned.holdout_rows,
            same_code=lineage.code_sha256 == code_sha256(),
            measures=_measures(tables, task, planned, lineage),
        )


def _measures(tables: Tables, task: Task, planned: Plan, lineage: Lineage) -> dict[str, float]:
    """Measure as training does: with the files that would be served."""
    model, problem, found = planned.model, task.problem, candidates(tables, task, planned, lineage, continues=False)
    learned = learn(found.learners, problem, planned.split, model.tuning, model.seed, together=found.together)
    fitted = learned.fitted.after(None, planned.split) if isinstance(learned.fitted, Succeeding) else learned.fitted
    holdout = dataset.held_out(model, planned.examples, planned.split.held_out)
    with tempfile.TemporaryDirectory() as made:
        registry.pack(replace(learned, fitted=fitted), model, Path(made))
        answers = Scorer(Path(made))(contract.model_input(model, holdout))
    found.clear()
    return problem.measure(problem.truth(holdout[model.outcome.label]), answers).as_dict()
