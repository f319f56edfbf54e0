"""What the demo checks and shows at its end."""

from typing import Any

from cli.commands.sql import query
from cli.demo.landing import Landing
from cli.errors import CommandError
from cli.output import console, progress, show
from cli.runs import TaskResult
from ml.usecases import use_case as declaration

_METRICS = ("roc_auc", "accuracy", "precision", "recall", "calibration_error")


def check_accounting(use_case: str, landing: Landing) -> None:
    """Follow every record from its file to its prediction. Raises CommandError that names each gap."""
    gaps = [gap for feed, rows in landing.rows.items() for gap in _feed_gaps(use_case, feed, rows)]
    features = _count(f"prod.{use_case}_gold.{declaration(use_case).model.feature_table.name}")
    keys = ", ".join(declaration(use_case).model.feature_table.table.keys)
    scored = _count(f"(select distinct {keys} from prod.{use_case}_gold.predictions)")
    if scored != features:
        gaps.append(f"{features:,} feature rows but {scored:,} of them scored")
    if gaps:
        raise CommandError("rows are not accounted for: " + "; ".join(gaps))
    progress.print(f"accounting: every one of {sum(landing.rows.values()):,} landed records is accounted for")


def _feed_gaps(use_case: str, feed: str, landed: int) -> list[str]:
    silver = next(item.silver.name for item in declaration(use_case).feeds if item.name == feed)
    bronze = _count(f"prod.{use_case}_bronze.{feed}")
    kept = _count(f"prod.{use_case}_silver.{silver}")
    rejected = _count(f"prod.{use_case}_silver.{silver}_quarantine")
    return [
        gap
        for gap, wrong in (
            (f"{feed}: {landed:,} landed but {bronze:,} in bronze", landed != bronze),
            (f"{feed}: {bronze:,} in bronze but {kept:,} kept + {rejected:,} quarantined", bronze != kept + rejected),
        )
        if wrong
    ]


def _count(source: str) -> int:
    return int(query("prod", f"select count(*) as n from {source}")[0]["n"])


def check_isolation(use_case: str) -> None:
    """Try to write prod's features as dev's training principal. Raises CommandError where that is not denied."""
    table = f"prod.{use_case}_gold.{declaration(use_case).model.feature_table.name}"
    principal = f"dev-{use_case}-training"
    try:
        query("prod", f"delete from {table}", as_principal=principal)
    except CommandError as error:
        if "PERMISSION_DENIED" not in error.message:
            raise
        progress.print(f"isolation: {principal} cannot write {table} ({error.message})", markup=False, soft_wrap=True)
        return
    raise CommandError(f"{principal} could write {table}; a dev principal must not write prod")


def summarize(use_case: str, tasks: list[TaskResult], *, duration_s: float) -> None:
    """Print each task, the gates of the newest version, the live version, and where to look next."""
    ops = f"prod.{use_case}_ops"
    show([task.as_row() for task in tasks], form="table", title="Tasks")
    gates = query(
        "prod",
        f"select version, gate, verdict, reason from {ops}.gate_results "
        f"where run_id = (select max_by(run_id, decided_at) from {ops}.gate_results) order by decided_at",
    )
    show(gates, form="table", title="Gates of the newest version in prod")
    _show_metrics(tasks)
    live = query(
        "prod",
        f"select model, to_version as version, promoted_at, promoted_by, reason from {ops}.promotions "
        "where alias = 'champion' order by promoted_at desc limit 1",
    )
    show(live, form="table", title="Live in prod (@champion)")
    _show_next(use_case, duration_s)


def _show_metrics(tasks: list[TaskResult]) -> None:
    found: list[dict[str, Any]] = [
        {"env": task.env, "version": task.accounting.get("model_version")}
        | {name: task.accounting.get(name) for name in _METRICS}
        for task in tasks
        if task.task == "training" and "roc_auc" in task.accounting
    ]
    show(found, form="table", title="Hold-out: the newest fifth of the months, never seen in training or tuning")


def _show_next(use_case: str, duration_s: float) -> None:
    console.print(f"\nDone in {duration_s:.0f} s. Where to look next:")
    for command in (
        f'mlops sql --env prod "select gate, verdict, reason from prod.{use_case}_ops.gate_results"',
        f"mlops run {use_case}-training --env prod",
        f'mlops sql --env prod "select * from prod.{use_case}_gold.predictions limit 5"',
        "mlops status",
        "mlops down",
    ):
        console.print(f"  {command}", soft_wrap=True, markup=False)
