"""Experiments on endpoints: which version was tried beside which, and the result of its outcomes so far."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from enum import StrEnum

from pyspark.sql import functions as F  # noqa: N812

from ml.declarations import Column, Experiment, Layer, Table
from ml.records.columns import OWNER, text
from ml.tables import Tables


class Standing(StrEnum):
    """The state of an experiment. Only `WON` releases the version."""

    RUNNING = "running"
    WON = "won"
    LOST = "lost"
    UNDECIDED = "undecided"


def _of_arm(arm: str) -> tuple[Column, ...]:
    nan = "null with fewer than two"
    return (
        Column(name=f"{arm}_rows", type="bigint", comment=f"Events with an outcome that the {arm} answered first."),
        Column(name=f"{arm}_loss", type="double", comment=f"Mean loss of its answers; {nan}.", nullable=True),
    )


TRIALS = Table(
    name="trials",
    layer=Layer.OPS,
    columns=(
        text("model", "Full name of the registered model."),
        Column(name="version", type="int", comment="The challenger, which answers some requests."),
        Column(name="champion", type="int", comment="The live version that it is compared with."),
        text("version_entity", "The id of the served entity that is the challenger."),
        text("champion_entity", "The id of the served entity that is the champion."),
        Column(name="percent", type="int", comment="Percentage of requests that the challenger answers."),
        text("experiment", "JSON object: size and rule, as declared when it began.", nullable=True),
        text("run_id", "The job run that began it."),
        Column(name="began_at", type="timestamp", comment="Start of the trial; later requests count (UTC)."),
    ),
    keys=("model", "version_entity", "champion_entity"),
    owner=OWNER,
    comment="One row per trial of a version on an endpoint: challenger, champion, start and rule.",
)
EXPERIMENTS = Table(
    name="experiments",
    layer=Layer.OPS,
    columns=(
        text("model", "Full name of the registered model."),
        Column(name="version", type="int", comment="The challenger."),
        Column(name="champion", type="int", comment="The version that it is compared with."),
        text("version_entity", "The served entity of the challenger, which names the trial."),
        text("champion_entity", "The served entity of the champion."),
        *_of_arm("champion"),
        *_of_arm("version"),
        Column(name="difference", type="double", comment="The challenger's loss minus the champion's.", nullable=True),
        Column(
            name="low",
            type="double",
            comment="Lower confidence limit of the difference; null if unknown.",
            nullable=True,
        ),
        Column(
            name="high",
            type="double",
            comment="Upper confidence limit of the difference; null if unknown.",
            nullable=True,
        ),
        text("standing", "running, won, lost, or undecided: the full size was reached without a clear result."),
        text("reason", "The current result in words, with the figures."),
        text("run_id", "The job run of the evaluation."),
        Column(name="looked_at", type="timestamp", comment="When it was evaluated (UTC)."),
    ),
    keys=("model", "version_entity", "champion_entity", "champion_rows", "version_rows"),
    owner=OWNER,
    comment="One row per evaluation of a trial with new outcomes, up to the one that decided it.",
)


@dataclass(frozen=True, kw_only=True)
class Trial:
    """A version beside the live one on an endpoint, and the rule that was declared at its start."""

    model: str
    version: int
    champion: int
    version_entity: str
    champion_entity: str
    rule: Experiment
    began_at: datetime


def as_text(rule: Experiment | None) -> str | None:
    """The rule as the table stores it."""
    return None if rule is None else json.dumps(asdict(rule), sort_keys=True)


def newest_trial(tables: Tables, schema: str, model: str) -> Trial | None:
    """The most recent trial of `model`, if it is an experiment. `schema`: `catalog.schema` of the records."""
    name = f"{schema}.{TRIALS.name}"
    if not tables.exists(name):
        return None
    found = tables.read(name).where(F.col("model") == model).orderBy(F.col("began_at").desc()).limit(1).collect()
    if not found or found[0]["experiment"] is None:
        return None
    row = found[0].asDict()
    rule = Experiment(**json.loads(row["experiment"]))
    named = ("model", "version", "champion", "version_entity", "champion_entity", "began_at")
    return Trial(rule=rule, **{name: row[name] for name in named})


def standing(tables: Tables, schema: str, trial: Trial) -> Mapping[str, str] | None:
    """`standing` and `reason` of the trial's newest evaluation; None before the first.

    A deciding evaluation stays valid, whatever was recorded beside it.
    """
    name = f"{schema}.{EXPERIMENTS.name}"
    if not tables.exists(name):
        return None
    mine = (
        (F.col("model") == trial.model)
        & (F.col("version_entity") == trial.version_entity)
        & (F.col("champion_entity") == trial.champion_entity)
    )
    decided = F.col("standing") != str(Standing.RUNNING)
    order = (decided.desc(), F.when(decided, F.col("looked_at")).asc(), F.col("looked_at").desc())
    rows = tables.read(name).where(mine).orderBy(*order).limit(1).select("standing", "reason").collect()
    return rows[0].asDict() if rows else None
