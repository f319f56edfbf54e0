"""The infrastructure gate's decision over what the probe found."""

import math

import pytest

from ml.declarations import BinaryClassification, InfrastructureGate, MulticlassClassification
from ml.gates.infrastructure import Probed, judge
from ml.records.gate_results import Decision

GATE = InfrastructureGate(max_load_s=30, max_latency_ms=250, max_memory_mib=2048)
RISK = BinaryClassification().output
FOUND = {
    "load_processor_s": 3.0,
    "rows": 2,
    "answers": [{"probability": 0.1}, {"probability": 0.6}],
    "latency_p95_ms": 4.0,
    "accepted_wrong": [],
    "other_versions": [],
    "memory_mib": 400.0,
}


def test_a_model_within_all_limits_passes() -> None:
    """The reason carries the figures."""
    verdict = judge(Probed(found=FOUND), GATE, RISK)
    assert verdict.decision is Decision.PASS
    assert "95th percentile latency of one row 4 ms is at most 250 ms" in verdict.reason
    assert "the input example is answered with 0.100, 0.600" in verdict.reason


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ({"load_processor_s": 31.0}, "CPU time to load 31 s is over the limit 30 s"),
        ({"latency_p95_ms": 251.0}, "latency of one row 251 ms is over the limit 250 ms"),
        ({"latency_p95_ms": math.nan}, "latency of one row is unknown (nan)"),
        ({"memory_mib": 4096.0}, "peak memory 4096 MiB is over the limit 2048 MiB"),
        ({"memory_mib": None}, "peak memory is unknown (None)"),
        ({"answers": [{"probability": 0.1}]}, "2 rows were sent and 1 answers returned"),
        ({"answers": [0.1, 0.6]}, "answer 1 of 2: it is 0.1; a value for each of probability is required"),
        ({"answers": [{"probability": 0.1}, {"probability": 1.5}]}, "answer 2 of 2: probability is 1.5, which is"),
        ({"answers": [{"probability": math.nan}] * 2}, "probability is nan, which is null, not a finite number or"),
        ({"answers": [], "rows": 0}, "the input example of 0 rows was answered with []"),
        ({"accepted_wrong": ["a missing column"]}, "it accepts invalid input: a missing column"),
        ({"accepted_wrong": None}, "whether invalid input is refused is unknown"),
        ({"other_versions": ["xgboost 1.0, pinned 3.2.0"]}, "packages differ from the pins: xgboost 1.0"),
    ],
)
def test_each_limit_fails_on_its_own(changed: dict[str, object], reason: str) -> None:
    """Over a limit, or unknown."""
    verdict = judge(Probed(found={**FOUND, **changed}), GATE, RISK)
    assert verdict.decision is Decision.FAIL
    assert reason in verdict.reason


def test_a_model_that_did_not_load_fails_with_what_the_process_said() -> None:
    """Nothing was found."""
    verdict = judge(Probed(found=None, problem="the model did not answer within 90 s"), GATE, RISK)
    assert (verdict.decision, verdict.reason) == (Decision.FAIL, "the model did not answer within 90 s")


def test_answers_are_those_that_the_problem_declares() -> None:
    """A class with its chances passes for one problem, and fails for another with the column that is missing."""
    kinds = MulticlassClassification(classes=("a", "b", "c")).output
    answer = {"prediction": "b", "probability_a": 0.1, "probability_b": 0.7, "probability_c": 0.2}
    found = {**FOUND, "answers": [answer] * 2}
    assert judge(Probed(found=found), GATE, kinds).decision is Decision.PASS
    verdict = judge(Probed(found=found), GATE, RISK)
    assert verdict.decision is Decision.FAIL
    assert "probability is missing: it has prediction, probability_a" in verdict.reason
