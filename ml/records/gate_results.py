"""The verdicts of the gates: their names, their table, and the verdicts of a run on a version."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from pyspark.sql import functions as F  # noqa: N812

from ml.declarations import Column, Layer, Table
from ml.records.columns import OWNER, text
from ml.tables import Tables
from ml.versions.version_task import Subject

COMPLIANCE, COMPARISON, INFRASTRUCTURE, SIGN_OFF = "compliance", "comparison", "infrastructure", "sign_off"
# The automatic gates; sign-off depends on them.
JUDGING = (COMPLIANCE, COMPARISON, INFRASTRUCTURE)
ALL_GATES = (*JUDGING, SIGN_OFF)


class Decision(StrEnum):
    """A gate's decision. Only `PASS` releases; `UNKNOWN`: nothing failed, but there is too little data to decide."""

    PASS = "pass"  # noqa: S105 - a verdict, no password
    FAIL = "fail"
    UNKNOWN = "unknown"


GATE_RESULTS = Table(
    name="gate_results",
    layer=Layer.OPS,
    columns=(
        text("run_id", "The job run."),
        text("model", "Full name of the registered model."),
        Column(name="version", type="int", comment="Version of the registered model."),
        text("gate", "compliance, comparison, infrastructure or sign_off."),
        text("verdict", "pass, fail, or unknown (too little evidence; does not release)."),
        text("reason", "The verdict in words, with the figures."),
        text("inputs", "JSON object: what was measured."),
        text("thresholds", "JSON object: the thresholds."),
        Column(name="decided_at", type="timestamp", comment="When it was decided (UTC)."),
        text("decided_by", "The principal or person who decided."),
    ),
    keys=("run_id", "model", "version", "gate"),
    owner=OWNER,
    comment="One row per run, model version and gate: the verdict and its evidence.",
)


@dataclass(frozen=True, kw_only=True)
class Recorded:
    """One recorded verdict. `inputs`: the measured values; `thresholds`: the limits that they were compared with."""

    gate: str
    verdict: str
    reason: str
    inputs: Mapping[str, Any]
    thresholds: Mapping[str, Any]
    decided_at: datetime
    decided_by: str


def verdicts(subject: Subject) -> Mapping[str, Recorded]:
    """The recorded verdicts on this version in this run, by gate, in the order of the gates."""
    name = f"{subject.ops_schema}.{GATE_RESULTS.name}"
    if not subject.tables.exists(name):
        return {}
    mine = (
        (F.col("run_id") == subject.common.run_id)
        & (F.col("model") == subject.name)
        & (F.col("version") == subject.version)
    )
    rows = subject.tables.read(name).where(mine).select(*Recorded.__dataclass_fields__).collect()
    read = [
        Recorded(**{**row.asDict(), "inputs": json.loads(row["inputs"]), "thresholds": json.loads(row["thresholds"])})
        for row in rows
    ]
    found = {each.gate: each for each in read}
    return {gate: found[gate] for gate in ALL_GATES if gate in found}


def recorded(subject: Subject) -> Mapping[str, str]:
    """The verdicts on this version in this run, by gate."""
    return {gate: each.verdict for gate, each in verdicts(subject).items()}


def judged_versions(tables: Tables, ops_schema: str, model: str) -> frozenset[int]:
    """The versions of `model` with a verdict from any gate, in any run."""
    name = f"{ops_schema}.{GATE_RESULTS.name}"
    if not tables.exists(name):
        return frozenset()
    rows = tables.read(name).where(F.col("model") == model).select("version").distinct().collect()
    return frozenset(int(row["version"]) for row in rows)


def judged_on(subject: Subject, holdout_periods: str) -> int:
    """The number of other versions that the comparison has judged on the hold-out of `holdout_periods`, in any run."""
    name = f"{subject.ops_schema}.{GATE_RESULTS.name}"
    if not subject.tables.exists(name):
        return 0
    same = F.get_json_object("inputs", "$.holdout_periods") == holdout_periods
    others = (F.col("model") == subject.name) & (F.col("gate") == COMPARISON) & (F.col("version") != subject.version)
    return subject.tables.read(name).where(others & same).select("version").distinct().count()
