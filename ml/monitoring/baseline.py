"""A model version's expectation of a period: its training data, found by its lineage, and its hold-out scores."""

import tempfile
from pathlib import Path

import mlflow
import pandas as pd
from pyspark.errors import PySparkException

from ml.declarations import Calendar
from ml.examples import dataset
from ml.examples.dataset import PERIOD, Pinned
from ml.monitoring.window import LABEL, Expectation, answer_names, column_names, expectation
from ml.parameters import Common
from ml.tables import Tables, pandas_of
from ml.versions import artifact, contract
from ml.versions.lineage import Lineage, read_lineage

# Enough for every bin and quantile to be sharp, and it has to fit on one node.
_MAX_ROWS = 200_000


def expected_of(tables: Tables, client: mlflow.MlflowClient, task: Common, version: int) -> Expectation:
    """The expectation of `version`. Raises `LineageError` if its tags do not name its training data."""
    model_name, declared = task.model_name, task.model
    lineage = read_lineage(f"{model_name} version {version}", client.get_model_version(model_name, str(version)).tags)
    rows, counts, pinned = _rows(tables, task, lineage)
    periods = pd.to_datetime(rows[PERIOD]).dt.date
    fitted = (lineage.fitted_first_period, lineage.fitted_last_period)
    held_out = rows[periods.between(lineage.holdout_first_period, lineage.holdout_last_period)]
    with tempfile.TemporaryDirectory() as temporary:
        model = artifact.load(artifact.fetch(f"models:/{model_name}/{version}", Path(temporary)))
    answers = pd.DataFrame(model.predict(contract.model_input(declared, held_out))).set_index(held_out.index)
    scored = {**{name: answers[name] for name in answer_names(declared)}, LABEL: held_out[declared.outcome.label]}
    return expectation(
        declared,
        model_version=version,
        fitted=rows[periods.between(*fitted)],
        holdout=held_out.assign(**scored),
        rows_by_period=counts[counts.index.to_series().between(*fitted)],
        described=_described(version, lineage, pinned, task.judging),
    )


def _rows(tables: Tables, task: Common, lineage: Lineage) -> tuple[pd.DataFrame, pd.Series, Pinned]:
    """Fitted and hold-out rows and their number by period, at the tables' pinned versions, or at the newest if the
    pinned ones are gone.
    """
    try:
        return *_read(tables, task, lineage, lineage.pinned), lineage.pinned
    except PySparkException:
        # VACUUM removes old versions after a week by default; a version outlives that, and its rows are still there.
        newest = dataset.pin(tables, task.model, lineage.source_catalog, task.use_case.name)
        return *_read(tables, task, lineage, newest), newest


def _read(tables: Tables, task: Common, lineage: Lineage, pinned: Pinned) -> tuple[pd.DataFrame, pd.Series]:
    model = task.model
    rows = dataset.examples(tables, model, pinned, task.judging).where(
        f"{PERIOD} between '{lineage.fitted_first_period}' and '{lineage.holdout_last_period}'"
    )
    wanted = rows.select(model.outcome.key, model.outcome.event_time, model.outcome.label, PERIOD, *column_names(model))
    found = pandas_of(dataset.sample(model, wanted, _MAX_ROWS))
    # A period of the sample has fewer rows than the period had, which would make every later period look too large.
    counted = pandas_of(rows.groupBy(PERIOD).count()) if len(found) >= _MAX_ROWS else None
    periods = pd.to_datetime(found[PERIOD] if counted is None else counted[PERIOD]).dt.date
    counts = periods.value_counts() if counted is None else pd.Series(counted["count"].to_numpy(), index=periods)
    return found, counts


def _described(version: int, lineage: Lineage, pinned: Pinned, calendar: Calendar) -> str:
    named = calendar.named
    return (
        f"version {version}, fitted on {named(lineage.fitted_first_period)}..{named(lineage.fitted_last_period)} of "
        f"{pinned.features}@{pinned.features_version}; scores of its hold-out "
        f"{named(lineage.holdout_first_period)}..{named(lineage.holdout_last_period)}"
    )
