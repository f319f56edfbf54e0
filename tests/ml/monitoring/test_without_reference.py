"""What a period shows by its own rows: the figures of the job, and why one is missing."""

import pickle
from collections.abc import Iterator
from datetime import date
from io import BytesIO

import numpy as np
import pandas as pd
import pytest
from pyspark import cloudpickle

import ml
from ml.declarations import Model, Monitored, UseCase
from ml.declarations.monitored import Needs
from ml.monitoring.period_metrics import measure
from ml.monitoring.window import problem
from ml.monitoring.without_reference import Scorer, findings, of_answers
from ml.pipelines.measures import measured
from ml.problems.finding import Finding, Kind
from ml.usecases import USE_CASES
from tests.ml.monitoring.each_model import each_model, expected_of, left_to_the_job, period_of
from tests.ml.monitoring.made import LABEL, client_rows, period_data

pytestmark = pytest.mark.fast
CREDIT = USE_CASES["credit"].models[0]
SCORER = Scorer(version=1, holdout_start=date(2024, 4, 1))


def _found(frame: pd.DataFrame, scorer: Scorer | None = SCORER) -> dict[tuple[str, str], Finding]:
    found = findings(period_data(frame), scorer, CREDIT, problem(CREDIT).truth, of_answers(CREDIT))
    return {(each.metric, each.column): each for each in found}


@each_model
def test_every_figure_is_the_jobs(use_case: UseCase, name: str) -> None:
    """Value, interval and rows; what is held against the training data, or estimated by it, is left to the job."""
    model = use_case.model_named(name)
    data = period_of(use_case, model)
    scorer = Scorer(version=1, holdout_start=data.period)
    alone = {
        (each.metric, each.column): each
        for each in findings(data, scorer, model, problem(model).truth, of_answers(model))
        if each.value is not None
    }
    of_job = {
        (each.metric, each.column): each
        for each in measure(data, expected_of(use_case, model), model)
        if each.value is not None
    }
    assert alone.keys() == {place for place in of_job if not left_to_the_job(place[0])}
    for place, each in alone.items():
        job = of_job[place]
        assert (each.kind, each.value, each.lower, each.upper, each.error, each.rows) == (
            (job.kind, job.value, job.lower, job.upper, job.error, job.rows)
        )
    measured_of = {metric for metric, _ in alone}
    assert measured_of >= {
        each.name for each in model.monitored if not left_to_the_job(each.name) and not _of_groups(each)
    }


def _of_groups(metric: Monitored) -> bool:
    return Needs.GROUPS in metric.needs


def test_an_unscored_period_has_no_figures_of_answers() -> None:
    """Rows, shares and nulls are there all the same."""
    found = _found(client_rows(300).assign(probability=np.nan), None)
    assert {metric for metric, _ in found} == {"row_count", "scored_share", "labelled_share", "null_ratio"}
    assert found[("row_count", "")].value == 300.0


@pytest.mark.parametrize(
    ("scorer", "why"),
    [
        (
            Scorer(version=2, holdout_start=None),
            "no gate recorded the hold-out of version 2, so any period may be known",
        ),
        (
            Scorer(version=2, holdout_start=date(2024, 7, 1)),
            "version 2 was fitted on this period, so its outcomes prove nothing",
        ),
    ],
)
def test_outcomes_prove_nothing_about_a_version_that_may_know_them(scorer: Scorer, why: str) -> None:
    """Its hold-out begins later, or is not recorded; the difference between groups' answers needs no outcome."""
    found = _found(client_rows(900), scorer)
    assert {each.reason for each in found.values() if each.kind is Kind.PERFORMANCE and each.value is None} == {why}
    assert not [each for each in found.values() if each.kind is Kind.PERFORMANCE and each.value is not None]
    assert found[("demographic_parity_difference", "sex")].value is not None


def test_labels_of_another_kind_are_no_figures() -> None:
    """The reason names what is wrong; the rest of the period is measured."""
    found = _found(client_rows(900).assign(**{LABEL: 7.0}))
    assert found[("roc_auc", "")].reason == "labels must be 0 or 1 on every row: drop rows whose outcome is not known"
    assert found[("row_count", "")].value == 900.0


class _Worker(pickle.Unpickler):
    """Unpickles as a worker without this package and the libraries of learners."""

    def find_class(self, module: str, name: str) -> object:
        """Raises ModuleNotFoundError for a part of them."""
        if module.split(".", maxsplit=1)[0] in ("ml", "statsforecast", "lightgbm", "xgboost"):
            raise ModuleNotFoundError(f"{module} {name}")
        return super().find_class(module, name)


@pytest.fixture
def by_value() -> Iterator[None]:
    """As `ml.runtime.carry_code` does for a server's workers."""
    cloudpickle.register_pickle_by_value(ml)  # type: ignore[no-untyped-call]
    yield
    cloudpickle.unregister_pickle_by_value(ml)  # type: ignore[no-untyped-call]


@pytest.mark.parametrize(
    "model", [each for case in USE_CASES.values() for each in case.models], ids=lambda each: each.name
)
@pytest.mark.usefixtures("by_value")
def test_the_figures_travel_to_workers_without_this_package(model: Model) -> None:
    """Nor the libraries of learners: what measures refers to none of them."""
    sent = cloudpickle.dumps(measured(model, "a.b.c"))  # type: ignore[no-untyped-call]
    assert callable(_Worker(BytesIO(sent)).load())
