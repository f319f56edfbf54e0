"""A network's way through the gates of credit, by the tasks of its jobs on real Spark, Delta and MLflow."""

import json
from dataclasses import replace

import pytest

from ml.declarations import Algorithm, Tuning
from ml.gates import comparison, compliance, infrastructure, sign_off
from ml.release import promote
from ml.usecases import USE_CASES
from tests.ml.conftest import World
from tests.ml.neural.torch_here import torch_or_skip

torch_or_skip()

RESULTS = "prod.credit_ops.gate_results"
_JUDGING = (compliance.main, comparison.main, infrastructure.main)


def _trained(world: World, patch: pytest.MonkeyPatch, run_id: str, *algorithms: Algorithm) -> int:
    """A version of the shipped declaration with other algorithms, one trial each."""
    [shipped] = world.use_case.models
    declared = replace(shipped, algorithms=algorithms, tuning=Tuning(trials=1))
    patch.setitem(USE_CASES, "credit", replace(world.use_case, models=(declared,)))
    return int(str(world.train(run_id)["model_version"]))


def _judged(world: World, version: int, run_id: str) -> dict[str, dict[str, object]]:
    """All four gates; the recorded rows by gate."""
    for main in _JUDGING:
        world.run(main, run_id, version=version, source_catalog="prod")
    world.run(sign_off.main, run_id, version=version)
    rows = world.tables.read(RESULTS).where(f"run_id = '{run_id}'").collect()
    return {row["gate"]: row.asDict() for row in rows}


def test_a_network_passes_the_gates_and_is_then_the_one_to_beat(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """Judged by the shipped gates with their thresholds, it goes live; trees are then held against it, rows paired."""
    network = _trained(world, monkeypatch, "network-1", Algorithm.NETWORK)
    first = _judged(world, network, "network-1")
    assert {gate: row["verdict"] for gate, row in first.items()} == dict.fromkeys(
        ("compliance", "comparison", "infrastructure", "sign_off"), "pass"
    )
    world.run(promote.main, "network-1", version=network)
    trees = _trained(world, monkeypatch, "trees-1", Algorithm.XGBOOST)
    against = json.loads(str(_judged(world, trees, "trees-1")["comparison"]["inputs"]))
    assert against["champion_version"] == network
    assert against["champion"]["rows"] == against["challenger"]["rows"] == 1000
