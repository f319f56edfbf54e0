"""Who is told of what, as a use case declares it."""

from dataclasses import replace

import pytest

from ml.declarations import AlertRule, AlertSubject, DeclarationError
from ml.declarations.alerting import destinations, rule_about, subjects_of
from ml.usecases import use_case

FAIR = AlertRule(about=AlertSubject.FAIRNESS, tell="model-risk")


def test_what_no_rule_is_about_goes_to_the_people_on_call() -> None:
    """All subjects are told to somebody, whatever is declared."""
    assert destinations((FAIR,)) == ("on-call", "model-risk")
    assert subjects_of("model-risk", (FAIR,)) == (AlertSubject.FAIRNESS,)
    assert len(subjects_of("on-call", (FAIR,))) == len(AlertSubject) - 1
    assert rule_about("drift", (FAIR,)).tell == "on-call"


def test_wrong_rules_are_refused() -> None:
    """All problems of a rule together; two rules about one subject."""
    with pytest.raises(DeclarationError) as refused:
        AlertRule(about=AlertSubject.DRIFT, tell="Model Risk", remind_after_periods=-1)
    assert "tell is 'Model Risk'" in str(refused.value)
    assert "remind_after_periods is -1: give 0 (never) or more" in str(refused.value)
    with pytest.raises(DeclarationError, match="alerts has several rules about fairness: keep one"):
        replace(use_case("credit"), alerts=(FAIR, FAIR))
