"""What `make runtime-check` takes from a manifest, and what it cannot."""

import json
from typing import Any

import pytest

from infra.wheel import ROOT
from tests.runtimes.check import apart, constraints

MANIFESTS = {path.stem: json.loads(path.read_text(encoding="utf-8")) for path in (ROOT / "ml/runtimes").glob("*.json")}


@pytest.mark.parametrize("manifest", MANIFESTS.values(), ids=MANIFESTS.keys())
def test_what_the_check_takes_apart_is_named(manifest: dict[str, Any]) -> None:
    """Only libraries that the runtime has, each with a reason; all others are held to the runtime's version."""
    free = apart(manifest)
    assert free.keys() <= manifest["libraries"].keys()
    assert all(len(reason) > 20 for reason in free.values())
    held = {line.partition("==")[0] for line in constraints(manifest).splitlines()}
    assert not held & free.keys()
    assert {"pandas", "numpy", "databricks-sdk", "mlflow-skinny"} & manifest["libraries"].keys() <= held


def test_only_the_connection_of_spark_4_1_is_apart() -> None:
    """17.3 LTS ML is built as it is."""
    assert apart(MANIFESTS["17.3"]) == {}
    assert sorted(apart(MANIFESTS["18"])) == [
        "googleapis-common-protos",
        "grpcio",
        "grpcio-status",
        "protobuf",
        "zstandard",
    ]
