"""What the jobs recorded about a model, read once and then only looked at."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from cli.commands.history import gate_rows, move_rows, records, versions
from cli.history import Version
from cli.models import NamedModel
from cli.output import Row
from ml.versions.aliases import CHAMPION

ROLLBACK = "rollback"
SIGN_OFF = "sign_off"
RETRAIN = "retrain"


@dataclass(frozen=True, kw_only=True)
class Records:
    """Rows as SQL answers them, oldest first: numbers are text, months are `YYYY-MM-DD`.

    `gates` has one row per run, version and gate; `moves` one per move of an alias; `decisions` one per month; `alerts`
    one per cause; `metrics` one per month, model version, metric and column.
    """

    versions: Sequence[Version]
    gates: Sequence[Row]
    moves: Sequence[Row]
    decisions: Sequence[Row]
    alerts: Sequence[Row]
    metrics: Sequence[Row]

    @property
    def champion(self) -> int | None:
        """The version that is live; None where none is."""
        return next((version.number for version in self.versions if CHAMPION in version.aliases), None)

    @property
    def newest(self) -> int | None:
        """The newest version; None where there is none."""
        return max((version.number for version in self.versions), default=None)

    @property
    def champions(self) -> list[int]:
        """Every version that became live, in order."""
        return [int(row["to_version"]) for row in self.moves if row["alias"] == CHAMPION]

    @property
    def rollbacks(self) -> list[Row]:
        """Every move of `@champion` by a roll-back."""
        return [row for row in self.moves if row["alias"] == CHAMPION and row["cause"] == ROLLBACK]

    def verdicts(self, version: int) -> dict[str, Row]:
        """The newest verdict of each gate on `version`."""
        return {row["gate"]: row for row in self.gates if int(row["version"]) == version}

    def decision(self, month: str) -> Row | None:
        """The decision about the month `YYYY-MM`; None where none was taken."""
        return next((row for row in self.decisions if named(row["month"]) == month), None)


def named(month: str) -> str:
    """`YYYY-MM` of a date as SQL writes it."""
    return month[:7]


def holdout(version: Version) -> tuple[str, str]:
    """First and last month `YYYY-MM` that judged the version; empty where its tags do not say."""
    return named(version.tags.get("holdout_first_month", "")), named(version.tags.get("holdout_last_month", ""))


def read(model: NamedModel) -> Records:
    """All of it; the tables are asked at once. Raises CommandError where the model is not deployed."""
    decision_columns = "month, action, reason, evidence, decided_at"
    alert_columns = "key, since_month, last_month, what, how_much, what_to_do, status, delivered_to, delivered_at"
    metric_columns = "month, model_version, metric, column, value, threshold_low, threshold_high, verdict, in_training"
    # Alone and first: it imports MLflow, which imports much of what the others then find loaded.
    made = versions(model)
    with ThreadPoolExecutor() as pool:
        gates = pool.submit(gate_rows, model)
        moves = pool.submit(move_rows, model)
        decisions = pool.submit(records, model, "decisions", decision_columns, order="month")
        alerts = pool.submit(records, model, "alerts", alert_columns, order="since_month, key")
        metrics = pool.submit(records, model, "metrics", metric_columns, order="month, metric, column")
    return Records(
        versions=made,
        gates=gates.result(),
        moves=moves.result(),
        decisions=decisions.result(),
        alerts=alerts.result(),
        metrics=metrics.result(),
    )
