"""Sign-off rests on the other gates."""

import pytest

from ml.declarations import SignOff
from ml.gates.sign_off import judge
from ml.records.gate_results import Decision

_PASSED = {"compliance": "pass", "comparison": "pass", "infrastructure": "pass"}


@pytest.mark.parametrize(
    ("verdicts", "mode", "approved_by", "decision", "reason"),
    [
        (_PASSED, SignOff.AUTOMATIC, (), Decision.PASS, "released automatically, as declared"),
        ({**_PASSED, "comparison": "fail"}, SignOff.AUTOMATIC, (), Decision.FAIL, "comparison: fail"),
        ({**_PASSED, "comparison": "unknown"}, SignOff.AUTOMATIC, (), Decision.FAIL, "comparison: unknown"),
        ({**_PASSED, "comparison": "unknown"}, SignOff.MANUAL, ("ann",), Decision.FAIL, "comparison: unknown"),
        ({**_PASSED, "comparison": "PASS"}, SignOff.AUTOMATIC, (), Decision.FAIL, "comparison: PASS"),
        (
            {"compliance": "pass", "comparison": "pass"},
            SignOff.AUTOMATIC,
            (),
            Decision.FAIL,
            "infrastructure: no verdict",
        ),
        ({}, SignOff.AUTOMATIC, (), Decision.FAIL, "compliance: no verdict in this run"),
        (_PASSED, SignOff.MANUAL, (), Decision.FAIL, "awaiting sign-off by a person"),
        (_PASSED, SignOff.MANUAL, ("ann", "bob"), Decision.PASS, "approved by ann, bob"),
        ({**_PASSED, "compliance": "fail"}, SignOff.MANUAL, ("ann",), Decision.FAIL, "compliance: fail"),
    ],
)
def test_release_needs_every_gate_and_for_manual_sign_off_a_person(
    verdicts: dict[str, str], mode: SignOff, approved_by: tuple[str, ...], decision: Decision, reason: str
) -> None:
    """An approval does not outweigh a failed gate."""
    verdict = judge(verdicts, mode, approved_by)
    assert verdict.decision is decision
    assert reason in verdict.reason
