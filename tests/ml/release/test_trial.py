"""A version that waits for its sign-off answers some requests of a real endpoint, until one version has them all."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from databricks.sdk import WorkspaceClient

from ml.declarations import SignOff
from ml.records.appending import append_record
from ml.records.gate_results import GATE_RESULTS, JUDGING
from ml.release import deploy, trial
from ml.release.client import ask
from ml.release.endpoint import Endpoint, NotServingError, shares
from ml.usecases import USE_CASES, use_case
from tests.ml.release.conftest import ENDPOINT, MODEL, Served

pytestmark = pytest.mark.long

COMMON = ("--use-case=credit", "--catalog=prod")


@pytest.fixture(scope="module", autouse=True)
def declared() -> Iterator[None]:
    """Credit with manual sign-off; a version that waits for it answers 30 of 100 requests."""
    credit = use_case("credit")
    model = credit.models[0]
    assert model.serving
    tried = replace(
        model,
        gates=replace(model.gates, sign_off=SignOff.MANUAL),
        serving=replace(model.serving, challenger_percent=30),
    )
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(USE_CASES, "credit", replace(credit, models=(tried,)))
        yield


def _judged(served: Served, name: str, run_id: str, **verdicts: str) -> None:
    """The verdicts of the gates that judge: pass, if not said otherwise."""
    subject = served.subject(served.versions[name], run_id)
    rows = [
        {
            "run_id": run_id,
            "model": MODEL,
            "version": subject.version,
            "gate": gate,
            "verdict": verdicts.get(gate, "pass"),
            "reason": "made",
            "inputs": "{}",
            "thresholds": "{}",
            "decided_at": datetime(2026, 1, 1, tzinfo=UTC),
            "decided_by": "promotion",
        }
        for gate in JUDGING
    ]
    append_record(subject.tables, GATE_RESULTS, f"{subject.ops_schema}.{GATE_RESULTS.name}", rows)


def _try(served: Served, name: str, run_id: str) -> None:
    trial.main([*COMMON, f"--run-id={run_id}", f"--version={served.versions[name]}"])


def _shares(served: Served) -> dict[str, int]:
    config = served.world.client().serving_endpoints.get(ENDPOINT).config
    return {served.name(version): percent for version, percent in shares(config, MODEL).items()}


def test_a_version_with_a_failed_gate_is_not_tried(served: Served, capsys: pytest.CaptureFixture[str]) -> None:
    """All traffic stays where it is."""
    served.promote(served.versions["first"], "run-1")
    served.deploy_endpoint(served.versions["first"])
    _judged(served, "second", "run-2", comparison="fail")
    _try(served, "second", "run-2")
    assert '"skipped": "these gates did not pass: comparison"' in capsys.readouterr().out
    assert _shares(served) == {"first": 100}


def test_a_version_that_waits_answers_its_share(served: Served) -> None:
    """Three of ten requests, by the routes of the endpoint; each version can be asked by itself."""
    _judged(served, "second", "run-3")
    _try(served, "second", "run-3")
    assert _shares(served) == {"first": 70, "second": 30}
    assert {served.answer() for _ in range(60)} == {served.factor(1), served.factor(2)} == {0.25, 0.5}
    serving = use_case("credit").models[0].serving
    assert serving
    endpoint = Endpoint(workspace=WorkspaceClient(), serving=serving, model=MODEL)
    asked = [ask(replace(endpoint, asked=served.versions[name]), [{"limit": 1.0}])[0] for name in ("first", "second")]
    assert asked == [{"probability": 0.25}, {"probability": 0.5}]
    assert endpoint.version() is None


def test_a_version_that_cannot_be_served_is_no_trial(served: Served) -> None:
    """It answers nonsense, so the live version has all traffic again."""
    _judged(served, "wild", "run-4")
    with pytest.raises(NotServingError, match=r"probability is .* or outside 0\.\.1"):
        _try(served, "wild", "run-4")
    assert _shares(served) == {"first": 100}


def test_once_approved_it_has_all_traffic(served: Served) -> None:
    """As after any other promotion."""
    _try(served, "second", "run-3")
    assert _shares(served) == {"first": 70, "second": 30}
    served.promote(served.versions["second"], "run-3")
    deploy.main([*COMMON, "--run-id=run-3", f"--version={served.versions['second']}"])
    assert _shares(served) == {"second": 100}
