"""Trials of a search on Spark's workers: several at once, each exactly once, and a killed search goes on.

What came of a trial is a file of its own, written by the worker before it says so. A search that begins again is asked
the same trials, since they follow from seed and results; those that have a file are not tried again. So it ends
as the search that was not killed.
"""

import json
import os
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import pandas as pd
from pyspark import cloudpickle
from pyspark.sql import SparkSession

from ml.problems.learning import Params
from ml.training.tuning import Batch, Candidate, Numbered

FitAndScore = Callable[[Params], tuple[float, Params]]
# A call of Spark takes 128 MiB at most, by default.
_MOST_BYTES = 100 * 2**20
_SCHEMA = "place int, loss double, found string, began_s double"


class TooLargeError(RuntimeError):
    """The rows of a search are too many to go to a worker with the call."""


@dataclass(frozen=True, kw_only=True)
class Kept:
    """What came of the trials of one search, in a folder of its own."""

    folder: Path

    def read(self, number: int, params: Params) -> Candidate | None:
        """Of the trial, if it was finished with these parameters."""
        file = self._file(number)
        if not file.is_file():
            return None
        held = json.loads(file.read_text())
        if held["params"] != dict(params):
            return None
        return Candidate(params=params, loss=held["loss"], found=held["found"], began_s=held["began_s"])

    def write(self, number: int, tried: Candidate) -> None:
        """Whole, or not at all."""
        self.folder.mkdir(parents=True, exist_ok=True)
        held = {"params": dict(tried.params), "loss": tried.loss, "found": dict(tried.found), "began_s": tried.began_s}
        beside = self._file(number).with_suffix(f".{os.getpid()}.part")
        beside.write_text(json.dumps(held))
        beside.replace(self._file(number))

    def _file(self, number: int) -> Path:
        return self.folder / f"trial-{number:06d}.json"


def tried_once(kept: Kept, fit_and_score: FitAndScore, number: int, params: Params) -> Candidate:
    """What came of the trial: as it is kept, or tried now and kept."""
    held = kept.read(number, params)
    if held is not None:
        return held
    began_s = time.time()
    loss, found = fit_and_score(params)
    tried = Candidate(params=params, loss=loss, found=found, began_s=began_s)
    kept.write(number, tried)
    return tried


def on_workers(spark: SparkSession, kept: Kept, fit_and_score: FitAndScore) -> Batch:
    """Each trial of a batch in a task of Spark's. `fit_and_score` goes there with its rows.

    Raises TooLargeError if these are too many for that.
    """
    size = len(cloudpickle.dumps(fit_and_score))  # type: ignore[no-untyped-call]
    if size > _MOST_BYTES:
        raise TooLargeError(
            f"the rows of the search are {size / 2**20:.0f} MiB, and {_MOST_BYTES / 2**20:.0f} go to a worker: train "
            "on a sample (sample_rows), set tuning.workers to 1, or declare an algorithm whose rows stay with Spark"
        )

    def batch(numbered: Sequence[Numbered]) -> list[Candidate]:
        def tried(batches: Iterable[pd.DataFrame]) -> Iterable[pd.DataFrame]:
            for rows in batches:
                for place in rows["id"]:
                    done = tried_once(kept, fit_and_score, *numbered[place])
                    row = {"place": int(place), "loss": done.loss, "found": json.dumps(dict(done.found))}
                    yield pd.DataFrame([{**row, "began_s": done.began_s}])

        # A task for each trial.
        asked = spark.range(0, len(numbered), 1, len(numbered))
        found = {row["place"]: row for row in asked.mapInPandas(tried, _SCHEMA).collect()}
        return [
            Candidate(
                params=params,
                loss=found[place]["loss"],
                found=json.loads(found[place]["found"]),
                began_s=found[place]["began_s"],
            )
            for place, (_, params) in enumerate(numbered)
        ]

    return batch
