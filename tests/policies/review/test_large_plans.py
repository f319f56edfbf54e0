"""The work of a review grows with the changes, not with their square. `bench/policies.py` measures the seconds."""

import json
import sys
from collections.abc import Callable
from datetime import date
from types import FrameType

import pytest

from bench.policies import large_plan
from policies.json_file import parse_document
from policies.review.comment.markdown import comment
from policies.review.costs.prices import read_prices
from policies.review.decision.rules import read_rules
from policies.review.decision.waived import findings_with
from policies.review.review import Reviewer


def _calls(work: Callable[[], object]) -> int:
    """How many functions, Python's and C's, `work` calls."""
    count = 0

    def note(_frame: FrameType, event: str, _argument: object) -> None:
        nonlocal count
        count += event in ("call", "c_call")

    sys.setprofile(note)
    try:
        work()
    finally:
        sys.setprofile(None)
    return count


def _review(resources: int) -> str:
    content = json.dumps(large_plan(resources)).encode()
    reviewer = Reviewer(rules=read_rules(), prices=read_prices(), findings_of=findings_with([], date(2026, 11, 21)))
    found = reviewer.review("prod-ml", parse_document(content, "plan.json"))
    assert found.counts == {"update": resources}
    return comment(found)


def test_2000_changing_resources_are_reviewed() -> None:
    """Read, scanned, reviewed and written, with none left out."""
    assert "2000 to update" in _review(2000)


def test_one_more_change_is_little_work_and_twice_the_changes_are_twice_of_it() -> None:
    """From 200 resources on, 200 more cost the same number of calls each time: at most 4,500 each, with which 20,000
    changes take some 20 seconds of one processor.
    """
    _review(20)  # what is loaded once
    calls = [_calls(lambda size=size: _review(size)) for size in (200, 400, 800)]  # type: ignore[misc]
    assert (calls[1] - calls[0]) / 200 < 4_500
    assert calls[2] - calls[1] == pytest.approx(2 * (calls[1] - calls[0]), rel=0.1)
