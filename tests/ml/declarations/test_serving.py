"""What an endpoint's declaration refuses."""

from dataclasses import replace

import pytest

from ml.declarations import DeclarationError, Experiment, Serving, SignOff
from ml.declarations.serving import FEWEST_CALLS_PER_MINUTE
from ml.usecases.credit.declaration import USE_CASE as CREDIT


@pytest.mark.parametrize("calls", [-1, 0, FEWEST_CALLS_PER_MINUTE - 1])
def test_a_limit_that_would_fail_a_promotion_is_refused(calls: int) -> None:
    """0 too: the provider leaves it out, and the endpoint would have no limit at all."""
    with pytest.raises(DeclarationError, match=f"caller_calls_per_minute is {calls}; give 20 or more"):
        Serving(endpoint="risk", caller_calls_per_minute=calls)


def test_the_lowest_limit_and_none_are_allowed() -> None:
    """None is no limit."""
    assert Serving(endpoint="risk", caller_calls_per_minute=FEWEST_CALLS_PER_MINUTE).caller_calls_per_minute == 20
    assert Serving(endpoint="risk").caller_calls_per_minute is None


@pytest.mark.parametrize("percent", [-1, 51])
def test_a_version_on_trial_answers_no_more_than_the_live_one(percent: int) -> None:
    """Half at most."""
    with pytest.raises(DeclarationError, match=f"challenger_percent is {percent}; give 0 to 50"):
        Serving(endpoint="risk", challenger_percent=percent)


def test_a_trial_needs_a_sign_off_that_is_waited_for() -> None:
    """Released automatically, no version waits."""
    model = CREDIT.models[0]
    tried = replace(model, serving=Serving(endpoint="risk", challenger_percent=10))
    with pytest.raises(DeclarationError, match="has challenger_percent, but its sign-off is automatic"):
        replace(CREDIT, models=(tried,))
    manual = replace(tried, gates=replace(model.gates, sign_off=SignOff.MANUAL))
    assert replace(CREDIT, models=(manual,)).models[0].serving == tried.serving


def test_an_experiment_has_a_size_a_rule_and_a_share_of_the_requests() -> None:
    """All mistakes at once; with an experiment no person need wait."""
    with pytest.raises(DeclarationError) as wrong:
        Experiment(size=150, effect=0.0, margin=-0.1, confidence=1.0, min_rows=50)
    assert len(wrong.value.problems) == 4
    assert "effect is 0.0; give a difference of losses above 0" in wrong.value.problems
    with pytest.raises(DeclarationError, match="size is 150; give 200 or more"):
        Experiment(size=150, effect=0.1)
    rule = Experiment(size=2_000, effect=0.1)
    with pytest.raises(DeclarationError, match="has an experiment and challenger_percent is 0"):
        Serving(endpoint="risk", experiment=rule)
    tried = replace(CREDIT.models[0], serving=Serving(endpoint="risk", experiment=rule, challenger_percent=10))
    assert replace(CREDIT, models=(tried,)).models[0].serving == tried.serving
