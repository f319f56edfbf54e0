"""The summary at the end of the demo."""

import json
from collections.abc import Mapping, Sequence

import click

from cli.demo.checks import Judged
from cli.model_records import about, measures
from cli.models import models_of
from cli.output import Row, console, show
from cli.paths import current_home
from cli.runs import TaskResult
from cli.warehouse import query

# The page, in the directory of the local cloud.
REPORT = "report.html"
# Heading of the interval of the first measure.
INTERVAL = "interval"
# Sections that the report and the benchmark read again.
HOLDOUT = "Hold-out of every version: its newest periods, never seen in training or tuning"
LIVE = "Live in prod (@champion)"
STORY = "Checks of the story"
Sections = Mapping[str, Sequence[Row]]
_ENVIRONMENTS = ("staging", "prod", "dev")
# Next to the measures of the problem, if they were computed.
_MORE = ("accuracy", "precision", "recall")


def collect(use_case: str, tasks: list[TaskResult], checks: Sequence[Judged], *, duration_s: float) -> Sections:
    """The summary by section, for the story's model.

    Sections: each task, the newest version's gates, its hold-out, the live version, and the result of the story.
    """
    model = models_of(use_case, "prod")[0]
    gates, mine = model.ops("gate_results"), about(model)
    return {
        "Tasks": [task.as_row() for task in tasks],
        "Gates of the newest version in prod": query(
            "prod",
            f"select version, gate, verdict, reason from {gates} where {mine} "
            f"and run_id = (select max_by(run_id, decided_at) from {gates} where {mine}) order by decided_at",
        ),
        HOLDOUT: _holdout(use_case),
        LIVE: query(
            "prod",
            f"select model, to_version as version, promoted_at, promoted_by, reason from {model.ops('promotions')} "
            f"where {mine} and alias = 'champion' order by promoted_at desc limit 1",
        ),
        STORY: [each.as_row() for each in checks],
        "Whole demo": [{"seconds": round(duration_s, 1), "report": str(current_home() / REPORT)}],
    }


def summarize(use_case: str, sections: Sections, *, form: str) -> None:
    """Print the sections as tables, with pointers to more, or as one JSON object."""
    if form == "json":
        click.echo(json.dumps(sections, indent=2, default=str))
        return
    for title, rows in sections.items():
        show(rows, form="table", title=title)
    _show_next(use_case)


def _holdout(use_case: str) -> list[Row]:
    """One row per version of every environment, with the computed measures of the model's problem."""
    models = [models_of(use_case, env)[0] for env in _ENVIRONMENTS]
    found = [row for model in models for row in measures(model)]
    names = ("rows", *(measure.name for measure in models[0].declared.problem.measures), *_MORE)
    shown = ("env", "version", *(name for name in names if any(name in row for row in found)))
    first = models[0].declared.problem.measures[0].name
    return [{name: _rounded(row.get(name)) for name in shown} | {INTERVAL: interval_of(row, first)} for row in found]


def interval_of(row: Row, measure: str) -> str:
    """`0.7911..0.8170`, the interval of a measure in a row of `measures`; empty if its training computed none."""
    ends = [row.get(f"{measure}_{end}") for end in ("lower", "upper")]
    return "..".join(f"{end:.4f}" for end in ends if isinstance(end, float)) if None not in ends else ""


def _rounded(value: object) -> object:
    """MLflow also stores counts as doubles; they are shown as the whole numbers that they are."""
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
