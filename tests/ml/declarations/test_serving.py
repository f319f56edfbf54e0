"""What an endpoint's declaration refuses."""

import pytest

from ml.declarations import DeclarationError, Serving
from ml.declarations.serving import FEWEST_CALLS_PER_MINUTE


@pytest.mark.parametrize("calls", [-1, 0, FEWEST_CALLS_PER_MINUTE - 1])
def test_a_limit_that_would_fail_a_promotion_is_refused(calls: int) -> None:
    """0 too: the provider leaves it out, and the endpoint would have no limit at all."""
    with pytest.raises(DeclarationError, match=f"caller_calls_per_minute is {calls}; give 20 or more"):
        Serving(endpoint="risk", caller_calls_per_minute=calls)


def test_the_lowest_limit_and_none_are_allowed() -> None:
    """None is no limit."""
    assert Serving(endpoint="risk", caller_calls_per_minute=FEWEST_CALLS_PER_MINUTE).caller_calls_per_minute == 20
    assert Serving(endpoint="risk").caller_calls_per_minute is None
