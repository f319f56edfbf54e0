"""`mlops forecast`."""

from pathlib import Path
from typing import TYPE_CHECKING

import click
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from cli import file_forecast
from cli.errors import CommandError
from cli.output import Row, format_option, progress, show

if TYPE_CHECKING:
    from ml.problems.forecasting.outcome import Outcome

_SHOWN_REASONS = 10


@click.command()
@click.option(
    "--data", required=True, type=click.Path(exists=True, dir_okay=False, path_type=Path), help="CSV or Parquet."
)
@click.option("--id-col", required=True, help="Column that identifies the series.")
@click.option("--time-col", required=True, help="Column of times: dates, timestamps, or whole numbers 1, 2, 3 …")
@click.option("--target-col", required=True, help="Column of values; an empty value is a gap.")
@click.option("--freq", required=True, help="hourly, daily, weekly, monthly, quarterly, yearly, or h, d, w, m, q, y.")
@click.option("--horizon", required=True, type=click.IntRange(min=1), help="Steps to forecast.")
@click.option(
    "--out", required=True, type=click.Path(dir_okay=False, path_type=Path), help="File to write, CSV or Parquet."
)
@click.option(
    "--level", "levels", multiple=True, metavar="COL", help="Column of groups to total, widest first; may be repeated."
)
@click.option(
    "--agree",
    type=click.Choice(["structural", "variance", "bottom_up"]),
    default="structural",
    show_default=True,
    help="With --level: how forecasts of totals and series are reconciled.",
)
@click.option(
    "--known-cols", metavar="COL,…", help="Columns known in advance (holiday, price, promotion); with --future."
)
@click.option(
    "--future",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="With --known-cols: CSV or Parquet with the id, the time and these columns for the steps ahead.",
)
@click.option("--workers", type=click.IntRange(min=1), help="Parallel processes [one per core].")
@format_option
def forecast(
    *,
    data: Path,
    id_col: str,
    time_col: str,
    target_col: str,
    freq: str,
    horizon: int,
    out: Path,
    levels: tuple[str, ...],
    agree: str,
    known_cols: str | None,
    future: Path | None,
    workers: int | None,
    form: str,
) -> None:
    """Forecast every series of a file, with a backtest.

    The file is in long form: one row per series and time. Candidates are fitted at past origins and at the end; their
    weights per series follow from the past errors. Fits are kept beside --out until it is written: after a kill, the
    same command fits only what is missing.

    With --level, the totals of all series and of each group are forecast too (`total`, `COL=group`), and the forecasts
    are reconciled: those of the series add up to those of their totals.

    With --known-cols, each candidate is also fitted to what these columns leave unexplained, under its name and
    `(known)`; the past errors decide how much either weighs. Totals use no known columns.
    """
    given = [("--data", data), *([("--future", future)] if future else [])]
    for path in (*(path for _, path in given), out):
        file_forecast.kind(path)
    for option, path in given:
        if path.resolve() == out.resolve():
            raise CommandError(f"--out would overwrite {option} {path}: name another file", exit_code=2)
    asked = file_forecast.Asked(
        data=data,
        id_col=id_col,
        time_col=time_col,
        target_col=target_col,
        freq=freq,
        horizon=horizon,
        levels=levels,
        known_cols=_known_cols(known_cols, future),
        future=future,
    )
    panel, parts = file_forecast.read(asked), out.with_name(f"{out.name}.parts")
    file_forecast.require_writable(out)
    found = _fitted(panel, parts, agree, workers)
    file_forecast.write(found.forecasts, out, parts)
    _tell(found, out, form)


def _known_cols(given: str | None, future: Path | None) -> tuple[str, ...]:
    """The names between commas. Raises CommandError (2) for one of the two options without the other."""
    if (given is None) != (future is None):
        lacks = "--future FILE, with their values for the steps ahead" if future is None else "--known-cols COL,…"
        raise CommandError(f"--known-cols and --future belong together: add {lacks}", exit_code=2)
    names = tuple(name.strip() for name in (given or "").split(","))
    if future is not None and not all(names):
        raise CommandError(f"--known-cols {given!r} has an empty name: write --known-cols price,holiday", exit_code=2)
    return names if future is not None else ()


def _fitted(panel: file_forecast.Panel, parts: Path, agree: str, workers: int | None) -> "Outcome":
    with _bar() as bar:
        task = bar.add_task(f"fitting {len(panel.series):,} series", total=len(panel.series))

        def report(done: int, _: int) -> None:
            bar.update(task, completed=done)

        return file_forecast.fitted(panel, parts, agree=agree, workers=workers, progress=report)


def _bar() -> Progress:
    return Progress(
        TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn(), console=progress
    )


def _tell(found: "Outcome", out: Path, form: str) -> None:
    rows: list[Row] = [
        {str(name): round(value, 4) if isinstance(value, float) else value for name, value in row.items()}
        for row in found.backtest.astype(object).where(found.backtest.notna(), None).to_dict("records")
    ]
    title = "backtest: means over series and past origins, on values that no fit and no weight had used"
    show(rows, form=form, title=title, columns=list(found.backtest.columns))
    for name, reason in list(found.fallbacks.itertuples(index=False, name=None))[:_SHOWN_REASONS]:
        progress.print(f"series {name}: {reason}", markup=False)
    if len(found.fallbacks) > _SHOWN_REASONS:
        progress.print(f"… and {len(found.fallbacks) - _SHOWN_REASONS:,} more such lines")
    progress.print(f"wrote {len(found.forecasts):,} rows to {out}", markup=False)
