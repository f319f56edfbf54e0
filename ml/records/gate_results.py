"""The verdicts of the gates: their names, the table that keeps them, and what a run recorded about a version."""

from collections.abc import Mapping
from enum import StrEnum

from pyspark.sql import functions as F  # noqa: N812

from ml.declarations import Column, Layer, Table
from ml.records.columns import OWNER, text
from ml.versions.version_task import Subject

COMPLIANCE, COMPARISON, INFRASTRUCTURE, SIGN_OFF = "compliance", "comparison", "infrastructure", "sign_off"
# The gates that judge by themselves; sign-off rests on them.
JUDGING = (COMPLIANCE, COMPARISON, INFRASTRUCTURE)
ALL_GATES = (*JUDGING, SIGN_OFF)


class Decision(StrEnum):
    """What a gate says. Only `PASS` releases; `UNKNOWN`: nothing failed, and there is too little to tell."""

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
        text("verdict", "pass, fail, or unknown: too little to tell, which releases nothing."),
        text("reason", "The verdict in plain words, with the figures."),
        text("inputs", "JSON object: what was measured."),
        text("thresholds", "JSON object: what it was held against."),
        Column(name="decided_at", type="timestamp", comment="When it was decided (UTC)."),
        text("decided_by", "The principal or person that decided."),
    ),
    keys=("run_id", "model", "version", "gate"),
    owner=OWNER,
    comment="One row per run, model version and gate: the verdict and what it rests on.",
)


def recorded(subject: Subject) -> Mapping[str, str]:
    """The verdicts of this version in this run, by gate."""
    name = f"{subject.ops_schema}.{GATE_RESULTS.name}"
    if not subject.tables.exists(name):
        return {}
    mine = (
        (F.col("run_id") == subject.common.run_id)
        & (F.col("model") == subject.name)
        & (F.col("version") == subject.version)
    )
    rows = subject.tables.read(name).where(mine).select("gate", "verdict").collect()
    return {row["gate"]: row["verdict"] for row in rows}


def judged_on(subject: Subject, holdout_periods: str) -> int:
    """How many other versions the comparison has judged on the hold-out of `holdout_periods`, in any run."""
    name = f"{subject.ops_schema}.{GATE_RESULTS.name}"
    if not subject.tables.exists(name):
        return 0
    same = F.get_json_object("inputs", "$.holdout_periods") == holdout_periods
    others = (F.col("model") == subject.name) & (F.col("gate") == COMPARISON) & (F.col("version") != subject.version)
    return subject.tables.read(name).where(others & same).select("version").distinct().count()
