"""What the jobs recorded about a model, read once and then only looked at."""

from concurrent.futures import ThreadPoolExecutor

from cli.commands.history import gate_rows, move_rows, records, versions
from cli.models import NamedModel
from ml.usecases.story import Records, Version, named


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
