"""The compliance gate, one broken paper at a time."""

import math
from dataclasses import replace

import pytest

from ml.declarations import ROC_AUC
from ml.evaluation.fairness import Fairness, GroupRates
from ml.gates.compliance_checks import HoldoutSigns, Papers, judge
from ml.gates.leak_checks import LeakSigns, Repeats
from ml.gates.verdict import Verdict
from ml.problems.classification.selection import selection_checks
from ml.problems.judging import GroupFindings
from ml.records.gate_results import Decision
from ml.usecases import use_case
from tests.ml.gates.made import TAGS

MODEL, GATE = use_case("credit").models[0], use_case("credit").models[0].gates.compliance
PAPERS = Papers(
    description="Probability of default.",
    tags=TAGS,
    inputs=MODEL.features,
    outputs=("probability",),
    requirements=("mlflow==3.17.2", "xgboost==3.2.0"),
)


def _group(attribute: str, difference: float, groups: int = 2) -> GroupFindings:
    """Groups of 1,000 rows, of which 0.4 of the first and `difference` less of the others are selected."""
    rates = tuple(
        GroupRates(
            group=str(number),
            rows=1000,
            positives=200,
            selection_rate=0.4 - difference if number else 0.4,
            true_positive_rate=0.4,
        )
        for number in range(groups)
    )
    found = Fairness(
        attribute=attribute,
        groups=rates,
        left_out=(),
        rows_unknown=0,
        demographic_parity_difference=difference,
        equal_opportunity_difference=0.0,
    )
    return GroupFindings(attribute=attribute, figures={}, checks=tuple(selection_checks(found, GATE)))


FAIR = (_group("sex", 0.02), _group("age_band", 0.04))


HONEST = LeakSigns(
    measure=ROC_AUC,
    score=0.8,
    believable=0.97,
    alone={"pay_status_1": 0.7},
    shares={"pay_status_1": 0.6},
    repeats=Repeats(holdout_rows=1000, same_key=0, same_features=3),
)


def _judge(papers: Papers = PAPERS, groups: tuple[GroupFindings, ...] = FAIR) -> Verdict:
    return judge(MODEL, GATE, "prod", papers, HoldoutSigns(groups=groups, leaks=HONEST))


def test_complete_papers_and_like_treatment_pass() -> None:
    """The reason tells what was found, with figures."""
    verdict = _judge()
    assert verdict.decision is Decision.PASS
    assert "trained on prod.credit_gold.client_features@3 and prod.credit_gold.client_outcomes@4" in verdict.reason
    assert "selection rate difference by sex 0.02 is at most 0.2, surely at least 0" in verdict.reason
    assert "ratio of the smallest to the largest 0.95" in verdict.reason
    assert "equal opportunity difference by sex 0 is not over 0.2 by more than chance" in verdict.reason


def test_a_version_without_an_optional_source_passes() -> None:
    """It takes none of that source's features; one that it does take must be declared."""
    optional = {feature.name for feature in MODEL.feature_table.features if feature.optional}
    assert optional == {"overdrawn_days", "inflow_mean", "inflow_trend", "overdrawn_before"}
    less = tuple(name for name in MODEL.features if name not in optional)
    verdict = _judge(replace(PAPERS, inputs=less))
    assert verdict.decision is Decision.PASS
    assert f"signature takes {len(less)} of the declared features" in verdict.reason


def _tags(**changed: str) -> Papers:
    return replace(PAPERS, tags={**TAGS, **changed})


@pytest.mark.parametrize(
    ("papers", "reason"),
    [
        (replace(PAPERS, inputs=None), "signature is missing"),
        (replace(PAPERS, outputs=None), "signature is missing"),
        (replace(PAPERS, outputs=("score",)), "signature returns score; required: probability"),
        (replace(PAPERS, inputs=MODEL.features[1:]), "signature and declared features differ: limit_bal"),
        (replace(PAPERS, inputs=(*MODEL.features, "sex")), "signature and declared features differ: sex"),
        (replace(PAPERS, description="  "), "description is missing"),
        (_tags(owner=""), "owner is missing, ml-engineers is declared"),
        (_tags(owner="nobody"), "owner is nobody, ml-engineers is declared"),
        (_tags(licence=""), "licence is missing, CC BY 4.0 is declared"),
        (_tags(contains_personal_data="false"), "contains_personal_data is false, true is declared"),
        (_tags(feature_table_version=""), "feature_table_version is missing"),
        (_tags(outcome_table_version="new"), "outcome_table_version='new'"),
        (_tags(cut_off="yesterday"), "cut_off='yesterday'"),
        (_tags(source_catalog="dev"), "it was trained on catalog dev; this run reads prod"),
        (_tags(git_commit="unknown"), "git commit unknown is not a known commit"),
        (_tags(git_commit="main"), "git commit main is not a known commit"),
        (replace(PAPERS, requirements=()), "environment is not pinned: no requirements"),
        (replace(PAPERS, requirements=("mlflow>=3",)), "environment is not pinned: mlflow>=3"),
        (replace(PAPERS, requirements=("mlflow==3.*",)), "environment is not pinned: mlflow==3.*"),
    ],
)
def test_each_missing_or_wrong_paper_fails_and_is_named(papers: Papers, reason: str) -> None:
    """Nothing else is named beside it."""
    verdict = _judge(papers)
    assert verdict.decision is Decision.FAIL
    assert reason in verdict.reason
    assert "is at most" not in verdict.reason


@pytest.mark.parametrize(
    ("groups", "decision", "reason"),
    [
        ((_group("sex", 0.3), FAIR[1]), Decision.FAIL, "selection rate difference by sex 0.3 is over the limit 0.2"),
        (
            (_group("sex", math.nan, groups=1), FAIR[1]),
            Decision.UNKNOWN,
            "fewer than two groups of sex have 100 hold-out rows",
        ),
        ((FAIR[0],), Decision.FAIL, "the treatment of groups by age_band was not measured"),
        ((), Decision.FAIL, "the treatment of groups by sex was not measured"),
    ],
)
def test_unlike_or_unknown_treatment_blocks(groups: tuple[GroupFindings, ...], decision: Decision, reason: str) -> None:
    """A declared attribute that was not measured fails; one whose groups are too small is unknown."""
    verdict = _judge(groups=groups)
    assert verdict.decision is decision
    assert reason in verdict.reason


def test_a_model_without_groups_is_not_asked_about_them() -> None:
    """Fairness is judged only if groups are declared."""
    verdict = judge(replace(MODEL, fairness_groups=()), GATE, "prod", PAPERS, HoldoutSigns(groups=(), leaks=HONEST))
    assert verdict.decision is Decision.PASS
    assert "selection" not in verdict.reason


def test_a_problem_in_measuring_fails_with_its_words() -> None:
    """A hold-out that cannot be read is no fair model."""
    verdict = judge(MODEL, GATE, "prod", PAPERS, "labels must be 0 or 1")
    assert verdict.decision is Decision.FAIL
    assert verdict.reason == "the hold-out could not be measured: labels must be 0 or 1"


def test_uncommitted_changes_are_told_but_do_not_fail() -> None:
    """The wheel that ran is kept by its own hash, so the code is known."""
    verdict = _judge(_tags(git_commit="a" * 40 + "-dirty"))
    assert verdict.decision is Decision.PASS
    assert f"git commit {'a' * 40}-dirty is known" in verdict.reason
