"""A release with its models, by the pipelines' own steps: staging, production in two phases, a refusal, a way back.

`test_release.py` plays the rest of the way, on a cloud that runs no jobs: branch, checks, review, both systems.

One story: each test goes on where the last one ended.
"""

from collections.abc import Iterator
from dataclasses import replace

import pytest

from tests.e2e.conftest import Mlops
from tests.e2e.rehearsal.checkout import DECLARATION
from tests.e2e.rehearsal.company import Company
from tests.e2e.rehearsal.run import made
from tests.e2e.victim import Live

pytestmark = [pytest.mark.long, pytest.mark.timeout(3000)]

GATES = [("champion", None, 1, "gates")]
LIVE = Live(aliases={"champion": 1}, served=1, moves=GATES)
THIRD = [*GATES, ("champion", 1, 3, "gates"), ("previous", None, 1, "gates")]
BACK = [*THIRD, ("champion", 3, 1, "rollback"), ("previous", 1, 3, "rollback")]
STAGING = [("staging", f"make {step}") for step in ("deploy", "integrate", "deploy MASKS=1", "smoke")]
STEPS = ("live", "deploy", "train", "score", "deploy MASKS=1", "deploy SERVING=1", "smoke", "place")
PRODUCTION = [("deploy", f"make {step}") for step in STEPS]
# Where the machine is lost with models on the way; the two steps before are played without.
LOST_AFTER = ("make train", "make score", "make deploy MASKS=1", "make deploy SERVING=1")


@pytest.fixture(scope="module")
def company(mlops: Mlops, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Company]:
    """With one use case, a history in prod, and no model yet."""
    mine = Company.founded(mlops, tmp_path_factory.mktemp("company"))
    yield mine
    mine.victim.mlops("down", ok=False)


def test_a_release_reaches_production_through_staging(company: Company) -> None:
    """One wheel, by the hash that was recorded, runs in both; a model goes live through its gates and is served."""
    record = company.release("1.0.0")
    done = company.play("github", "release", jobs=("recorded", "staging", "plan", "deploy"))
    planned = [("plan", "make plan"), ("plan", "make review")]
    assert made(done) == [("recorded", "make release-check"), *STAGING, *planned, *PRODUCTION]
    for env in ("staging", "prod"):
        [wheel] = company.wheels(env)
        assert wheel.endswith(f"/{record['sha256']}/mlops_ml-1.0.0-py3-none-any.whl")
    assert company.victim.live() == LIVE


def test_a_bad_model_is_stopped_and_a_lost_machine_changes_nothing(company: Company) -> None:
    """Gates that no version passes: version 2 is refused, version 1 stays live. The machine is lost after each step in
    turn, and every rerun reaches the same end: the new wheel everywhere, and each move recorded once.
    """
    company.edit(DECLARATION, "margin=0.5, limit=0.70", "margin=0.5, limit=0.999")
    company.edit(DECLARATION, "trials=1", "trials=2")
    company.merge("Nobody is good enough")
    record = company.release("1.1.0")
    for last in LOST_AFTER:
        company.play("azure", "release", jobs=("deploy",), lost_after=last)
    assert made(company.play("azure", "release", jobs=("deploy",))) == PRODUCTION
    [wheel] = company.wheels("prod")
    assert record["sha256"] in wheel
    assert company.victim.live() == replace(LIVE, aliases={"champion": 1, "challenger": 2})
    judged = company.victim.mlops.sql(
        "select distinct verdict from prod.credit_ops.gate_results where gate = 'comparison' and version = 2"
    )
    assert judged == [{"verdict": "fail"}]


def test_a_bad_deployment_takes_its_model_back(company: Company) -> None:
    """Version 3 goes live, then its endpoint cannot be deployed: it is for a group that the account does not have. The
    release before is back whole, version 1 is live and served again, and each move is recorded once.
    """
    [before] = company.wheels("prod")
    company.edit(DECLARATION, "margin=0.5, limit=0.999", "margin=0.5, limit=0.70")
    company.edit(DECLARATION, "trials=2", "trials=3")
    company.edit("workspaces/platform.yaml", "groups:\n", "groups:\n  auditors:\n    comment: Ask the endpoint.\n")
    company.edit("workspaces/prod.yaml", "    access:\n", "    access:\n      auditors:\n        endpoint: query\n")
    company.merge("Auditors ask the endpoint, and the search is longer")
    company.release("1.2.0")
    done = company.play("github", "release", jobs=("deploy",))
    assert [(each.step.made, each.code == 0) for each in done] == [
        *((step, True) for _, step in PRODUCTION[: PRODUCTION.index(("deploy", "make deploy SERVING=1"))]),
        ("make deploy SERVING=1", False),
        ("make roll-back", True),
    ]
    assert "auditors" in done[-2].said
    assert company.wheels("prod") == {before}
    assert company.victim.live() == Live(aliases={"champion": 1, "previous": 3}, served=1, moves=BACK)
