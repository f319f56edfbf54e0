"""`kill -9` of the local cloud in the gates, in a promotion and in a roll-back; a person's sign-off, and a trial.

One story: each test goes on where the last one ended. However often it is killed, a rerun ends as an undisturbed run
does: one champion, the endpoint agrees with the alias, and every move is recorded once.
"""

import json
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from infra.main import synth
from localcloud import loader
from ml.declarations import Experiment, SignOff
from ml.usecases import USE_CASES
from ml.usecases.credit.declaration import USE_CASE as CREDIT
from tests.e2e.conftest import Mlops
from tests.e2e.victim import ENDPOINT, Live, Victim

pytestmark = [pytest.mark.long, pytest.mark.timeout(2400)]

ANN = "ann@example.com"
TRAIN = ("run", "credit-training", "--env", "prod", "--param")
FIRST, SECOND = (*TRAIN, "sample_rows=900"), (*TRAIN, "sample_rows=0")
PROMOTE_FIRST = ("run", "credit-promotion", "--env", "prod", "--param", "version=1")
ROLL_BACK = ("rollback", "credit", "--by", "ann", "--reason", "complaints")
PROMOTED_FIRST = [("champion", None, 1, "gates")]
PROMOTED_SECOND = [*PROMOTED_FIRST, ("champion", 1, 2, "gates"), ("previous", None, 1, "gates")]
ROLLED_BACK = [*PROMOTED_SECOND, ("champion", 2, 1, "rollback"), ("previous", 1, 2, "rollback")]
RETURNED = [*ROLLED_BACK, ("champion", 1, 2, "rollback"), ("previous", 2, 1, "rollback")]
THIRD = (*TRAIN, "sample_rows=1500")
# What the deployed wheel declares of its endpoint beside what it ships; the stacks are made from the same.
TRIED = """

from dataclasses import replace as _replace
from ml.declarations import Experiment as _Experiment

_serving = _replace(
    SERVING, challenger_percent=50, experiment=_Experiment(size=1000, effect=0.2), shadow=True, max_latency_ms=30000.0
)
USE_CASE = _replace(USE_CASE, models=(_replace(USE_CASE.models[0], serving=_serving),))
"""
ASKED, RECORDED_WITHIN_S = 40, 120


@pytest.fixture(scope="module")
def victim(mlops: Mlops, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Victim]:
    """A local cloud of its own with data in prod's gold, no version yet, and manual sign-off."""
    mine = Victim.started(mlops, tmp_path_factory.mktemp("victim"), manual=True)
    yield mine
    mine.mlops("down", ok=False)


def _sign_off(victim: Victim) -> list[tuple[str, str]]:
    rows = victim.mlops.sql(
        "select verdict, reason from prod.credit_ops.gate_results where gate = 'sign_off' order by decided_at"
    )
    return [(row["verdict"], row["reason"]) for row in rows]


def test_killed_in_the_gates_nobody_is_live_and_the_rerun_judges_again(victim: Victim) -> None:
    """Dead while the comparison ran: no champion. The rerun ends before the person's sign-off."""
    victim.killed(lambda: victim.mlops.running("comparison"), *FIRST)
    victim.restart()
    assert "champion" not in victim.aliases()
    victim.mlops(*FIRST)
    assert victim.aliases() == {"challenger": 1}
    (sign_off,) = _sign_off(victim)
    assert sign_off[0] == "fail"
    assert "awaiting sign-off by a person" in sign_off[1]


def test_a_named_person_of_model_risk_releases_a_version(victim: Victim) -> None:
    """`mlops user add` makes Ann one who may approve; the rerun promotes, and history names her."""
    victim.mlops("user", "add", ANN, "--group", "model-risk")
    victim.mlops("approve", "credit", "1", "--by", ANN)
    victim.mlops(*PROMOTE_FIRST)
    assert victim.live() == Live(aliases={"champion": 1}, served=None, moves=PROMOTED_FIRST)
    told = json.loads(victim.mlops("history", "credit", "--format", "json").stdout)
    assert [(row["version"], row["is"], row["gates"], row["signed_off_by"]) for row in told] == [
        (1, "champion", "4 passed", ANN)
    ]


def test_killed_between_two_aliases_a_promotion_is_completed(victim: Victim, root: Path) -> None:
    """Dead after `@previous` moved and before `@champion` did: what was to come is recorded, and the rerun makes it."""
    victim.mlops("run", "credit-scoring", "--env", "prod")
    loader.load(victim.mlops.endpoint(), root / "cdktf.out", ["prod-serving"])
    victim.deploy(manual=False)
    victim.killed(victim.hold_after("previous"), *SECOND)
    victim.restart()
    halfway = {"champion": 1, "previous": 1, "challenger": 2}
    assert victim.live() == Live(aliases=halfway, served=1, moves=PROMOTED_SECOND)
    victim.mlops(*SECOND)
    assert victim.live() == Live(aliases={"champion": 2, "previous": 1}, served=2, moves=PROMOTED_SECOND)


def test_killed_between_two_aliases_a_roll_back_is_completed(victim: Victim) -> None:
    """Dead after `@champion` moved and before `@previous` did: the next run ends it, and it is recorded once."""
    victim.killed(victim.hold_after("champion"), *ROLL_BACK)
    victim.restart()
    assert victim.live() == Live(aliases={"champion": 1, "previous": 1}, served=1, moves=ROLLED_BACK)
    victim.mlops(*ROLL_BACK)
    assert victim.live() == Live(aliases={"champion": 1, "previous": 2}, served=1, moves=ROLLED_BACK)


def test_an_undisturbed_roll_back_returns_from_there(victim: Victim) -> None:
    """The same command, not killed, ends in the same state with the versions the other way round."""
    victim.mlops(*ROLL_BACK)
    assert victim.live() == Live(aliases={"champion": 2, "previous": 1}, served=2, moves=RETURNED)


def _stacks_with_a_trial(folder: Path) -> Path:
    """The stacks of an endpoint that tries a version for whom a person signs off."""
    model = CREDIT.models[0]
    assert model.serving
    serving = replace(model.serving, challenger_percent=50, experiment=Experiment(size=1000, effect=0.2), shadow=True)
    tried = replace(model, gates=replace(model.gates, sign_off=SignOff.MANUAL), serving=serving)
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(USE_CASES, "credit", replace(CREDIT, models=(tried,)))
        synth(folder)
    return folder


def _asked(victim: Victim) -> int:
    """How many requests of the endpoint are recorded."""
    recorded = f"prod.credit_inference.{ENDPOINT.replace('-', '_')}_payload"
    return int(victim.mlops.sql(f"select count(*) as n from {recorded}")[0]["n"])


def _ask(victim: Victim) -> None:
    """Ask by key about events whose outcome is known, and wait until that is recorded."""
    before = _asked(victim)
    newest = "select client_id, max(application_month) as application_month from prod.credit_gold.client_features"
    events = victim.mlops.sql(
        f"select distinct client_id from prod.credit_gold.client_outcomes join ({newest} group by client_id) "
        f"using (client_id, application_month) order by client_id limit {ASKED}"
    )
    client = victim.mlops.client()
    for event in events:
        client.serving_endpoints.query(ENDPOINT, dataframe_records=[{"client_id": int(event["client_id"])}])
    end = time.monotonic() + RECORDED_WITHIN_S
    while _asked(victim) < before + ASKED:
        assert time.monotonic() < end, "what was asked is not recorded"
        time.sleep(2)


def test_a_version_on_trial_is_judged_by_what_the_endpoint_was_asked(victim: Victim, tmp_path: Path) -> None:
    """Half of the requests are the challenger's; a job counts the outcomes of both, and lets it answer all of them."""
    victim.deploy(manual=True, declared=TRIED)
    loader.load(victim.mlops.endpoint(), _stacks_with_a_trial(tmp_path))
    victim.mlops(*THIRD)
    [trial] = victim.mlops.sql("select version, champion, percent from prod.credit_ops.trials")
    assert {name: int(value) for name, value in trial.items()} == {"version": 3, "champion": 2, "percent": 50}
    _ask(victim)
    victim.mlops("run", "credit-online", "--env", "prod")
    [look] = victim.mlops.sql(
        "select version, champion, standing, champion_rows + version_rows as events from prod.credit_ops.experiments"
    )
    assert (int(look["version"]), int(look["champion"]), look["standing"]) == (3, 2, "running")
    assert int(look["events"]) == ASKED
    [shadow] = victim.mlops.sql(
        "select count(distinct request_id) as requests, count(refused) as refused, min(version) as first, "
        "max(version) as last from prod.credit_ops.shadow_answers"
    )
    assert int(shadow["requests"]) >= ASKED
    assert (int(shadow["refused"]), int(shadow["first"]), int(shadow["last"])) == (0, 3, 3)
