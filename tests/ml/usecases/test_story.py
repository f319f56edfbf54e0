"""What a story may say."""

from dataclasses import replace
from typing import Any

import pytest

from ml.declarations.errors import DeclarationError
from ml.usecases.credit.demo.story import STORY


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"deliveries": ("2025-01",)}, "deliveries are ('2025-01',); name the history's newest period and, in order"),
        ({"deliveries": ("2025-02", "2025-01")}, "deliveries are ('2025-02', '2025-01'); name"),
        (
            {"shift_period": "2025-01"},
            "shift_period '2025-01' does not arrive; name a period after 2025-01, up to 2025-06",
        ),
        (
            {"shift_period": "2025-07"},
            "shift_period '2025-07' does not arrive; name a period after 2025-01, up to 2025-06",
        ),
        ({"holdout_start": "2025-07"}, "holdout_start '2025-07' judges nothing; name a period up to 2025-06"),
        ({"holdout_start": ""}, "holdout_start '' judges nothing; name a period up to 2025-06"),
        ({"sample_rows": 0}, "sample_rows is 0; staging needs one row or more"),
    ],
)
def test_periods_that_the_engine_could_not_follow_are_refused(changes: dict[str, Any], said: str) -> None:
    """With what was given and what is allowed."""
    with pytest.raises(DeclarationError) as refused:
        replace(STORY, **changes)
    assert len(refused.value.problems) == 1
    assert refused.value.problems[0].startswith(said)


def test_all_problems_of_a_story_are_named_at_once() -> None:
    """Not only the first."""
    with pytest.raises(DeclarationError) as refused:
        replace(STORY, shift_period="2024-12", holdout_start="", sample_rows=-1)
    assert [problem.split()[0] for problem in refused.value.problems] == [
        "shift_period",
        "holdout_start",
        "sample_rows",
    ]


def test_data_need_not_change() -> None:
    """A story without a shift has checks of its own all the same."""
    assert replace(STORY, shift_period="").checks == STORY.checks
