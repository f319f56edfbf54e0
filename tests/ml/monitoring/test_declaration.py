"""Limits that cannot be used are refused, all at once."""

from dataclasses import replace

import pytest

from ml.declarations import (
    BinaryClassification,
    DeclarationError,
    Limits,
    LimitsByShare,
    Monitoring,
    MulticlassClassification,
    ProblemType,
    Regression,
    Worse,
    WorseByShare,
)
from ml.monitoring.window import column_names, compared_names
from ml.usecases import USE_CASES, use_case


@pytest.mark.parametrize(("warn", "act"), [(0.3, 0.2), (0.0, 0.2), (-0.1, 0.2)])
def test_limits_out_of_order_are_refused(warn: float, act: float) -> None:
    """A warning comes before a breach, and both above 0."""
    with pytest.raises(DeclarationError, match="0 < warn <= act is required"):
        Limits(warn=warn, act=act)


def test_every_mistake_is_told() -> None:
    """Five mistakes, five sentences with what is allowed."""
    with pytest.raises(DeclarationError) as refused:
        Monitoring(min_rows=5, labelled_periods_below=0, min_labelled_share=1.0, min_row_ratio=1.5, sliding_periods=0)
    assert refused.value.problems == (
        "min_rows is 5; at least 30 is allowed: raise it",
        "labelled_periods_below is 0; at least 1 is allowed: raise it",
        "sliding_periods is 0; at least 1 is allowed: raise it",
        "min_labelled_share is 1.0; between 0 and 1 (exclusive) is allowed",
        "min_row_ratio 1.5 < 1 < max_row_ratio 2.0 is required",
    )


@pytest.mark.parametrize("kind", [Worse, WorseByShare])
def test_a_severe_change_that_is_less_than_a_breach_is_refused(kind: type[Worse]) -> None:
    """In the metric's unit, or as a share of the hold-out's."""
    with pytest.raises(DeclarationError, match="0 < act <= severe is required"):
        kind(act=0.3, severe=0.2)


def test_every_limit_that_the_problem_cannot_have_is_told() -> None:
    """A metric of another problem, the wrong sort, out of reach, without groups, and one that is also left out."""
    limits = {
        "coverage": Limits(warn=0.05, act=0.1),
        "roc_auc": Limits(warn=0.05, act=0.1),
        "outcome_rate": Limits(warn=0.5, act=1.5),
        "equal_opportunity_difference": Limits(warn=0.05, act=0.1),
    }
    monitoring = Monitoring(limits=limits, without=("outcome_rate", "rmse"))
    with pytest.raises(DeclarationError) as refused:
        replace(use_case("credit").models[0], monitoring=monitoring, fairness_groups=())
    assert refused.value.problems == (
        "monitoring judges by coverage, rmse; binary classification has roc_auc, expected_calibration_error, "
        "outcome_rate, accuracy, precision, recall, f1, average_precision, log_loss, brier_score, cost, "
        "expected_roc_auc, expected_accuracy, expected_precision, expected_recall, expected_cost, "
        "demographic_parity_difference, equal_opportunity_difference: name some of these",
        "monitoring has limits for outcome_rate, which it goes without: remove one of the two",
        "the limit of roc_auc is Limits; give Worse or WorseByShare",
        "act of outcome_rate is 1.5, which it never reaches: give less than 1",
        "monitoring has a limit for equal_opportunity_difference, but no groups are declared: name fairness_groups",
    )


@pytest.mark.parametrize(
    ("problem", "groups", "names"),
    [
        (BinaryClassification(), (), ["roc_auc", "expected_calibration_error"]),
        (
            BinaryClassification(),
            ("sex",),
            [
                "roc_auc",
                "expected_calibration_error",
                "demographic_parity_difference",
                "equal_opportunity_difference",
            ],
        ),
        (MulticlassClassification(classes=("a", "b", "c")), (), ["log_loss", "accuracy", "class_rate"]),
        (Regression(unit="mg"), (), ["mean_absolute_error", "mean_error", "coverage"]),
    ],
)
def test_what_is_judged_follows_from_problem_and_groups(
    problem: ProblemType, groups: tuple[str, ...], names: list[str]
) -> None:
    """Metrics of groups only if some are declared; one that is left out is not judged, nor one without a limit."""
    metrics = Monitoring(without=("outcome_rate",)).metrics(problem, groups)
    assert [each.name for each in metrics if each.limit] == names


@pytest.mark.parametrize(
    ("problem", "names"),
    [
        (
            BinaryClassification(),
            {"accuracy", "precision", "recall", "f1", "average_precision", "log_loss", "brier_score"},
        ),
        (
            MulticlassClassification(classes=("a", "b", "c")),
            {
                "macro_precision",
                "macro_recall",
                "macro_f1",
                "macro_roc_auc",
                "brier_score",
                "expected_calibration_error",
            },
        ),
        (Regression(unit="mg"), {"root_mean_squared_error", "median_absolute_error", "r2"}),
    ],
    ids=["binary", "multiclass", "regression"],
)
def test_a_limit_can_be_declared_on_any_metric_that_people_name(problem: ProblemType, names: set[str]) -> None:
    """They are written without one, and judged with one."""
    assert {each.name for each in Monitoring().metrics(problem, ()) if each.limit is None and each.needs} == names
    limits = dict.fromkeys(names, Worse(act=0.1, severe=0.2))
    assert list(Monitoring(limits=limits).wrong(problem, ())) == []
    assert all(each.limit for each in Monitoring(limits=limits).metrics(problem, ()) if each.needs)


def test_what_answers_cost_is_measured_if_costs_are_declared() -> None:
    """Without them there is no price to judge by, and a limit on it is refused."""
    limited = Monitoring(limits={"cost": Worse(act=1.0, severe=2.0)})
    priced = limited.metrics(BinaryClassification(), (), costs=True)
    assert {each.name: each.limit for each in priced if "cost" in each.name} == {
        "cost": Worse(act=1.0, severe=2.0),
        "expected_cost": None,
    }
    assert list(limited.wrong(BinaryClassification(), (), costs=True)) == []
    assert not [each for each in limited.metrics(BinaryClassification(), ()) if "cost" in each.name]
    assert list(limited.wrong(BinaryClassification(), ())) == [
        "monitoring has a limit for cost, but the comparison gate declares no costs: give them"
    ]


def test_every_limit_that_cannot_hold_in_slices_is_told() -> None:
    """A metric of another problem, one without a limit, and one that the hold-out is not asked for."""
    monitoring = Monitoring(limits_in_slices=("coverage", "recall", "outcome_rate", "roc_auc"))
    assert list(monitoring.wrong(BinaryClassification(), ("sex",))) == [
        "monitoring judges by coverage; binary classification has roc_auc, expected_calibration_error, outcome_rate, "
        "accuracy, precision, recall, f1, average_precision, log_loss, brier_score, cost, expected_roc_auc, "
        "expected_accuracy, expected_precision, expected_recall, expected_cost, demographic_parity_difference, "
        "equal_opportunity_difference: name some of these",
        "monitoring judges recall in slices, which has no limit: declare one in limits",
        "outcome_rate is not held against the hold-out, so it has no limit in slices: leave it out",
    ]
    assert "monitoring has limits in slices, but no groups are declared: name fairness_groups" in list(
        Monitoring(limits_in_slices=("roc_auc",)).wrong(BinaryClassification(), ())
    )


def test_a_declared_limit_holds_in_place_of_the_problems() -> None:
    """The others keep theirs."""
    strict = Worse(act=0.01, severe=0.02)
    area, calibration, *_ = Monitoring(limits={"roc_auc": strict}).metrics(BinaryClassification(), ())
    assert (area.limit, calibration.limit) == (strict, Limits(warn=0.05, act=0.08))


def test_a_share_is_of_what_the_hold_out_has() -> None:
    """15 % of 20 mg are 3 mg; a limit in mg stays."""
    assert WorseByShare(act=0.15, severe=0.5).at(20.0) == (3.0, 10.0)
    assert LimitsByShare(warn=0.25, act=0.5).at(-2.0) == (0.5, 1.0)
    assert Limits(warn=1.0, act=2.0).at(20.0) == (1.0, 2.0)


def test_every_use_case_is_monitored() -> None:
    """Monitoring is on by default, at sizes that the literature names."""
    assert all(case.models[0].monitoring for case in USE_CASES.values())
    assert Monitoring().psi == Limits(warn=0.10, act=0.25)


def test_features_that_move_by_design_can_be_left_out_of_drift() -> None:
    """They are features all the same, which the version is asked with; a name that is none is refused."""
    model = use_case("credit").models[0]
    without = replace(model, monitoring=Monitoring(drift_without=("limit_bal",)))
    assert set(compared_names(model)) - set(compared_names(without)) == {"limit_bal"}
    assert column_names(without) == column_names(model)
    with pytest.raises(DeclarationError, match=r"leaves out the drift of \['week'\], which are no features or answers"):
        replace(model, monitoring=Monitoring(drift_without=("limit_bal", "week")))
