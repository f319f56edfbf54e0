"""Who gets which share of an endpoint's traffic, and which version may be tried. Pure."""

from typing import Any

import pytest
from databricks.sdk.service.serving import EndpointCoreConfigOutput, Route, ServedEntityOutput, TrafficConfig

from ml.declarations import SignOff
from ml.release.endpoint import only_version, shares
from ml.release.trial import untried

NAME = "prod.credit_ops.default_risk"


def _config(*routes: tuple[str, int], model: str = NAME) -> EndpointCoreConfigOutput:
    entities = [
        ServedEntityOutput(name=f"v{version}", entity_name=model, entity_version=version) for version in ("3", "4")
    ]
    traffic = [Route(served_model_name=name, traffic_percentage=percent) for name, percent in routes]
    return EndpointCoreConfigOutput(served_entities=entities, traffic_config=TrafficConfig(routes=traffic))


def test_each_version_has_the_share_of_its_route() -> None:
    """One that gets all is the only one; of several, and of another model's, there is none."""
    assert shares(_config(("v3", 90), ("v4", 10)), NAME) == {3: 90, 4: 10}
    assert only_version(_config(("v3", 90), ("v4", 10)), NAME) is None
    assert (shares(_config(("v4", 100)), NAME), only_version(_config(("v4", 100)), NAME)) == ({4: 100}, 4)
    assert shares(_config(("v3", 100), model="prod.credit_ops.other"), NAME) == shares(None, NAME) == {}


_PASSED: dict[str, Any] = dict.fromkeys(("compliance", "comparison", "infrastructure"), "pass")


@pytest.mark.parametrize(
    ("live", "verdicts", "sign_off", "why"),
    [
        (3, _PASSED, SignOff.MANUAL, ""),
        (3, _PASSED | {"comparison": "unknown"}, SignOff.MANUAL, "these gates did not pass: comparison"),
        (3, {}, SignOff.MANUAL, "these gates did not pass: compliance, comparison, infrastructure"),
        (3, _PASSED, SignOff.AUTOMATIC, "no sign-off is pending"),
        (None, _PASSED, SignOff.MANUAL, "no other version is live"),
        (4, _PASSED, SignOff.MANUAL, "it is live already"),
    ],
)
def test_a_version_is_tried_only_while_it_waits_for_a_person(
    live: int | None, verdicts: dict[str, Any], sign_off: SignOff, why: str
) -> None:
    """Unknown, and a verdict that is missing, keep it from any request."""
    assert untried(4, live, verdicts, sign_off) == why


def test_a_version_that_was_rolled_back_is_not_tried() -> None:
    """All of its gates passed once; it went live, and was taken back."""
    assert untried(4, 3, _PASSED, SignOff.MANUAL, gone=True).startswith("it was rolled back")


def test_an_experiment_needs_no_person() -> None:
    """A version that goes live by itself is tried too, if an experiment decides that."""
    assert untried(4, 3, _PASSED, SignOff.AUTOMATIC, experiment=True) == ""
