"""What the demo checks and shows at its end."""

import json
from collections.abc import Mapping, Sequence

import click

from cli.commands.history import measures
from cli.commands.sql import query
from cli.demo.checks import Judged
from cli.demo.landing import Landing
from cli.errors import CommandError
from cli.models import named_model
from cli.output import Row, console, progress, show
from cli.paths import current_home
from cli.runs import TaskResult
from ml.declarations import Layer, hidden_columns
from ml.usecases import use_case as declaration

# The page, in the directory of the local cloud.
REPORT = "report.html"
# Sections that the report and the benchmark read again.
HOLDOUT = "Hold-out of every version: its newest months, never seen in training or tuning"
LIVE = "Live in prod (@champion)"
STORY = "What the story must come to"
Sections = Mapping[str, Sequence[Row]]
_ENVIRONMENTS = ("staging", "prod", "dev")
_METRICS = ("rows", "roc_auc", "accuracy", "precision", "recall", "expected_calibration_error")


def check_accounting(use_case: str, landing: Landing) -> list[Row]:
    """Follow every record from its file to its prediction: one row per feed, and one for the predictions.

    Raises CommandError that names each gap.
    """
    rows = [_feed_account(use_case, feed, landed) for feed, landed in landing.rows.items()]
    features = _count(f"prod.{use_case}_gold.{declaration(use_case).model.feature_table.name}")
    keys = ", ".join(declaration(use_case).model.feature_table.table.keys)
    scored = _count(f"(select distinct {keys} from prod.{use_case}_gold.predictions)")
    gaps = [gap for row in rows for gap in _gaps(row)]
    if scored != features:
        gaps.append(f"{features:,} feature rows but {scored:,} of them scored")
    if gaps:
        raise CommandError("rows are not accounted for: " + "; ".join(gaps))
    progress.print(f"accounting: every one of {sum(landing.rows.values()):,} landed records is accounted for")
    return [*rows, {"what": "predictions", "landed": None, "in": features, "kept": scored, "quarantined": 0}]


def _feed_account(use_case: str, feed: str, landed: int) -> Row:
    silver = next(item.silver.name for item in declaration(use_case).feeds if item.name == feed)
    return {
        "what": feed,
        "landed": landed,
        "in": _count(f"prod.{use_case}_bronze.{feed}"),
        "kept": _count(f"prod.{use_case}_silver.{silver}"),
        "quarantined": _count(f"prod.{use_case}_silver.{silver}_quarantine"),
    }


def _gaps(row: Row) -> list[str]:
    feed, landed, bronze = row["what"], row["landed"], row["in"]
    kept, rejected = row["kept"], row["quarantined"]
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


def check_hidden(use_case: str) -> None:
    """Read prod's sensitive gold columns, as the administrator. Raises CommandError where one shows a value."""
    seen: list[str] = []
    found = [column for column in hidden_columns(declaration(use_case)) if column.layer is Layer.GOLD]
    for column in found:
        name = f"prod.{use_case}_{column.layer}.{column.table}"
        if _count(f"{name} where {column.column} is not null"):
            seen.append(f"{name}.{column.column}")
    if seen:
        raise CommandError(f"sensitive columns can be read: {', '.join(seen)}; load the stack prod-masks")
    names = sorted({column.column for column in found})
    progress.print(f"masks: {', '.join(names) or 'nothing'} read as null, even for the administrator")


def collect(use_case: str, tasks: list[TaskResult], checks: Sequence[Judged], *, duration_s: float) -> Sections:
    """What the summary says, by section: each task, the newest version's gates, its hold-out, the live version, and
    what the story came to.
    """
    ops = f"prod.{use_case}_ops"
    return {
        "Tasks": [task.as_row() for task in tasks],
        "Gates of the newest version in prod": query(
            "prod",
            f"select version, gate, verdict, reason from {ops}.gate_results "
            f"where run_id = (select max_by(run_id, decided_at) from {ops}.gate_results) order by decided_at",
        ),
        HOLDOUT: _holdout(use_case),
        LIVE: query(
            "prod",
            f"select model, to_version as version, promoted_at, promoted_by, reason from {ops}.promotions "
            "where alias = 'champion' order by promoted_at desc limit 1",
        ),
        STORY: [each.as_row() for each in checks],
        "Whole demo": [{"seconds": round(duration_s, 1), "report": str(current_home() / REPORT)}],
    }


def summarize(use_case: str, sections: Sections, *, form: str) -> None:
    """Print the sections as tables, with where to look next, or as one JSON object."""
    if form == "json":
        click.echo(json.dumps(sections, indent=2, default=str))
        return
    for title, rows in sections.items():
        show(rows, form="table", title=title)
    _show_next(use_case)


def _holdout(use_case: str) -> list[Row]:
    """One row per version of every environment."""
    found = [row for env in _ENVIRONMENTS for row in measures(named_model(use_case, env))]
    shown = ("env", "version", *_METRICS)
    return [{name: _rounded(row.get(name)) for name in shown} for row in found]


def _rounded(value: object) -> object:
    """MLflow keeps counts as doubles too; they are shown as the whole numbers that they are."""
    if not isinstance(value, float):
        return value
    return int(value) if value.is_integer() and value > 1 else round(value, 4)


def _show_next(use_case: str) -> None:
    console.print("\nWhere to look next:")
    for command in (
        f'mlops sql --env prod "select gate, verdict, reason from prod.{use_case}_ops.gate_results"',
        f"mlops run {use_case}-training --env prod",
        f'mlops sql --env prod "select * from prod.{use_case}_gold.predictions limit 5"',
        "mlops status",
        "mlops down",
    ):
        console.print(f"  {command}", soft_wrap=True, markup=False)
