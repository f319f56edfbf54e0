"""A training in MLflow as it goes: each trial is a nested run, and the fit of the version is autologged.

Trials are written by a thread of their own while the next is fitted: three requests each, in the order of the search.
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
    """Writes below the run `run_id`, which is the active one."""

    client: mlflow.MlflowClient
    experiment_id: str
    run_id: str
    _writer: ThreadPoolExecutor = field(default_factory=lambda: ThreadPoolExecutor(1, thread_name_prefix="trials"))
    _written: list[Future[None]] = field(default_factory=list)

    def tried(self, learner: str, candidate: Candidate) -> None:
        """Have the trial written."""
        self._written.append(self._writer.submit(self._write, len(self._written) + 1, learner, candidate))

    @contextmanager
    def fitting(self, learner: str, params: Params, *, alone: bool) -> Iterator[None]:
        """Autolog the fit: into the version's run, or, since parts of an average share names, into a run of the part.

        Waits for the trials first: what they could not write fails the training here.
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
        """Wait until every trial is written. Raises what went wrong with the first that was not."""
        for each in self._written:
            each.result()

    def close(self) -> None:
        """Write what is left, and end the thread."""
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
    """What writes below `run`. MLflow prints no address of each trial, for which it would ask the server once more."""
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
