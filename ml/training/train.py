"""Task `training` of job `<usecase>-training`: gold tables to a registered model version.

A training with the fingerprint of an earlier one reuses its version, so a rerun changes nothing.
"""

import argparse
import tempfile
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

import mlflow
import pandas as pd

from ml import parameters, runtime
from ml.declarations import TrainingCause
from ml.examples import dataset
from ml.neural.lanes import LANES, shared_by
from ml.tables import Tables, door
from ml.training import (
    fitted_parameters,
    gain,
    importance,
    intervals,
    plan,
    protected,
    registry,
    run_inputs,
    scratch,
    succession,
)
from ml.training.candidates import Candidates, candidates
from ml.training.feature_spec import source_of
from ml.training.learn import Learned, learn
from ml.training.plan import Plan, RowAccount, Task
from ml.training.registry import Registered
from ml.training.run_log import run_log
from ml.versions import contract, gains
from ml.versions.lineage import Lineage
from ml.versions.scorer import Scorer
from ml.versions.training_run import HOLDOUT, ROWS


def main(arguments: Sequence[str] | None = None) -> None:
    """Train, or reuse, a model version; run by job `<usecase>-training`."""
    task = parse(arguments)
    tables, client = door(), mlflow.MlflowClient()
    registry.require_model(client, task.model_name)
    with plan.planned(tables, task) as planned:
        train_unless_known(client, tables, task, planned)


def train_unless_known(client: mlflow.MlflowClient, tables: Tables, task: Task, planned: Plan) -> None:
    """Reuse the version of the same training, or train; what killed attempts left open is closed."""
    lineage = plan.lineage(task, planned)
    known, unfinished = registry.trained_already(client, task.experiment, task.model_name, lineage.fingerprint)
    for run in unfinished:
        client.set_terminated(run.info.run_id, status="KILLED")
    if known is not None:
        print(f"version {known.version} was trained from the same data, declaration and code, so it is reused")
        fitted_parameters.record(tables, client, task, known.version)
        # Left by a training that was killed once its version was registered.
        scratch.clear(scratch.folder(tables, task.common, lineage))
        finish(client, task, known, planned, {"reused": True})
        return
    made, account = train(client, tables, task, planned, lineage)
    fitted_parameters.record(tables, client, task, made.version)
    finish(client, task, made, planned, {"reused": False, **asdict(account)})


def _row_count(text: str) -> int:
    if not text.isdecimal():
        raise argparse.ArgumentTypeError(f"{text!r} is not a number of rows: give 0 (all) or more")
    return int(text)


def _process_count(text: str) -> int:
    if text not in {str(number) for number in shared_by(LANES)}:
        fits = ", ".join(map(str, shared_by(LANES)))
        raise argparse.ArgumentTypeError(f"{text!r} processes cannot share {LANES} lanes of rows evenly: give {fits}")
    return int(text)


def parse(arguments: Sequence[str] | None) -> Task:
    """The parameters; unknown or missing ones print an error and exit 2."""
    flags = parameters.of_model("training")
    flags.add_argument("--source-catalog", required=True, type=parameters.name)
    flags.add_argument("--git-commit", required=True)
    flags.add_argument("--sample-rows", required=True, type=_row_count)
    flags.add_argument("--reason", required=True)
    flags.add_argument(
        "--cause",
        default=TrainingCause.MANUAL,
        choices=list(TrainingCause),
        type=TrainingCause,
        help="the cause to fix",
    )
    flags.add_argument("--trigger", default="", help="what started the job's run, in the Jobs API's words")
    flags.add_argument(
        "--holdout-start", default="", help="first held-out period, such as 2024-03; empty: the declared share"
    )
    flags.add_argument(
        "--package-index", default=None, type=parameters.index_url, help="the source of a served image's packages"
    )
    flags.add_argument("--processes", default=1, type=_process_count, help="that fit a network over Spark's workers")
    parsed = flags.parse_args(arguments)
    common, cause = parameters.common(parsed), caused(parsed.cause, parsed.trigger)
    return Task(
        common=common,
        source_catalog=parsed.source_catalog,
        git_commit=parsed.git_commit,
        sample_rows=parsed.sample_rows,
        reason=str(cause) if parsed.reason == TrainingCause.MANUAL else parsed.reason,
        cause=cause,
        holdout_start=parameters.first_day(flags, common, parsed.holdout_start),
        package_index=parsed.package_index or "",
        processes=parsed.processes,
    )


def caused(given: TrainingCause, trigger: str) -> TrainingCause:
    """The cause of the training: the given one, unless a schedule started the run and no cause was given."""
    by_schedule = given is TrainingCause.MANUAL and trigger == "periodic"
    return TrainingCause.SCHEDULE if by_schedule else given


def train(
    client: mlflow.MlflowClient, tables: Tables, task: Task, planned: Plan, lineage: Lineage
) -> tuple[Registered, RowAccount]:
    """Fit, calibrate, evaluate on the hold-out, log, register. A killed run leaves no version behind."""
    mlflow.set_experiment(task.experiment)
    with mlflow.start_run(run_name=f"{task.reason}-{task.common.run_id}") as run, tempfile.TemporaryDirectory() as made:
        model = planned.model
        registry.log_lineage(lineage)
        run_inputs.log_tables(model, planned.pinned)
        run_inputs.log_environment(model)
        found = candidates(tables, task, planned, lineage)
        account = plan.account(task, planned, found.rows)
        mlflow.log_metrics({f"{ROWS}{name}": rows for name, rows in asdict(account).items()})
        learned = _learned(client, run, task, planned, found)
        registry.pack(learned, model, Path(made))
        holdout = dataset.held_out(model, planned.examples, planned.split.held_out)
        # Of the very files that will be served.
        answers = Scorer(Path(made))(contract.model_input(model, holdout))
        said = _measured(task, planned, holdout, answers)
        worth = _gains(task, planned, learned, holdout, answers)
        _look_into(task, planned, learned, found.frame)
        example = contract.input_example(model, holdout)
        source = source_of(planned.pinned.features)
        uri, model_id = registry.log_model(
            Path(made), model, planned.pinned, example, source, package_index=task.package_index
        )
    version = registry.register(
        client,
        task.model_name,
        model_uri=uri,
        model_id=model_id,
        run_id=run.info.run_id,
        description=_description(task, planned, learned, said),
        tags=registry.version_tags(model, lineage, learned, task.cause) | gains.as_tags(worth),
    )
    found.clear()
    return Registered(version=int(version.version), run_id=run.info.run_id), account


def _learned(
    client: mlflow.MlflowClient, run: mlflow.ActiveRun, task: Task, planned: Plan, found: Candidates
) -> Learned:
    """Search and fit, with the curves logged to the run; keep the live version's parts that are no worse."""
    model, split = planned.model, planned.split
    with run_log(client, run) as log:
        learned = learn(
            found.learners, task.problem, split, model.tuning, model.seed, watch=log, together=found.together
        )
    learned = succession.successor(client, task, split, learned)
    registry.log_search(learned)
    return learned


def _gains(
    task: Task, planned: Plan, learned: Learned, holdout: pd.DataFrame, answers: pd.DataFrame
) -> list[gains.Gain]:
    """The gain from each optional source."""
    found = gain.gains(planned.model, task.problem, learned, planned.split, holdout, answers=answers)
    for each in found:
        mlflow.log_metric(f"{HOLDOUT}{gains.TAG}{each.source}", each.interval.difference)
        print(*gains.sentences(gains.as_tags([each])))
    return found


def _look_into(task: Task, planned: Plan, learned: Learned, frame: pd.DataFrame | None) -> None:
    """Feature importance, and the gain from protected columns; only for rows in this process."""
    added: list[gains.Gain] = []
    if frame is None:
        print("feature importance is not measured: the rows stay on Spark's workers")
    else:
        importance.log_importance(importance.importance(planned.model, learned, planned.split, frame))
        added = protected.additions(planned.model, task.problem, learned, planned.split, frame)
    mlflow.log_metrics(protected.as_metrics(added))
    print(*protected.in_words(planned.model, added), sep="\n")


def _measured(task: Task, planned: Plan, holdout: pd.DataFrame, answers: pd.DataFrame) -> str:
    """Log and print the measures of the packed model's `answers` to `holdout`; return them as one line."""
    model, problem = planned.model, task.problem
    truth = problem.truth(holdout[model.outcome.label])
    measured, found = problem.measure(truth, answers), intervals.intervals(model, truth, answers)
    logged = {**measured.as_dict(), **intervals.as_metrics(found)}
    mlflow.log_metrics({f"{HOLDOUT}{name}": value for name, value in logged.items()})
    print(f"hold-out {planned.split.holdout[0]}..{planned.split.holdout[-1]}, {measured.summary()}")
    said = f"{len(holdout)} rows, {intervals.in_words(model, found)}"
    print(f"hold-out with intervals: {said}")
    return said


def _description(task: Task, planned: Plan, learned: Learned, said: str) -> str:
    split, cut = planned.split, f"; the search was cut by time: {learned.cut}" if learned.cut else ""
    return (
        f"{task.model.comment} {learned.chosen} with {len(planned.model.features)} features, fitted on "
        f"{split.before_holdout[0]}..{split.before_holdout[-1]} ({learned.trials} trials{cut}), "
        f"{learned.calibration.in_words} by {split.calibration[0]}..{split.calibration[-1]}. "
        f"Hold-out {split.holdout[0]}..{split.holdout[-1]}: {said}. Reason: {task.reason}."
    )


def finish(client: mlflow.MlflowClient, task: Task, made: Registered, planned: Plan, more: dict[str, object]) -> None:
    """Pass the version to the promotion task, account for the rows, and print the measures on the hold-out."""
    logged = client.get_run(made.run_id).data.metrics
    measured = {name: value for name, value in logged.items() if name.startswith(HOLDOUT)}
    runtime.set_task_value("model_version", made.version)
    runtime.set_task_value("run_id", made.run_id)
    runtime.report(
        task="training",
        rows_in=planned.available_rows,
        rows_kept=planned.available_rows,
        rows_quarantined=0,
        model=task.model_name,
        model_version=made.version,
        mlflow_run_id=made.run_id,
        **measured,
        **more,
    )
