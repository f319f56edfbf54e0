"""Trials of a search, each exactly once, several at once on Spark's workers: a killed search continues.

Whoever runs a trial writes its result to its own file before it returns. A restarted search proposes the same trials,
because they follow from seed and results; it does not repeat those that have a file. So it ends like a search that was
not killed.
"""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import pandas as pd
from pyspark import cloudpickle
from pyspark.sql import SparkSession

from ml.problems.learning import Params
from ml.training.pruning import Rule
from ml.training.tuning import Batch, Candidate, FitAndScore, Numbered, tried
from ml.whole_files import write_whole

# A call of Spark takes 128 MiB at most, by default.
_MOST_BYTES = 100 * 2**20
_SCHEMA = "place int, done string"


class TooLargeError(RuntimeError):
    """The rows of a search are too large to send to a worker with the call."""


@dataclass(frozen=True, kw_only=True)
class Kept:
    """The results of one search's trials, in its own folder."""

    folder: Path

    def read(self, number: int, params: Params) -> Candidate | None:
        """The trial's result, if it was finished with these parameters."""
        file = self._file(number)
        held = _candidate(file.read_text(encoding="utf-8")) if file.is_file() else None
        return held if held and held.params == params else None

    def write(self, number: int, done: Candidate) -> None:
        """Write the result, whoever else runs the same trial at the same time."""
        write_whole(self._file(number), _text(done).encode())

    def _file(self, number: int) -> Path:
        return self.folder / f"trial-{number:06d}.json"


def _text(done: Candidate) -> str:
    held = {**vars(done), "params": dict(done.params), "found": dict(done.found)}
    # What NumPy computes is written as Python's own numbers.
    return json.dumps(held, default=lambda value: value.item())


def _candidate(text: str) -> Candidate:
    held = json.loads(text)
    return Candidate(**{**held, "curve": tuple(held["curve"])})


def tried_once(kept: Kept, fit_and_score: FitAndScore, number: int, params: Params, rule: Rule | None) -> Candidate:
    """The trial's stored result, or run it now and store the result."""
    held = kept.read(number, params)
    if held is not None:
        return held
    done = tried(fit_and_score, params, rule)
    kept.write(number, done)
    return done


def once(kept: Kept, fit_and_score: FitAndScore) -> Batch:
    """Trials in this process, one after another."""
    return lambda numbered, rule: [tried_once(kept, fit_and_score, number, params, rule) for number, params in numbered]


def on_workers(spark: SparkSession, kept: Kept, fit_and_score: FitAndScore) -> Batch:
    """Run each trial of a batch in a Spark task, which receives `fit_and_score` with its rows.

    Raises TooLargeError if the rows are too large for that.
    """
    size = len(cloudpickle.dumps(fit_and_score))  # type: ignore[no-untyped-call]
    if size > _MOST_BYTES:
        raise TooLargeError(
            f"the rows of the search are {size / 2**20:.0f} MiB, and {_MOST_BYTES / 2**20:.0f} go to a worker: train "
            "on a sample (sample_rows), set tuning.workers to 1, or declare an algorithm whose rows stay with Spark"
        )

    def batch(numbered: Sequence[Numbered], rule: Rule | None) -> list[Candidate]:
        def done(batches: Iterable[pd.DataFrame]) -> Iterable[pd.DataFrame]:
            for rows in batches:
                for place in rows["id"]:
                    number, params = numbered[place]
                    text = _text(tried_once(kept, fit_and_score, number, params, rule))
                    yield pd.DataFrame({"place": [int(place)], "done": [text]})

        # A task for each trial.
        asked = spark.range(0, len(numbered), 1, len(numbered))
        found = {row["place"]: row["done"] for row in asked.mapInPandas(done, _SCHEMA).collect()}
        return [_candidate(found[place]) for place in range(len(numbered))]

    return batch
