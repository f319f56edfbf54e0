"""The plan of a training, from pinned tables to the split of their periods, made before any fit."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date

from pyspark.sql import DataFrame
from pyspark.sql import functions as F  # noqa: N812

from ml import runtime
from ml.declarations import Model, TrainingCause
from ml.examples import dataset
from ml.examples.dataset import PERIOD, Period, Pinned
from ml.examples.split import Split
from ml.parameters import Common
from ml.problems.problem import Problem
from ml.problems.registry import problem_of_model
from ml.runtime import RowsUnaccountedError
from ml.tables import Tables
from ml.training.fingerprint import code_sha256, fingerprint
from ml.training.learners.left_out import fitted_with
from ml.versions import contract
from ml.versions.lineage import Lineage


@dataclass(frozen=True, kw_only=True)
class Task:
    """The parameters of the task.

    `reason` is for people, `cause` for the gates. `sample_rows` limits the rows that are fitted on; 0 takes all.
    `holdout_start` is the first period held out; None holds out the share that the model declares. `package_index` is
    the URL that the version's requirements name. `processes` fit a network over Spark's workers; they change no model.
    """

    common: Common
    source_catalog: str
    git_commit: str
    sample_rows: int
    reason: str
    cause: TrainingCause = TrainingCause.MANUAL
    holdout_start: date | None = None
    package_index: str = ""
    processes: int = 1

    @property
    def model(self) -> Model:
        """The declared model."""
        return self.common.model

    @property
    def problem(self) -> Problem:
        """The implementation of the declared model's problem."""
        return problem_of_model(self.model)

    @property
    def model_name(self) -> str:
        """Full name of the registered model."""
        return self.common.model_name

    @property
    def experiment(self) -> str:
        """The experiment of the job."""
        return self.common.use_case.experiment(self.common.catalog, self.model)


@dataclass(frozen=True, kw_only=True)
class Plan:
    """The examples, their periods, and the split of the periods.

    `model`: the declared model, without the features of optional sources that no example has.
    """

    pinned: Pinned
    examples: DataFrame
    periods: tuple[Period, ...]
    split: Split
    model: Model

    @property
    def available_rows(self) -> int:
        """All examples."""
        return sum(period.rows for period in self.periods)

    @property
    def holdout_rows(self) -> int:
        """Examples that no training sees."""
        return sum(period.rows for period in self.periods if period.period in self.split.holdout)


@dataclass(frozen=True, kw_only=True)
class RowAccount:
    """Where the examples went: `available` = `fitted` + `holdout` + `sampled_out` + `known_too_late`."""

    available: int
    fitted: int
    holdout: int
    sampled_out: int
    known_too_late: int

    def __post_init__(self) -> None:
        used = self.fitted + self.holdout + self.sampled_out + self.known_too_late
        if self.available != used:
            raise RowsUnaccountedError(f"training found {self.available} examples but accounts for {used}: {self}")


@contextmanager
def planned(tables: Tables, task: Task, pinned: Pinned | None = None) -> Iterator[Plan]:
    """The plan of a training, with its examples joined once for all their readers within the block.

    The gold tables are read as `pinned`, by default at their newest versions.
    """
    found = pinned or pin(tables, task)
    with runtime.computed_once(joined(tables, task, found)) as rows:
        yield of(task, found, rows)


def plan(tables: Tables, task: Task) -> Plan:
    """The plan of a training at the newest versions; its examples are joined for each reader."""
    pinned = pin(tables, task)
    return of(task, pinned, joined(tables, task, pinned))


def pin(tables: Tables, task: Task) -> Pinned:
    """The newest versions of the gold tables."""
    return dataset.pin(tables, task.model, task.source_catalog, task.common.use_case.name)


def joined(tables: Tables, task: Task, pinned: Pinned) -> DataFrame:
    """The examples of pinned tables."""
    return dataset.examples(tables, task.model, pinned, task.common.judging)


def of(task: Task, pinned: Pinned, rows: DataFrame) -> Plan:
    """Split the periods of the examples `rows`."""
    model = dataset.present(task.model, rows)
    periods = dataset.profile(model, rows)
    split = task.problem.split(
        (period.period for period in periods),
        calendar=task.common.judging,
        holdout_ratio=task.model.holdout_ratio,
        tuning_ratio=task.model.tuning_ratio,
        calibration_ratio=task.model.calibration_ratio,
        holdout_start=task.holdout_start,
    )
    return Plan(pinned=pinned, examples=rows, periods=periods, split=split, model=model)


def fitting_frame(task: Task, planned: Plan) -> DataFrame:
    """The rows to fit, tune and calibrate on: those before the hold-out, sampled if the task requests it."""
    split = planned.split
    rows = dataset.fitting_rows(task.model, planned.examples, split.before_holdout, split.holdout[0])
    return dataset.sample(task.model, rows, task.sample_rows)


def account(task: Task, planned: Plan, fitted_rows: int) -> RowAccount:
    """The account of a training that fitted on `fitted_rows`. Raises RowsUnaccountedError if rows are lost."""
    split = planned.split
    before = planned.examples.where(F.col(PERIOD).isin(list(split.before_holdout)))
    late = before.where(F.col(task.model.outcome.known_from) > F.lit(split.holdout[0])).count()
    eligible = planned.available_rows - planned.holdout_rows - late
    return RowAccount(
        available=planned.available_rows,
        fitted=fitted_rows,
        holdout=planned.holdout_rows,
        sampled_out=max(0, eligible - task.sample_rows) if task.sample_rows else 0,
        known_too_late=late,
    )


def lineage(task: Task, planned: Plan, requirements: Sequence[str] | None = None) -> Lineage:
    """The lineage of this training's version, with its fingerprint."""
    pinned, split, code = planned.pinned, planned.split, code_sha256()
    return Lineage(
        source_catalog=pinned.catalog,
        feature_table=pinned.features,
        feature_table_version=pinned.features_version,
        outcome_table=pinned.outcomes,
        outcome_table_version=pinned.outcomes_version,
        cut_off=pinned.cut_off,
        fitted_first_period=split.before_holdout[0],
        fitted_last_period=split.before_holdout[-1],
        holdout_first_period=split.holdout[0],
        holdout_last_period=split.holdout[-1],
        sample_rows=task.sample_rows,
        git_commit=task.git_commit,
        code_sha256=code,
        reason=task.reason,
        job_run_id=task.common.run_id,
        fingerprint=fingerprint(
            model_name=task.model_name,
            model=planned.model,
            source_catalog=pinned.catalog,
            periods=planned.periods,
            sample_rows=task.sample_rows,
            holdout_start=task.holdout_start,
            code=code,
            requirements=[
                *contract.index(task.package_index),
                *fitted_with(task.model.algorithms),
                *(requirements or contract.requirements(task.model.algorithms, task.model.problem.packages)),
            ],
        ),
    )
