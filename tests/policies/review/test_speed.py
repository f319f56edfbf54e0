"""The review of a large plan is quick enough to wait for."""

import json
import time
from datetime import date

from bench.policies import large_plan
from policies.json_file import parse_document
from policies.review.markdown import comment
from policies.review.prices import read_prices
from policies.review.review import Reviewer
from policies.review.rules import read_rules
from policies.review.waived import findings_with


def test_2000_changing_resources_take_less_than_3_seconds_of_processor_time() -> None:
    """Read, scanned, reviewed and written. Wall time is in docs/performance.md: a shared machine says little here."""
    content = json.dumps(large_plan(2000)).encode()
    reviewer = Reviewer(rules=read_rules(), prices=read_prices(), findings_of=findings_with([], date(2026, 11, 21)))
    started = time.process_time()
    found = reviewer.review("prod-ml", parse_document(content, "plan.json"))
    text = comment(found)
    assert time.process_time() - started < 3
    assert found.counts == {"update": 2000}
    assert "2000 to update" in text
