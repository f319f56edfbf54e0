"""Logs a training to MLflow while it runs: each trial is a nested run, and the version's fit is autologged.

A separate thread writes the trials while the next is fitted: three requests each, in the order of the search.
"""

import os
import time
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field

import mlflow
from mlflow.entities import Metric, Param
from mlflow.environment_variables import MLFLOW_SUPPRESS_PRINTING_URL_TO_STDOUT
from mlflow.utils.mlflow_tags import MLFLOW_PARENT_RUN_ID

from ml.declarations import Algorithm
from ml.problems.learning import Params
from ml.training.autologging import autologging, unlogged
from ml.training.tuning import Candidate
from ml.training.watch import Watch

# Tags of a nested run: which trial it is, from 1 on, what was fitted in it, and whether it was ended early.
TRIAL, LEARNER, PRUNED = "trial", "learner", "pruned"


@dataclass
class RunLog(Watch):
    """Writes below the run `run_id`, the active run."""

    client: mlflow.MlflowClient
    experiment_id: str
    run_id: str
    _writer: ThreadPoolExecutor = field(default_factory=lambda: ThreadPoolExecutor(1, thread_name_prefix="trials"))
    _written: list[Future[None]] = field(default_factory=list)

    def tried(self, learner: str, candidate: Candidate) -> None:
        """Queue the trial for writing."""
        self._written.append(self._writer.submit(self._write, len(self._written) + 1, learner, candidate))

    @contextmanager
    def fitting(self, learner: str, params: Params, *, alone: bool) -> Iterator[None]:
        """Autolog the fit: to the version's run, or to a run of the part, because parts of an average share names.

        Waits for the trials first; if one could not be written, the training fails here.
        """
        self.settle()
        if alone:
            with _autologged(learner, params):
                yield
            return
        with (
            mlflow.start_run(run_name=f"fit {learner}", nested=True, tags={LEARNER: learner}),
            _autologged(learner, params),
        ):
            yield

    def settle(self) -> None:
        """Wait until every trial is written. Raises the error of the first one that was not."""
        for each in self._written:
            each.result()

    def close(self) -> None:
        """Write the remaining trials, and end the thread."""
        self._writer.shutdown(wait=True)

    def _write(self, number: int, learner: str, candidate: Candidate) -> None:
        began_ms, ended_ms = int(candidate.began_s * 1000), int(time.time() * 1000)
        run_id = self.client.create_run(
            self.experiment_id,
            start_time=began_ms or ended_ms,
            run_name=f"{number:02d} {learner}",
            tags={
                MLFLOW_PARENT_RUN_ID: self.run_id,
                TRIAL: str(number),
                LEARNER: learner,
                **({PRUNED: "yes"} if candidate.pruned else {}),
            },
        ).info.run_id
        figures = {"loss": candidate.loss, **candidate.found}
        self.client.log_batch(
            run_id,
            metrics=[Metric(name, float(value), ended_ms, 0) for name, value in figures.items()],
            params=[Param(name, str(value)) for name, value in {"algorithm": learner, **candidate.params}.items()],
        )
        self.client.set_terminated(run_id, end_time=ended_ms)


@contextmanager
def _autologged(learner: str, params: Params) -> Iterator[None]:
    algorithm = Algorithm(learner)
    mlflow.log_params(dict(unlogged(algorithm, params)))
    with autologging(algorithm):
        yield


@contextmanager
def run_log(client: mlflow.MlflowClient, run: mlflow.ActiveRun) -> Iterator[RunLog]:
    """The log below `run`. Suppresses MLflow's printed address of each trial, which would cost one more request."""
    silence = MLFLOW_SUPPRESS_PRINTING_URL_TO_STDOUT.name
    before = os.environ.get(silence)
    os.environ[silence] = "true"
    log = RunLog(client=client, experiment_id=run.info.experiment_id, run_id=run.info.run_id)
    try:
        yield log
    finally:
        log.close()
        os.environ.pop(silence)
        os.environ.update({silence: before} if before is not None else {})
