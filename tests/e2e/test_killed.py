"""`kill -9` of the local cloud in the gates, in a promotion and in a roll-back, and a person's sign-off.

One story: each test goes on where the last one ended. However often it is killed, a rerun ends as an undisturbed run
does: one champion, the endpoint agrees with the alias, and every move is recorded once.
"""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from localcloud import loader
from tests.e2e.conftest import Mlops
from tests.e2e.victim import Live, Victim

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
